import Foundation

/// tinyproxy as HTTP proxy on 198.51.100.1 (measured with tinyproxy 1.11.1).
public final class Tinyproxy: Sendable {
    /// The port it listens on.
    public let port: UInt16
    /// The server's process.
    public let process: LabProcess
    private let logFile: URL

    /// Starts the proxy and waits until it listens.
    /// - Parameters:
    ///   - tunnels: the ports that it makes tunnels to (`CONNECT`), as HTTPS needs them.
    public static func start(
        in network: LabNetwork,
        port: UInt16 = 8888,
        tunnels: [UInt16] = [443]
    ) async throws -> Tinyproxy {
        let proxy = try Tinyproxy(network, port, tunnels)
        try await proxy.process.waitUntil("tinyproxy to listen on \(port)") { try network.server.listens(tcp: port) }
        return proxy
    }

    private init(_ network: LabNetwork, _ port: UInt16, _ tunnels: [UInt16]) throws {
        self.port = port
        let directory = try network.makeDirectory("tinyproxy")
        logFile = directory.appending(path: "log")
        let lines =
            [
                "Port \(port)", "Listen \(LabNetwork.serverAddress)", "Timeout 60", "MaxClients 50", "LogLevel Connect",
                "LogFile \"\(logFile.plainPath)\"",
            ] + tunnels.map { "ConnectPort \($0)" }
        let file = directory.appending(path: "tinyproxy.conf")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        let words = ["tinyproxy", "-d", "-c", file.plainPath]
        process = try network.start(LabCommand(words, in: network.server, insideRoot: true), name: "tinyproxy")
    }

    /// The requests that it was asked, such as "GET http://198.51.100.1/a.cfg HTTP/1.1" and "CONNECT
    /// prov.example.com:443 HTTP/1.1".
    public var requests: [String] {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            guard let start = line.range(of: "): "), line.contains("Request (file descriptor") else { return nil }
            return String(line[start.upperBound...])
        }
    }

    /// Ends the proxy.
    public func stop() async { await process.stop() }
}
