import Foundation

/// phoneprov-web on the lab's phone, started by hand: it listens at 127.0.0.1:8443 of the phone's host.
public final class WebProgram: Sendable {
    /// Where the pages are.
    public static let origin = "https://127.0.0.1:8443"
    /// Its process; what it says is in its output.
    public let process: LabProcess
    /// Its state directory.
    public let directory: URL

    /// Starts it for a daemon, and waits until it listens.
    /// - Parameters:
    ///   - lines: further lines of its configuration.
    ///   - programs: the directory that holds phoneprov-web.
    public static func start(
        in network: LabNetwork,
        for daemon: Daemon,
        lines: [String] = [],
        programs: URL = LabPlaces.programs
    ) async throws -> WebProgram {
        let directory = try network.makeDirectory("phoneprov-web")
        let file = directory.appending(path: "phoneprov-web.yaml")
        let text = ["controlSocket: \(daemon.controlSocket)", "stateDirectory: \(directory.plainPath)"] + lines
        try Data((text.joined(separator: "\n") + "\n").utf8).write(to: file)
        let program = programs.appending(path: "phoneprov-web").plainPath
        let process = try network.start(
            LabCommand([program, "--config", file.plainPath], in: network.phone),
            name: "phoneprov-web"
        )
        try await process.waitForOutput("listening at", within: .seconds(10))
        return WebProgram(process, directory)
    }

    private init(_ process: LabProcess, _ directory: URL) {
        self.process = process
        self.directory = directory
    }

    /// The memory that is resident, in KiB (VmRSS of proc(5)).
    public func residentKiB() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let figure = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw LabError.unreadable(what: "VmRSS of phoneprov-web", text: text)
        }
        return figure
    }
}
