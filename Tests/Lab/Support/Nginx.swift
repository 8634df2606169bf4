import Foundation
import Glibc
import Synchronization

/// nginx as HTTP and HTTPS server (measured with nginx 1.22.1).
///
/// It serves the files of `documents`, which may change while it runs, except where a rule says otherwise, and keeps a
/// record of every request.
public final class Nginx: Sendable {
    /// Where it listens on 198.51.100.1, or 2001:db8::1.
    public enum Listener: Sendable, Equatable {
        /// Plain HTTP.
        case http(UInt16 = 80)
        /// Plain HTTP over IPv6.
        case http6(UInt16 = 80)
        /// HTTPS with this certificate.
        case https(UInt16 = 443, LabCertificates.Kind = .good)

        var port: UInt16 {
            switch self {
            case .http(let port), .http6(let port), .https(let port, _): port
            }
        }
    }

    /// A request that was answered, from nginx's access log.
    public struct Record: Sendable, Decodable, Equatable {
        /// The end of the answer, in seconds since 1970.
        public let time: String
        /// The client's address.
        public let address: String
        /// GET, HEAD, and so on.
        public let method: String
        /// The request target as it was sent, query included.
        public let target: String
        /// The status of the answer; 444 when the connection was closed without one.
        public let status: String
        /// The body's length in bytes, as far as it was sent.
        public let bytes: String
        /// `http` or `https`.
        public let scheme: String
        /// The port it came to.
        public let port: String
        /// The header field Host; empty when it was not sent, as are the next ones.
        public let host: String
        /// The header field User-Agent.
        public let userAgent: String
        /// The header field Authorization.
        public let authorization: String
        /// The header field If-None-Match.
        public let ifNoneMatch: String
        /// The header field If-Modified-Since.
        public let ifModifiedSince: String
    }

    /// The directory whose files are served.
    public let documents: URL
    /// The server's process; its error log is in its output.
    public let process: LabProcess
    private let directory: URL
    private let listeners: [Listener]
    private let certificates: LabCertificates?

    /// Starts the server and waits until it listens.
    /// - Parameters:
    ///   - files: file names, folders before them allowed, and what they hold.
    ///   - certificates: needed when a listener is HTTPS.
    /// - Throws: `LabError` when nginx refuses its configuration; the message holds what it said.
    public static func start(
        in network: LabNetwork,
        files: [String: String] = [:],
        rules: [NginxRule] = [],
        listeners: [Listener] = [.http()],
        certificates: LabCertificates? = nil
    ) async throws -> Nginx {
        let server = try Nginx(network, listeners, certificates, rules)
        for (name, text) in files { try server.put(name, text) }
        try await server.process.waitUntil("nginx to listen on \(listeners.map(\.port))") {
            try listeners.allSatisfy { try network.server.listens(tcp: $0.port) }
        }
        return server
    }

    private init(
        _ network: LabNetwork,
        _ listeners: [Listener],
        _ certificates: LabCertificates?,
        _ rules: [NginxRule]
    ) throws {
        directory = try network.makeDirectory("nginx")
        documents = directory.appending(path: "documents")
        self.listeners = listeners
        self.certificates = certificates
        try FileManager.default.createDirectory(at: documents, withIntermediateDirectories: true)
        let file = directory.appending(path: "nginx.conf")
        try Self.write(rules, listeners, certificates, in: directory)
        let words = ["nginx", "-c", file.plainPath, "-e", "stderr"]
        let environment = try Self.openSSL(for: listeners, in: directory)
        process = try network.start(
            LabCommand(words, in: network.server, insideRoot: true, environment: environment),
            name: "nginx"
        )
    }

    /// Puts a file in place whole, so that no request sees half of it.
    /// - Parameter name: the path below `documents`, without a leading slash; its folders are made.
    public func put(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let place = documents.appending(path: name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: place, options: .atomic)
        // An atomic write leaves the file readable by its owner alone; nginx's worker is somebody else.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: place.plainPath)
    }

    /// Puts a text file in place whole, so that no request sees half of it.
    public func put(_ name: String, _ text: String) throws { try put(name, text.utf8) }

