import Foundation
import Glibc

/// What a process has used so far.
struct Usage {
    let cpuSeconds: Double
    let voluntarySwitches: Int

    init(of pid: pid_t) throws {
        // In nanoseconds, threads that have ended included (clock_getcpuclockid(3)).
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw Benchmarks.Unexpected(text: "no CPU clock of process \(pid)")
        }
        cpuSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        var switches = 0
        for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task") {
            switches += (try? Self.value("voluntary_ctxt_switches:", in: "/proc/\(pid)/task/\(thread)/status")) ?? 0
        }
        voluntarySwitches = switches
    }

    static func residentKiB(of pid: pid_t) throws -> Int { try value("VmRSS:", in: "/proc/\(pid)/status") }

    /// The most that was resident since the start, or since the count began anew.
    static func peakKiB(of pid: pid_t) throws -> Int { try value("VmHWM:", in: "/proc/\(pid)/status") }

    private static func value(_ name: String, in file: String) throws -> Int {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
