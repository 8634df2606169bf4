import Foundation
import LabSupport

// What a provisioned phone costs while nothing happens.

extension Benchmarks {
    /// How long nothing happens: BENCH_IDLE_SECONDS, or ten minutes.
    static let idleSeconds = ProcessInfo.processInfo.environment["BENCH_IDLE_SECONDS"].flatMap(Int.init) ?? 600

    static func idle(_ network: LabNetwork) async throws {
        let seconds = idleSeconds
        let nginx = try await Nginx.start(in: network)
        try nginx.put("KX-UTG200B.cfg", "<PANASIPPhoneConfig><Device/></PANASIPPhoneConfig>")
        _ = try await KamailioPnP.start(in: network, .init(url: "http://\(LabNetwork.serverAddress)/"))
        let daemon = try await Daemon.start(in: network)
        _ = try await daemon.waitForRun(state: "provisioned")

        let yardstick = try await buildYardstick(in: network)
        let process = try network.start(LabCommand([yardstick], in: network.phone), name: "idle")
        try await process.waitForOutput("ready")

        let sleeper = try startSleeper(in: network)
        // What the end of the run leaves to be done, pool threads that end among it, is no part of being idle.
        try await Task.sleep(for: .seconds(15))
        let before = try Usage(of: daemon.process.pid)
        let sleepingBefore = try Usage(of: sleeper.pid).voluntarySwitches
        try await Task.sleep(for: .seconds(seconds))
        let after = try Usage(of: daemon.process.pid)
        let sleeping = try Usage(of: sleeper.pid).voluntarySwitches - sleepingBefore
        let ours = Double(try daemon.residentKiB()) / 1_024
        let theirs = Double(try Usage.residentKiB(of: process.pid)) / 1_024
        say("\nIdle with one phone, provisioned:")
        say("  resident, phoneprovd                     \(text(ours)) MiB")
        say("  resident, a C program with the libraries \(text(theirs)) MiB")
        say("  ratio                                    \(text(ours / theirs))")
        say("  CPU time in \(seconds) s                     \(text((after.cpuSeconds - before.cpuSeconds) * 1_000)) ms")
        say("  voluntary context switches in \(seconds) s   \(after.voluntarySwitches - before.voluntarySwitches)")
        say("  of a Swift program that only sleeps      \(sleeping)")
    }

    /// A yardstick for wake-ups: Swift's runtime has a thread on Linux that looks after its pool of threads once a second,
    /// whatever the program does (libdispatch's work queue monitor).
    static func startSleeper(in network: LabNetwork) throws -> LabProcess {
        try network.start(LabCommand([try own(), "sleep"]), name: "sleeper")
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

    /// This program.
    static func own() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }
}
