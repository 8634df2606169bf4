import Foundation

/// lighttpd as an HTTP server on 198.51.100.1 that wants Digest authentication (RFC 7616), which nginx does not know
/// (measured with lighttpd 1.4.69).
public final class Lighttpd: Sendable {
    /// The directory whose files are served.
    public let documents: URL
    /// The server's process; its error log is in its output.
    public let process: LabProcess

    /// Starts the server and waits until it listens.
    /// - Parameters:
    ///   - files: file names and what they hold.
    ///   - user: whom it lets in, and with which password.
    public static func start(
        in network: LabNetwork,
        port: UInt16 = 8081,
        files: [String: String],
        user: (name: String, password: String)
    ) async throws -> Lighttpd {
        let server = try Lighttpd(network, port, files, user)
        try await server.process.waitUntil("lighttpd to listen on \(port)") { try network.server.listens(tcp: port) }
        return server
    }

    private init(
        _ network: LabNetwork,
        _ port: UInt16,
        _ files: [String: String],
        _ user: (name: String, password: String)
    ) throws {
        let directory = try network.makeDirectory("lighttpd")
        documents = directory.appending(path: "documents")
        try FileManager.default.createDirectory(at: documents, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: documents.appending(path: name)) }
        let passwords = directory.appending(path: "passwords").plainPath
        let lines = [
            "server.document-root = \"\(documents.plainPath)\"", "server.bind = \"\(LabNetwork.serverAddress)\"",
            "server.port = \(port)", "server.modules = (\"mod_auth\", \"mod_authn_file\")",
            "auth.backend = \"htdigest\"", "auth.backend.htdigest.userfile = \"\(passwords)\"",
            "auth.require = ( \"/\" => (\"method\" => \"digest\", \"realm\" => \"lab\", \"require\" => \"valid-user\") )",
        ]
        let file = directory.appending(path: "lighttpd.conf")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        // A line of htdigest: user, realm and the MD5 of both and the password.
        let secret = "\(user.name):lab:\(user.password)"
        let setup =
            "printf '%s:lab:%s\\n' \(user.name) $(printf %s \(secret) | openssl md5 -r | cut -d ' ' -f 1) > \(passwords)"
        let words = ["lighttpd", "-D", "-f", file.plainPath]
        process = try network.start(
            LabCommand(words, in: network.server, insideRoot: true, setup: setup),
            name: "lighttpd"
        )
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}
