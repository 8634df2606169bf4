import Foundation
import LabSupport
import Testing

/// A URL that cannot be provisioned from, what is said about it, and how long that may take.
///
/// Whatever the fault is, nothing that was in force before changes.
struct Fault: Sendable {
    /// The daemon's limits while faults are tried: short, so that a fault that hangs costs seconds.
    static let limits =
        "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, totalSeconds: 4, trySeconds: 2 }"

    let url: String
    let message: String
    /// How long the whole run may take: generous, as the machine may be busy.
    let seconds: Double
    /// Further parameters that are set before the run.
    let settings: [(name: String, value: String)]

    init(
        _ url: String,
        says message: String,
        within seconds: Double = 5,
        with settings: [(name: String, value: String)] = []
    ) {
        self.url = url
        self.message = message
        self.seconds = seconds
        self.settings = settings
    }

    /// What a run looks like from outside.
    struct Run: Decodable {
        struct File: Decodable, Hashable {
            let role: String
            let disposition: String
            let sha256: String?
        }
        struct Change: Decodable { let name: String }
        let outcome: String
        let startedAt: String
        let milliseconds: Int
        let nextAttempt: String?
        let advice: String?
        let files: [File]
        let changes: [Change]

        /// From the end of the run to the next attempt, in seconds.
        func wait() throws -> Double {
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let began = try format.parse(startedAt)
            let next = try format.parse(try #require(nextAttempt))
            return next.timeIntervalSince(began) - Double(milliseconds) / 1_000
        }
    }

    /// Provisions from it and compares everything that can be seen with what was there before.
    @discardableResult
    func suffer(_ daemon: Daemon) async throws -> Run {
        try await daemon.set("USR_PROV_SVR_URL", url)
        for (name, value) in settings { try await daemon.set(name, value) }
        let before = try await daemon.ctl(["get", "--reveal"]).output
        let state = try await daemon.provision().state
        let run = try await daemon.json(Run.self, ["explain", "--json"])
        #expect(state == "fallback" && run.outcome == "fallback", "\(url)")
        let said = try await daemon.text(ofStep: 8)
        #expect(said.contains(message), "\(url), after \(run.milliseconds) ms: \(said)")
        #expect(Double(run.milliseconds) / 1_000 < seconds, "\(url)")
        #expect(run.nextAttempt != nil && run.advice != nil, "\(url): a retry, and advice")
        #expect(run.changes.isEmpty, "\(url): \(run.changes)")
        #expect(!run.files.isEmpty && run.files.allSatisfy { $0.disposition == "saved" }, "\(url): \(run.files)")
        #expect(try await daemon.ctl(["get", "--reveal"]).output == before, "\(url) changed a setting")
        #expect(try daemon.process.exit == nil, "\(url) ended the daemon")
        return run
    }

    /// The digests of the files in force, by role.
    static func digests(_ daemon: Daemon) async throws -> [String: String] {
        let run = try await daemon.json(Run.self, ["explain", "--json"])
        return Dictionary(run.files.map { ($0.role, $0.sha256 ?? "none") }) { $1 }
    }

    // MARK: Before and after

    static let good = [
        "good.cfg": Document.initial(standard: "s.cfg"),
        "s.cfg": Document.device(registrar: "before.example.com", prov: "<CFG_RTRY_INTVL>7</CFG_RTRY_INTVL>"),
    ]

    /// A daemon that was provisioned once.
    static func provisioned(
        in lab: LabNetwork,
        from url: String = "http://198.51.100.1/good.cfg",
        nameServer: String = LabNetwork.serverAddress,
        lines: [String] = [limits]
    ) async throws -> Daemon {
        let configuration = DaemonConfiguration(pnpTimeoutSeconds: 1, lines: lines)
        let daemon = try await Daemon.start(in: lab, configuration, nameServer: nameServer)
        _ = try await daemon.waitForRun()
        try await daemon.set("USR_PROV_SVR_URL", url)
        #expect(try await daemon.provision().state == "provisioned")
        try await expectKept(daemon)
        return daemon
    }

    /// What the phone had before it was given bad input, in memory and in flash.
    static func expectKept(_ daemon: Daemon) async throws {
        #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "before.example.com")
        try await daemon.crash()
        try await daemon.start()
        #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "before.example.com")
        _ = try await daemon.waitForRun()
    }

    /// An address of the network to which packets go, and from which none come.
    static let blackHole = "198.51.100.77"

    /// Frames for the address leave, addressed to a card that nobody has.
    static func makeBlackHole(in lab: LabNetwork) async throws {
        let words = ["ip", "-n", lab.phone.name, "neigh", "replace", blackHole, "lladdr", "00:00:5e:00:53:77"]
        try await LabProcess.require(LabCommand(words + ["dev", LabNetwork.interface]))
    }
}
