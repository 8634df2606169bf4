import Glibc

/// Certificates that openssl makes in a folder of its own, for 127.0.0.1 unless said otherwise.
final class TestAuthority: Sendable {
    let folder: String

    /// Two certification authorities, one under the other, and the configuration of `openssl ca`.
    init() async throws {
        var template = Array("/tmp/downloads-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Command.Failure(text: "no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        write(Self.configuration, to: "ca.conf")
        write("", to: "index.txt")
        try await key("root")
        try await Command.run(
            "openssl",
            ["req", "-x509", "-key", "root.key", "-subj", "/CN=Test Root", "-days", "30", "-config", "ca.conf"]
                + ["-extensions", "authority", "-out", "root.crt"],
            in: folder
        )
        try await issue("middle", subject: "Test Middle", by: "root", extensions: "authority")
    }

    /// Removes the folder.
    func remove() { _ = try? Command(["rm", "-r", folder]).wait() }

    func bytes(of file: String) async throws -> [UInt8] {
        try await Command.run("cat", [file], in: folder)
    }

    /// A certificate with a key, valid from one time (YYYYMMDDHHMMSSZ) to another.
    func issue(
        _ name: String,
        subject: String,
        by issuer: String,
        extensions: String = "server",
        from: String = "20200101000000Z",
        to: String = "20491231000000Z",
        rsaBits: Int? = nil
    ) async throws {
        try await key(name, rsaBits: rsaBits)
        try await Command.run(
            "openssl",
            [
                "req", "-new", "-key", "\(name).key", "-subj", "/CN=\(subject)", "-config", "ca.conf", "-out",
                "\(name).csr",
            ],
            in: folder
        )
        try await Command.run(
            "openssl",
            ["ca", "-batch", "-notext", "-config", "ca.conf", "-cert", "\(issuer).crt", "-keyfile", "\(issuer).key"]
                + ["-startdate", from, "-enddate", to, "-extensions", extensions]
                + ["-in", "\(name).csr", "-out", "\(name).crt"],
            in: folder
        )
    }

    func selfSigned(_ name: String) async throws {
        try await key(name)
        try await Command.run(
            "openssl",
            ["req", "-x509", "-key", "\(name).key", "-subj", "/CN=\(name)", "-days", "30", "-config", "ca.conf"]
                + ["-extensions", "server", "-out", "\(name).crt"],
            in: folder
        )
    }

    func write(_ text: String, to file: String) {
        guard let stream = fopen("\(folder)/\(file)", "w") else { return }
        fputs(text, stream)
        fclose(stream)
    }

    /// A key on the curve P-256, which is made at once, or an RSA key.
    private func key(_ name: String, rsaBits: Int? = nil) async throws {
        let kind = rsaBits.map { ["genrsa", "-out", "\(name).key", "\($0)"] }
        let curve = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "\(name).key"]
        try await Command.run("openssl", kind ?? curve, in: folder)
    }

    private static let configuration = """
        [ca]
        default_ca = test
        [test]
        dir = .
        database = index.txt
        rand_serial = yes
        new_certs_dir = .
        default_md = sha256
        policy = any
        unique_subject = no
        [any]
        commonName = supplied
        [req]
        distinguished_name = name
        [name]
        [authority]
        basicConstraints = critical, CA:true
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = CA:false
        subjectAltName = IP:127.0.0.1
        [elsewhere]
        basicConstraints = CA:false
        subjectAltName = DNS:prov.example.com
        """
}

/// `openssl s_server -WWW`: serves the files of a folder over HTTPS.
final class TLSServer: Sendable {
    let port: UInt16
    private let command: Command

    func url(_ path: String) -> String { "https://127.0.0.1:\(port)\(path)" }

    /// - Parameter more: Further options of `openssl s_server`.
    init(_ authority: TestAuthority, certificate: String, chain: String? = nil, _ more: [String] = []) async throws {
        var arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-WWW"]
        arguments += ["-cert", "\(certificate).crt", "-key", "\(certificate).key"]
        if let chain { arguments += ["-cert_chain", "\(chain).crt"] }
        let command = try Command(arguments + more, in: authority.folder)
        self.command = command
        let text = await withCheckedContinuation { continuation in
            inThread {
                // It says "ACCEPT 127.0.0.1:PORT" when it listens.
                var text = ""
                while !(text.contains("ACCEPT ") && text.hasSuffix("\n")), case let more = command.read(), !more.isEmpty
                {
                    text += String(decoding: more, as: UTF8.self)
                }
                continuation.resume(returning: text)
                // What it says later would fill the pipe.
                while !command.read().isEmpty {}
                command.wait()
            }
        }
        guard let port = text.dropLast().split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Command.Failure(text: "openssl s_server says: \(text)")
        }
        self.port = port
    }

    func stop() { command.terminate() }
}
