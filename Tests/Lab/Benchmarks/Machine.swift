import Foundation
import LabSupport

/// A whole machine: how exposed systemd finds the service, how long it takes to be ready and provisioned, what it costs while
/// nothing happens, and how large the package is. Each beside a service of systemd's own.
enum MachineBenchmark {
    private static let rounds = 9

    static func run(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        try nginx.put("KX-UTG200B.cfg", "<PANASIPPhoneConfig><Device/></PANASIPPhoneConfig>")
        _ = try await KamailioPnP.start(in: network, .init(url: "http://\(LabNetwork.serverAddress)/"))
        let machine = try await Machine.boot(in: network)
        try await machine.install()

        say("\nExposure, by systemd-analyze security (0 is safest):")
        for unit in ["phoneprovd", "phoneprovd@eth0", "phoneprovd-wait", "systemd-networkd", "systemd-timesyncd"] {
            say(
                "  \(unit.padding(toLength: 40, withPad: " ", startingAt: 0)) \(figure(try await machine.exposure(of: unit)))"
            )
        }

        var ready: [Double] = []
        var itself: [Double] = []
        var provisioned: [Double] = []
        var theirs: [Double] = []
        for _ in 0..<rounds {
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            let began = try await machine.number("InactiveExitTimestampMonotonic")
            let entered = try await machine.number("ActiveEnterTimestampMonotonic")
            ready.append(Double(entered - began) / 1_000)
            let started = try await machine.number("ExecMainStartTimestampMonotonic")
            itself.append(Double(entered - started) / 1_000)
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            provisioned.append(Double(try await ended(machine) - began) / 1_000)
            // It has a limit of starts in a time, which would count these.
            try await machine.require(["systemctl", "reset-failed", "systemd-networkd"])
            try await machine.require(["systemctl", "restart", "systemd-networkd"])
            theirs.append(try await startTime(of: "systemd-networkd", machine))
        }
        say("\nFrom systemctl start on, by systemd's and the journal's clock, median of \(rounds):")
        say("  phoneprovd, to READY                     \(figure(median(ready))) ms")
        say("  of it the daemon itself                  \(figure(median(itself))) ms")
        say("  systemd-networkd, to READY               \(figure(median(theirs))) ms")
        say("  ratio                                    \(figure(median(ready) / median(theirs)))")
        say("  phoneprovd, to provisioned by PnP        \(figure(median(provisioned))) ms")
        try await idle(machine, try Benchmarks.startSleeper(in: network))
        try sizes()
    }

    /// With the watchdog, as the service runs: a wake-up is a thread that has slept of its own accord.
    private static func idle(_ machine: Machine, _ sleeper: LabProcess) async throws {
        let seconds = Benchmarks.idleSeconds
        let units = ["phoneprovd", "systemd-networkd"]
        // The end of the run, and the start of the other, are no part of being idle.
        try await Task.sleep(for: .seconds(15))
        var before: [UnitUsage] = []
        for unit in units { before.append(try await UnitUsage(of: unit, machine)) }
        let sleepingBefore = try Usage(of: sleeper.pid).voluntarySwitches
        try await Task.sleep(for: .seconds(seconds))
        let sleeping = try Usage(of: sleeper.pid).voluntarySwitches - sleepingBefore
        say("\nIdle, the phone provisioned:")
        for (unit, before) in zip(units, before) {
            let after = try await UnitUsage(of: unit, machine)
            let name = unit.padding(toLength: 24, withPad: " ", startingAt: 0)
            say("  \(name) resident        \(figure(Double(after.residentKiB) / 1_024)) MiB")
            say("  \(name) of it its own   \(figure(Double(after.ownKiB) / 1_024)) MiB")
            let switches = after.voluntarySwitches - before.voluntarySwitches
            say("  \(name) voluntary context switches in \(seconds) s: \(switches)")
        }
        let name = "a Swift program, asleep".padding(toLength: 24, withPad: " ", startingAt: 0)
        say("  \(name) voluntary context switches in \(seconds) s: \(sleeping)")
    }

    private static func startTime(of unit: String, _ machine: Machine) async throws -> Double {
        let began = try await machine.number("InactiveExitTimestampMonotonic", of: unit)
        return Double(try await machine.number("ActiveEnterTimestampMonotonic", of: unit) - began) / 1_000
    }

    /// When the last run ended, in microseconds of the monotonic clock.
    private static func ended(_ machine: Machine) async throws -> Int64 {
        let entries = try await machine.journal("MESSAGE_ID=995d9b3283c6407b93a2d11d0c24b973")
        guard let time = entries.last?["__MONOTONIC_TIMESTAMP"].flatMap({ Int64($0) }) else {
            throw Benchmarks.Unexpected(text: "no end of a run in the journal")
        }
        return time
    }

    private static func sizes() throws {
        guard let package = LabPlaces.debianPackage else {
            say("\nThere is no package to weigh: make deb makes it.")
            return
        }
        let bytes = try package.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        say("\nThe package, \(package.lastPathComponent):")
        say("  size                                     \(figure(Double(bytes) / 1_000_000)) MB (at most 25.0)")
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func figure(_ value: Double) -> String { String(format: "%8.1f", value) }
}

/// What a service's process has used so far, as the machine sees it.
private struct UnitUsage {
    let residentKiB: Int
    /// Without what is a file's, such as its program's code.
    let ownKiB: Int
    let voluntarySwitches: Int

    init(of unit: String, _ machine: Machine) async throws {
        let place = "/proc/\(try await machine.number("MainPID", of: unit))"
        let process = try await machine.require(["cat", "\(place)/status"])
        residentKiB = try Self.sum("VmRSS:", in: process)
        ownKiB = try Self.sum("RssAnon:", in: process)
        let threads = try await machine.require(["sh", "-ec", "cat \(place)/task/*/status"])
        voluntarySwitches = try Self.sum("voluntary_ctxt_switches:", in: threads)
    }

    private static func sum(_ name: String, in text: String) throws -> Int {
        let values = text.split(separator: "\n").filter { $0.hasPrefix(name) }.compactMap { line in
            line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        }
        guard !values.isEmpty else { throw Benchmarks.Unexpected(text: "no \(name) in \(text)") }
        return values.reduce(0, +)
    }
}
