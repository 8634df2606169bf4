import Foundation
import LabSupport

// What a run with the largest files costs in memory, while it lasts.

extension Benchmarks {
    /// The most that a configuration file may have, in bytes.
    private static let largest = 245_760

    static func peakMemory(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        func path(_ role: String) -> String { "<CFG_\(role)_FILE_PATH>\(role).cfg</CFG_\(role)_FILE_PATH>" }
        let paths = ["STANDARD", "PRODUCT", "MASTER"].map(path).joined()
        let small = "<PANASIPPhoneConfig><Initial><CfgFiles></CfgFiles></Initial></PANASIPPhoneConfig>"
        try nginx.put("KX-UTG200B.cfg", small)
        _ = try await KamailioPnP.start(in: network, .init(url: "http://\(LabNetwork.serverAddress)/"))
        let daemon = try await Daemon.start(in: network)
        _ = try await daemon.waitForRun()
        try nginx.put("KX-UTG200B.cfg", small.replacing("></CfgFiles>", with: ">\(paths)</CfgFiles>"))

        let kinds = [("the phone's own parameters", 0), ("5,000 parameters each", 5_000)]
        say("\nA run with three files of \(largest) bytes, median of 5:")
        for (kind, parameters) in kinds {
            var above: [Double] = []
            var idle: [Double] = []
            for round in 1...5 {
                for role in ["STANDARD", "PRODUCT", "MASTER"] {
                    try nginx.put("\(role).cfg", document(round, role, parameters))
                }
                // What the run before it leaves to be done is no part of this one's memory.
                try await Task.sleep(for: .seconds(3))
                let before = try daemon.residentKiB()
                // From now on the kernel counts the peak anew (proc(5), /proc/PID/clear_refs).
                try Data("5".utf8).write(to: URL(filePath: "/proc/\(try daemon.process.pid)/clear_refs"))
                _ = try await daemon.ctl(["provision"])
                let status = try await daemon.waitForRun()
                guard status.state == "provisioned" else { throw Unexpected(text: "the run ended \(status.state)") }
                above.append(Double(try Usage.peakKiB(of: daemon.process.pid) - before) / 1_024)
                idle.append(Double(before) / 1_024)
            }
            say("  resident before it                       \(text(median(idle))) MiB")
            say("  peak above that                          \(text(median(above))) MiB, \(kind)")
        }
    }

    /// A file of that size, another one each time.
    private static func document(_ round: Int, _ role: String, _ parameters: Int) -> String {
        let mark = "<!-- \(role) \(round) -->"
        return DocumentBenchmark.document(parameters: parameters, bytes: largest - mark.utf8.count) + mark
    }
}
