import Foundation
import LabSupport

/// Shows the daemon's log as it grows, until a run has ended.
final class Narrator {
    private let daemon: Daemon
    private var shown = 0

    init(daemon: Daemon) { self.daemon = daemon }

    /// Prints each step when it ends.
    ///
    /// - Throws: `Demonstration.Failed` when the run ends otherwise, or does not end.
    func follow(until source: String, _ outcome: String, run: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(25)
        while ContinuousClock.now < deadline {
            let status = try await daemon.status().first
            try showNews()
            if let status, status.lastOutcome != nil, status.state != "provisioning", try finished(run) {
                try showNews()
                guard status.source == source, status.state == outcome else {
                    throw Demonstration.Failed(
                        description: "run \(run) was to be \(outcome) by \(source), but was \(status.state) by"
                            + " \(status.source ?? "none")"
                    )
                }
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Demonstration.Failed(description: "run \(run) did not end within 25 s")
    }

    private func finished(_ run: Int) throws -> Bool {
        try lines().count { $0.contains("a run begins") } == run
    }

    private func lines() throws -> [String] {
        try daemon.process.transcript.split(separator: "\n").map(String.init)
    }

    private func showNews() throws {
        let all = try lines()
        for line in all.dropFirst(shown) { say("  \(line)") }
        shown = all.count
    }
}
