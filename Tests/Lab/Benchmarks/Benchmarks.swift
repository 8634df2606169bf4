import Foundation
import Glibc
import LabSupport

/// `make bench`: figures, each beside a yardstick of the same run. Compare ratios, not figures of different days.
@main
struct Benchmarks {
    /// Every benchmark by its name on the command line; without a name all of them run, in this order.
    private static let all: [(name: String, run: @Sendable () async throws -> Void)] = [
        ("document", { try DocumentBenchmark.run() }),
        ("sip", { try await inLab(SIPReading.run) }),
        ("provisioned", { try await inLab(timeToProvisioned) }),
        ("machine", { try await inLab(MachineBenchmark.run) }),
        ("web", { try await WebBenchmark.run() }),
        ("downloads", { try await inLab(downloads) }),
        ("memory", { try await inLab(peakMemory) }),
        ("fleet", { try await FleetBenchmark.run() }),
        ("idle", { try await inLab(idle) }),
    ]

    private static func inLab(_ body: @escaping @Sendable (LabNetwork) async throws -> Void) async throws {
        try LabPlaces.requireReady()
        try await LabNetwork.with { network in try await body(network) }
    }

    static func main() async {
        do {
            let wanted = CommandLine.arguments.dropFirst()
            // Started by a benchmark, in a network of the lab.
            if wanted.first == "sleep" { return try await Task.sleep(for: .seconds(86_400)) }
            for (name, run) in all where wanted.isEmpty || wanted.contains(name) { try await run() }
            if let other = wanted.first(where: { name in !all.contains { $0.name == name } }) {
                throw Unexpected(text: "\(other); there are: \(all.map(\.name).joined(separator: ", "))")
            }
        } catch {
            var message = Array("benchmarks: \(error)\n".utf8)
            _ = write(STDERR_FILENO, &message, message.count)
            exit(1)
        }
    }

    struct Unexpected: Error, CustomStringConvertible {
        let text: String
        var description: String { "unexpected: \(text)" }
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func milliseconds(_ time: Duration) -> Double {
        Double(time.components.seconds) * 1_000 + Double(time.components.attoseconds) / 1e15
    }

    static func text(_ value: Double) -> String { String(format: "%8.1f", value) }
}
