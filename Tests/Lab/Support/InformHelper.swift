import Foundation

/// `phoneprov-inform` behind its socket, as its units have it.
public final class InformHelper: Sendable {
    /// The socket, for `dhcp.informSocket`.
    public let socket: String
    /// The process that listens, and starts a helper for each question.
    public let process: LabProcess

    /// Starts listening on the phone's host.
    public static func start(in network: LabNetwork) async throws -> InformHelper {
        let helper = try InformHelper(network)
        let socket = helper.socket
        try await helper.process.waitUntil("the helper's socket") { FileManager.default.fileExists(atPath: socket) }
        return helper
    }

    private init(_ network: LabNetwork) throws {
        socket = try network.makeDirectory("inform").appending(path: "socket").plainPath
        let program = LabPlaces.programs.appending(path: "phoneprov-inform").plainPath
        let words = ["systemd-socket-activate", "--listen=\(socket)", "--accept", "--inetd", program]
        process = try network.start(LabCommand(words, in: network.phone), name: "phoneprov-inform")
    }

    /// The line of phoneprovd.yaml.
    /// - Parameter policy: `auto`, `always` or `never`.
    public func line(_ policy: String = "auto") -> String { "dhcp: { inform: \(policy), informSocket: \(socket) }" }
}
