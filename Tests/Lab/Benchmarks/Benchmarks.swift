import Foundation
import Glibc
import LabSupport

/// `make bench`: figures, each beside a yardstick of the same run. Compare ratios, not figures of different days.
@main
struct Benchmarks {
    /// Every benchmark by its name on the command line; without a name all of them run, in this order.
    private static let all: [(name: String, run: @Sendable () async throws -> Void)] = [
        ("document", { try DocumentBenchmark.run() }),
        ("provisioned", { try await inLab(timeToProvisioned) }),
        ("web", { try await WebBenchmark.run() }),
        ("idle", { try await inLab(idle) }),
    ]

    private static func inLab(_ body: @escaping @Sendable (LabNetwork) async throws -> Void) async throws {
        try LabPlaces.requireReady()
        try await LabNetwork.with { network in try await body(network) }
    }

    static func main() async {
        do {
            let wanted = CommandLine.arguments.dropFirst()
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

    /// The runs that a figure is the median of.
    private static let rounds = 15

    private static func timeToProvisioned(_ network: LabNetwork) async throws {
        let nginx = try await Nginx.start(in: network)
        let base = "http://\(LabNetwork.serverAddress)"
        try nginx.put(
            "KX-UTG200B.cfg",
            "<PANASIPPhoneConfig><Initial><CfgFiles><CFG_STANDARD_FILE_PATH>\(base)/Config{MAC}.cfg"
                + "</CFG_STANDARD_FILE_PATH></CfgFiles></Initial></PANASIPPhoneConfig>"
        )
        try nginx.put(
            "Config0080F0ABCDEF.cfg",
            "<PANASIPPhoneConfig><Device><System><Prov><CFG_RTRY_INTVL>10</CFG_RTRY_INTVL></Prov></System></Device>"
                + "</PANASIPPhoneConfig>"
        )
        _ = try await KamailioPnP.start(in: network, .init(url: "\(base)/"))

        var phone: [Double] = []
        var curl: [Double] = []
        for _ in 0..<rounds {
            let began = ContinuousClock.now
            let daemon = try await Daemon.start(in: network)
            let status = try await daemon.waitForRun(state: "provisioned")
            phone.append(milliseconds(ContinuousClock.now - began))
            guard status.source == "sip-pnp" else { throw Unexpected(text: "source \(status.source ?? "none")") }
            try await daemon.stop()

            let fetching = ContinuousClock.now
            _ = try await network.run(
                LabCommand(
                    [
                        "curl", "-sS", "-o", "/dev/null", "-o", "/dev/null", "\(base)/KX-UTG200B.cfg",
                        "\(base)/Config0080F0ABCDEF.cfg",
                    ],
                    in: network.phone
                )
            )
            curl.append(milliseconds(ContinuousClock.now - fetching))
        }
        say(
            "From process start to provisioned (PnP by Kamailio, an initial and a standard file by nginx), median of \(rounds):"
        )
        say("  phoneprovd, phoneprovctl wait included   \(text(median(phone))) ms")
        say("  curl, the same two files                 \(text(median(curl))) ms")
        say("  ratio                                    \(text(median(phone) / median(curl)))")
    }

    private static func idle(_ network: LabNetwork) async throws {
        let seconds = ProcessInfo.processInfo.environment["BENCH_IDLE_SECONDS"].flatMap(Int.init) ?? 600
        let nginx = try await Nginx.start(in: network)
        try nginx.put("KX-UTG200B.cfg", "<PANASIPPhoneConfig><Device/></PANASIPPhoneConfig>")
        _ = try await KamailioPnP.start(in: network, .init(url: "http://\(LabNetwork.serverAddress)/"))
        let daemon = try await Daemon.start(in: network)
        _ = try await daemon.waitForRun(state: "provisioned")

        let yardstick = try await buildYardstick(in: network)
        let process = try network.start(LabCommand([yardstick], in: network.phone), name: "idle")
        try await process.waitForOutput("ready")

        // What the end of the run leaves to be done, pool threads that end among it, is no part of being idle.
        try await Task.sleep(for: .seconds(15))
        let before = try Usage(of: daemon.process.pid)
        try await Task.sleep(for: .seconds(seconds))
        let after = try Usage(of: daemon.process.pid)
        let ours = Double(try daemon.residentKiB()) / 1_024
        let theirs = Double(try Usage.residentKiB(of: process.pid)) / 1_024
        say("\nIdle with one phone, provisioned:")
        say("  resident, phoneprovd                     \(text(ours)) MiB")
        say("  resident, a C program with the libraries \(text(theirs)) MiB")
        say("  ratio                                    \(text(ours / theirs))")
        say("  CPU time in \(seconds) s                     \(text((after.cpuSeconds - before.cpuSeconds) * 1_000)) ms")
        say("  voluntary context switches in \(seconds) s   \(after.voluntarySwitches - before.voluntarySwitches)")
    }

    /// Built here, because it is a program of the machine's own compiler.
    private static func buildYardstick(in network: LabNetwork) async throws -> String {
        let source = LabPlaces.repository.appending(path: "Tests/Lab/Benchmarks/idle.c").path
        let program = network.directory.appending(path: "idle").path
        _ = try await LabProcess.require(
            LabCommand([
                "clang", "-O2", "-I/usr/include/libxml2", "-o", program, source, "-lcurl", "-lxml2", "-lsystemd",
            ]),
            within: .seconds(60)
        )
        return program
    }

    struct Unexpected: Error, CustomStringConvertible {
        let text: String
        var description: String { "unexpected: \(text)" }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func milliseconds(_ time: Duration) -> Double {
        Double(time.components.seconds) * 1_000 + Double(time.components.attoseconds) / 1e15
    }

    private static func text(_ value: Double) -> String { String(format: "%8.1f", value) }
}

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

    private static func value(_ name: String, in file: String) throws -> Int {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
