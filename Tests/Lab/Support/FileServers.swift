import Foundation

/// tftpd-hpa as TFTP server on 198.51.100.1 (measured with tftpd-hpa 5.2).
public final class TFTPD: Sendable {
    /// The directory whose files are served.
    public let documents: URL
    /// The server's process.
    public let process: LabProcess
    private let log: SyslogSocket

    /// Starts the server and waits until it is bound to port 69.
    /// - Parameter files: file names and what they hold.
    public static func start(in network: LabNetwork, files: [String: String] = [:]) async throws -> TFTPD {
        let server = try TFTPD(network)
        for (name, text) in files { try server.put(name, text) }
        try await server.process.waitUntil("in.tftpd to listen on 69") { try network.server.listens(udp: 69) }
        return server
    }

    private init(_ network: LabNetwork) throws {
        documents = try network.makeDirectory("tftp")
        log = try SyslogSocket(at: network.directory.appending(path: documents.lastPathComponent + ".log").plainPath)
        let words = [
            "in.tftpd", "--foreground", "--verbose", "--verbose", "--address", "\(LabNetwork.serverAddress):69",
        ]
        let command = LabCommand(
            words + ["--secure", documents.plainPath],
            in: network.server,
            insideRoot: true,
            binds: [LabCommand.Bind(log.path, at: "/dev/log")]
        )
        process = try network.start(command, name: "in.tftpd")
    }

    /// Puts a text file in place.
    public func put(_ name: String, _ text: String) throws { try putReadable(name, text, in: documents) }

    /// What the server logged, such as "RRQ from 198.51.100.50 filename KX-UTG200B.cfg".
    public var logLines: [String] { log.messages }

    /// Ends the server.
    public func stop() async {
        await process.stop()
        log.close()
    }
}

/// vsftpd as FTP server on 198.51.100.1 (measured with vsftpd 3.0.3).
public final class VSFTPD: Sendable {
    /// Who may sign in, beside `anonymous`.
    public struct User: Sendable, Equatable {
        /// The name, of lower-case letters.
        public let name: String
        /// The password, of letters and digits.
        public let password: String

        /// A user with a password.
        public init(_ name: String, password: String) {
            self.name = name
            self.password = password
        }
    }

    /// The directory whose files are served, to everybody.
    public let documents: URL
    /// The server's process.
    public let process: LabProcess
    private let logFile: URL

    /// Starts the server and waits until it listens on port 21.
    /// - Parameters:
    ///   - files: file names and what they hold.
    ///   - user: who may sign in; with nil, `anonymous` alone, otherwise this user alone.
    public static func start(
        in network: LabNetwork,
        files: [String: String] = [:],
        user: User? = nil
    ) async throws -> VSFTPD {
        let server = try VSFTPD(network, user)
        for (name, text) in files { try server.put(name, text) }
        try await server.process.waitUntil("vsftpd to listen on 21") { try network.server.listens(tcp: 21) }
        return server
    }

    private init(_ network: LabNetwork, _ user: User?) throws {
        if let user {
            let plain = (user.name + user.password).utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            }
            guard plain else { throw LabError.badArgument("an FTP user of the lab has letters and digits only") }
        }
        documents = try network.makeDirectory("ftp")
        logFile = network.directory.appending(path: documents.lastPathComponent + ".log")
        let lines = [
            "listen=YES", "listen_ipv6=NO", "listen_address=\(LabNetwork.serverAddress)", "background=NO",
            "anonymous_enable=\(user == nil ? "YES" : "NO")", "anon_root=\(documents.plainPath)",
            "no_anon_password=YES",
            "local_enable=\(user == nil ? "NO" : "YES")", "local_root=\(documents.plainPath)",
            "pam_service_name=vsftpd",
            "secure_chroot_dir=/run/vsftpd/empty", "pasv_enable=YES", "log_ftp_protocol=YES", "xferlog_enable=YES",
            "xferlog_std_format=NO", "vsftpd_log_file=\(logFile.plainPath)", "seccomp_sandbox=NO",
            "delay_failed_login=0",
        ]
        let file = network.directory.appending(path: documents.lastPathComponent + ".conf")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        var setup = "mkdir -p /run/vsftpd/empty"
        if let user { setup += "; useradd --create-home \(user.name); echo \(user.name):\(user.password) | chpasswd" }
        let command = LabCommand(["vsftpd", file.plainPath], in: network.server, insideRoot: true, setup: setup)
        process = try network.start(command, name: "vsftpd")
    }

    /// Puts a text file in place.
    public func put(_ name: String, _ text: String) throws { try putReadable(name, text, in: documents) }

    /// What the server logged: every command and answer of the protocol.
    public var logLines: [String] {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}

/// Puts a file in place whole and readable for all, as servers that have given up root need it.
private func putReadable(_ name: String, _ text: String, in directory: URL) throws {
    let place = directory.appending(path: name)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: place, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: place.plainPath)
}