    /// Takes a file away.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: documents.appending(path: name))
    }

    /// Puts other rules in force and waits until no worker of nginx goes by the old ones any more.
    /// - Throws: `LabError.timedOut` when nginx refuses them; the message holds what it said.
    public func setRules(_ rules: [NginxRule]) async throws {
        let old = try workers()
        try Self.write(rules, listeners, certificates, in: directory)
        process.send(signal: SIGHUP)
        try await process.waitUntil("nginx to take its new rules") {
            let now = try workers()
            return !now.isEmpty && now.isDisjoint(with: old)
        }
    }

    private func workers() throws -> Set<String> {
        let path = "/proc/\(process.pid)/task/\(process.pid)/children"
        return Set(try String(contentsOfFile: path, encoding: .utf8).split(separator: " ").map(String.init))
    }

    /// The requests answered so far, in the order in which their answers ended.
    /// - Throws: `LabError.unreadable` for a line that is not one of nginx's.
    public var records: [Record] {
        get throws {
            let log = directory.appending(path: "access.log")
            guard FileManager.default.fileExists(atPath: log.plainPath) else { return [] }
            return try Data(contentsOf: log).split(separator: UInt8(ascii: "\n")).map { line in
                do {
                    return try JSONDecoder().decode(Record.self, from: line)
                } catch {
                    throw LabError.unreadable(what: "nginx's log", text: String(decoding: line, as: UTF8.self))
                }
            }
        }
    }

    /// Waits until `count` requests for `target` have been answered. nginx writes its record after the last byte has gone.
    /// - Returns: those records.
    /// - Throws: `LabError.timedOut`, with the targets that were asked for instead.
    public func waitForRequests(
        _ target: String,
        count: Int = 1,
        within limit: Duration = .seconds(5)
    ) async throws -> [Record] {
        try await eventually(
            "\(count) requests for \(target)",
            within: limit,
            seen: { ((try? self.records) ?? []).map(\.target).joined(separator: " ") },
            probe: {
                let found = try self.records.filter { $0.target == target }
                return found.count >= count ? found : nil
            }
        )
    }

    /// Ends the server.
    public func stop() async { await process.stop() }

    /// OpenSSL must be told to serve a certificate whose key is as small as that.
    private static func openSSL(for listeners: [Listener], in directory: URL) throws -> [String: String] {
        let isWeak = listeners.contains { if case .https(_, .weak) = $0 { true } else { false } }
        guard isWeak else { return [:] }
        let text =
            "openssl_conf = o\n[o]\nssl_conf = s\n[s]\nsystem_default = d\n[d]\nCipherString = DEFAULT:@SECLEVEL=0\n"
        let file = directory.appending(path: "openssl.cnf")
        try Data(text.utf8).write(to: file)
        return ["OPENSSL_CONF": file.plainPath]
    }

    private static func write(
        _ rules: [NginxRule],
        _ listeners: [Listener],
        _ certificates: LabCertificates?,
        in directory: URL
    ) throws {
        var locations: [String] = []
        for (number, rule) in rules.enumerated() {
            let passwords = directory.appending(path: "passwords-\(number)")
            if case .basicAuthentication(let user, let password) = rule.answer {
                try Data("\(user):{PLAIN}\(password)\n".utf8).write(to: passwords)
            }
            locations.append(rule.location(passwords: passwords.plainPath))
        }
        let listening = try listeners.map { listener in
            switch listener {
            case .http(let port):
                return "listen \(LabNetwork.serverAddress):\(port);"
            case .http6(let port):
                return "listen [\(LabNetwork.serverAddress6)]:\(port);"
            case .https(let port, let kind):
                guard let certificates else { throw LabError.badArgument("an HTTPS listener needs certificates") }
                return """
                    listen \(LabNetwork.serverAddress):\(port) ssl;
                    ssl_certificate \(quoted(certificates.certificate(kind).plainPath));
                    ssl_certificate_key \(quoted(certificates.key(kind).plainPath));
                    """
            }
        }
        let fields = [
            "time": "msec", "address": "remote_addr", "method": "request_method", "target": "request_uri",
            "status": "status", "bytes": "body_bytes_sent", "scheme": "scheme", "port": "server_port",
            "host": "http_host", "userAgent": "http_user_agent", "authorization": "http_authorization",
            "ifNoneMatch": "http_if_none_match", "ifModifiedSince": "http_if_modified_since",
        ]
        let format = fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"$\($0.value)\"" }.joined(separator: ",")
        let server = { (listen: String) in
            """
            server {
            \(listen)
            root \(quoted(directory.appending(path: "documents").plainPath));
            \(locations.joined(separator: "\n"))
            }
            """
        }
        let text = """
            daemon off;
            pid \(quoted(directory.appending(path: "pid").plainPath));
            worker_processes 1;
            worker_shutdown_timeout 1s;
            error_log stderr notice;
            events { worker_connections 1024; }
            http {
            log_format lab escape=json '{\(format)}';
            access_log \(quoted(directory.appending(path: "access.log").plainPath)) lab;
            geo $dollar { default "$"; }
            types { text/xml xml cfg enc; text/html html; }
            default_type application/octet-stream;
            \(listening.map(server).joined(separator: "\n"))
            }

            """
        try Data(text.utf8).write(to: directory.appending(path: "nginx.conf"), options: .atomic)
    }
}
