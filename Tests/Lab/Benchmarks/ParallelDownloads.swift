import Foundation
import LabSupport

// A thousand downloads of a small file, beside curl.

extension Benchmarks {
    private static let count = 1_000
    private static let atOnce = 50
    /// More than elsewhere: three threads on two processors take turns as they like.
    private static let downloadRounds = 51

    static func downloads(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        let bytes = 2_048
        try nginx.put("f", String(repeating: "x", count: bytes))
        let url = "http://\(LabNetwork.serverAddress)/f"
        // A program of its own: this one is linked with more libraries than curl.
        let program = LabPlaces.programs.appending(path: "download-benchmark").path
        let commands = [
            [program, "phones", url, "\(bytes)"],
            [program, "tasks", url, "\(bytes)"],
            ["curl", "--parallel", "--parallel-max", "\(atOnce)", "-sS", "-o", "/dev/null", "\(url)?[1-\(count)]"],
        ]
        var spent = commands.map { _ in [Double]() }
        for _ in 0..<downloadRounds {
            for (index, words) in commands.enumerated() {
                var command = LabCommand(words)
                command.namespace = network.phone
                let done = try await network.run(command, within: .seconds(60))
                guard done.status == 0 else { throw Unexpected(text: "\(done.exit): \(done.errors)") }
                spent[index].append(milliseconds(done.duration))
            }
        }
        let asked = commands.count * downloadRounds * count
        let served = try nginx.records.count { $0.status == "200" && $0.bytes == "\(bytes)" }
        guard served == asked else { throw Unexpected(text: "nginx served \(served) files of \(asked)") }
        let (phones, tasks, curl) = (median(spent[0]), median(spent[1]), median(spent[2]))
        say(
            "\n\(count) downloads of 2 KB from nginx, \(atOnce) at once, the whole process, median of \(downloadRounds):"
        )
        say("  the download engine, 50 phones           \(text(phones)) ms")
        say("  the download engine, a task for each     \(text(tasks)) ms")
        say("  curl --parallel                          \(text(curl)) ms")
        say("  rate, ours by curl's, 50 phones          \(ratio(curl / phones))")
        say("  rate, ours by curl's, a task for each    \(ratio(curl / tasks))")
    }

    private static func ratio(_ value: Double) -> String { String(format: "%8.2f", value) }
}
