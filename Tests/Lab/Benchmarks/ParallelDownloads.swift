import Foundation
import LabSupport

// A thousand downloads of a small file, beside curl.

extension Benchmarks {
    private static let count = 1_000
    private static let atOnce = 50

    static func downloads(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        let bytes = 2_048
        try nginx.put("f", String(repeating: "x", count: bytes))
        let url = "http://\(LabNetwork.serverAddress)/f"
        // A program of its own: this one is linked with more libraries than curl.
        let ours = LabCommand([LabPlaces.programs.appending(path: "download-benchmark").path, url, "\(bytes)"])
        let theirs = [
            "curl", "--parallel", "--parallel-max", "\(atOnce)", "-sS", "-o", "/dev/null", "\(url)?[1-\(count)]",
        ]
        var engine: [Double] = []
        var curl: [Double] = []
        for _ in 0..<rounds {
            for isEngine in [true, false] {
                var command = isEngine ? ours : LabCommand(theirs)
                command.namespace = network.phone
                let done = try await network.run(command, within: .seconds(60))
                let spent = milliseconds(done.duration)
                guard done.status == 0 else { throw Unexpected(text: "\(done.exit): \(done.errors)") }
                if isEngine { engine.append(spent) } else { curl.append(spent) }
            }
        }
        let asked = 2 * rounds * count
        let served = try nginx.records.count { $0.status == "200" && $0.bytes == "\(bytes)" }
        guard served == asked else { throw Unexpected(text: "nginx served \(served) files of \(asked)") }
        say("\n\(count) downloads of 2 KB from nginx, \(atOnce) at once, the whole process, median of \(rounds):")
        say("  the download engine                      \(text(median(engine))) ms")
        say("  curl --parallel                          \(text(median(curl))) ms")
        say("  rate, ours by curl's                     \(String(format: "%8.2f", median(curl) / median(engine)))")
    }
}
