import Foundation
import LabSupport
import Testing

/// What becomes of the daemon when time does not go as it should: nothing is lost, and what is planned stays true.
@Suite("The daemon on a machine whose time goes wrong", .serialized)
struct MachineClockTests {
    /// As far as a clock without a battery may be off.
    private static let tenYears = Duration.seconds(3_650 * 86_400)

    @Test(
        "a server that goes and comes back is asked again after CFG_RTRY_INTVL, its smallest value, however the clock jumps"
    )
    func serverAway() async throws {
        try await LabNetwork.with { lab in
            let file = Document.device(registrar: "a.example.com", prov: "<CFG_RTRY_INTVL>1</CFG_RTRY_INTVL>")
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": file])
            let (machine, clock) = try await Machine.provisionedWithClock(lab)
            await nginx.stop()
            try await machine.expectProvisioning(.fallback)
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            let began = ContinuousClock.now
            for ahead in [Self.tenYears, .zero - Self.tenYears] {
                try clock.set(ahead: ahead)
                let wait = try await machine.untilNextAttempt(ahead: ahead)
                #expect((.zero...(.seconds(60))).contains(wait), "\(ahead) ahead, the wait is the same: \(wait)")
            }
            // The clock stays there; two times the watchdog's time pass.
            _ = try await Nginx.start(in: lab, files: ["a.cfg": file])
            try await machine.require(
                ["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "90"],
                within: .seconds(95)
            )
            #expect((.seconds(50)..<(.seconds(75))).contains(ContinuousClock.now - began))
            try await machine.expectCalm()
        }
    }

    @Test("ten years ahead or behind, it starts, provisions and keeps what it has")
    func clock() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let (machine, clock) = try await Machine.provisionedWithClock(lab)
            for ahead in [Self.tenYears, .zero - Self.tenYears, .zero] {
                try clock.set(ahead: ahead)
                try await machine.require(["systemctl", "restart", "phoneprovd"])
                try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            }
            #expect(try nginx.records.map(\.status) == ["200", "304", "304", "304"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            try await machine.expectCalm()
        }
    }

    @Test("a clock that jumps while the daemon runs costs nothing, and CFG_RESYNC_TIME goes by it")
    func clockMoves() async throws {
        try await LabNetwork.with { lab in
            // Half a day from now, in the machine's local time, UTC: not while the test runs.
            let style = Date.VerbatimFormatStyle(
                format: "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)",
                timeZone: .gmt,
                calendar: Calendar(identifier: .gregorian)
            )
            let time = Date.now.addingTimeInterval(43_200).formatted(style)
            let prov = "<CFG_RESYNC_TIME>\(time)</CFG_RESYNC_TIME>"
            let file = Document.device(registrar: "a.example.com", prov: prov)
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": file])
            let (machine, clock) = try await Machine.provisionedWithClock(lab, "WatchdogSec=10s")
            var ahead = Duration.zero
            var wait = try await machine.untilNextAttempt(ahead: ahead)
            #expect((.zero...(.seconds(86_400))).contains(wait), "\(wait)")
            for jump in [Self.tenYears, Self.tenYears * -2] {
                ahead += jump
                try clock.set(ahead: ahead)
                // Nobody asks: it sees that when it tells systemd that it is alive.
                let text = "the clock was set \(abs(jump.components.seconds)) s \(jump < .zero ? "back" : "forward")"
                try await eventuallyTrue("the clock to be noticed", within: .seconds(20)) {
                    try await machine.journal("-u", "phoneprovd").map(\.message).contains(text)
                }
                wait = try await machine.untilNextAttempt(ahead: ahead)
                #expect((.zero...(.seconds(86_400))).contains(wait), "\(ahead) ahead: \(wait)")
            }
            #expect(try nginx.records.count == 1)
            let before = try #require(try await machine.phone().runNumber)

            // Three seconds before that time of day.
            ahead += .seconds(wait.components.seconds - 3)
            try clock.set(ahead: ahead)
            try await eventuallyTrue("the daily run", within: .seconds(20)) {
                try await machine.phone().runNumber == before + 1
            }
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.require(["phoneprovctl", "explain", "--json"]).contains("\"time-of-day\""))
            wait = try await machine.untilNextAttempt(ahead: ahead)
            #expect((.seconds(86_000)...(.seconds(86_400))).contains(wait), "a day later: \(wait)")
            #expect(try nginx.records.map(\.status) == ["200", "304"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            try await machine.expectCalm()
        }
    }

    @Test("frozen longer than its timers, as by a suspended machine, it goes on where it was when it thaws")
    func frozen() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            // The clock of a suspended machine's watchdog stands still too; that of a frozen control group does not.
            try await machine.dropIn("WatchdogSec=0", "Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=5")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await eventuallyTrue("the PnP window") { try await machine.phone().step == 3 }
            try await machine.freeze(true)
            try await Task.sleep(for: .seconds(7))
            try await machine.freeze(false)
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            #expect(try await machine.phone().lastOutcome == "failed")
            try await machine.expectCalm()
        }
    }

    @Test("frozen longer than WatchdogSec, it is started again when it thaws, and provisioned as it was")
    func frozenPastWatchdog() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Machine.boot(in: lab)
            try await machine.provision(["WatchdogSec=4s"])
            try await machine.freeze(true)
            // systemd has sent SIGABRT, which a frozen process takes when it thaws.
            try await eventuallyTrue("the watchdog to bark", within: .seconds(20)) {
                try await machine.property("SubState") == "stop-watchdog"
            }
            try await machine.freeze(false)
            try await eventuallyTrue("systemd to start it again", within: .seconds(20)) {
                try await machine.properties("NRestarts", "SubState") == ["NRestarts": "1", "SubState": "running"]
            }
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            #expect(try nginx.records.map(\.status) == ["200", "304"])
            #expect(try await machine.property("NRestarts") == "1")
        }
    }
}

extension Machine {
    /// The time until the next run, as the daemon's clock has it.
    fileprivate func untilNextAttempt(ahead: Duration) async throws -> Duration {
        let planned = try #require(try await phone().nextAttempt)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let now = Date.now.addingTimeInterval(Double(ahead.components.seconds))
        return .seconds(try style.parse(planned).timeIntervalSince(now))
    }
}
