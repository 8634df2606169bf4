import Foundation
import LabSupport

extension Daemon {
    /// Starts phoneprovd with this daemon's configuration, and waits for nothing.
    /// - Parameters:
    ///   - environment: variables that stand over the file.
    ///   - setup: shell commands run before it in its own mount namespace: mounts made there go when it ends.
    func launch(
        in lab: LabNetwork,
        environment: [String: String] = [:],
        after setup: String = ":"
    ) throws -> LabProcess {
        let program = LabPlaces.programs.appending(path: "phoneprovd").path(percentEncoded: false)
        let file = directory.appending(path: "phoneprovd.yaml").path(percentEncoded: false)
        let script = "set -e; \(setup); exec \"$@\""
        let words = ["sh", "-c", script, "sh", program, "--config", file]
        return try lab.start(LabCommand(words, in: lab.phone, environment: environment), name: "phoneprovd")
    }

    /// Waits until phoneprovctl reaches a daemon that was launched.
    func waitForSocket(of process: LabProcess) async throws {
        try await process.waitUntil("the control socket to answer") { try await ctl(["status"]).status == 0 }
    }
}
