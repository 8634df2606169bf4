import Foundation
import Glibc
import LabSupport
import Testing

/// What machines do to daemons: after each, nothing is lost, the state is as documented, and nothing starts again and again.
@Suite("The daemon on a machine that goes wrong", .serialized)
struct MachineFaultTests {
    private static let address = "198.51.100.50"
    private static let url = "http://198.51.100.1/a.cfg"

    /// A machine whose phone has been provisioned from a URL set by hand.
    private static func provisioned(_ lab: LabNetwork, _ lines: String...) async throws -> Machine {
        let machine = try await Machine.boot(in: lab)
        try await machine.install()
        try await machine.dropIn(["Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1"] + lines)
        try await machine.require(["systemctl", "start", "phoneprovd"])
        try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
        try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", url])
        try await machine.expectProvisioning(.provisioned)
        return machine
    }

    @Test("after kill -9 it is back within two seconds, and the phone is provisioned again")
    func killed() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Self.provisioned(lab)
            try await machine.require(["kill", "-KILL", try await machine.property("MainPID")])
            try await eventuallyTrue("systemd to start it again", within: .seconds(20)) {
                try await machine.properties("NRestarts", "SubState") == ["NRestarts": "1", "SubState": "running"]
            }
            let gone = try await machine.number("InactiveEnterTimestampMonotonic")
            let back = try await machine.number("ActiveEnterTimestampMonotonic")
            #expect(back > gone && back - gone < 2_000_000, "\(gone) to \(back)")
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            #expect(try nginx.records.map(\.status) == ["200", "304"])
        }
    }

    @Test("a daemon that cannot start is tried again after pauses that grow, and comes when it can")
    func growingPauses() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            // Somebody else has the control socket: status 1.
            try await machine.require(["mkdir", "/run/phoneprovd/io.phoneprovd"])
            _ = try await machine.run(["systemctl", "start", "phoneprovd"])
            try await eventuallyTrue("four failures", within: .seconds(40)) {
                try await machine.number("NRestarts") >= 4
            }
            // 0.5 s, 0.5 + 1, 0.5 + 2: the pauses that the log tells of.
            let pauses = try await machine.journal("-u", "phoneprovd").map(\.message).filter {
                $0.hasPrefix("Starts again in")
            }
            #expect(
                pauses.prefix(2).map { $0 } == [1, 2].map { "Starts again in \($0) s: it has failed again and again." }
            )
            try await machine.require(["rmdir", "/run/phoneprovd/io.phoneprovd"])
            try await eventuallyTrue("it to come", within: .seconds(20)) {
                try await machine.property("SubState") == "running"
            }
            // Who starts it by hand does not wait.
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            #expect(try await machine.property("NRestarts") == "0")
        }
    }

    @Test("restarted in the middle of a run, it begins anew with the settings from before")
    func restarted() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["a.cfg": Document.device(registrar: "a.example.com")],
                rules: [NginxRule("/slow.cfg", .slow(bytesPerSecond: 1))]
            )
            let machine = try await Self.provisioned(lab)
            try nginx.put("slow.cfg", Document.device(registrar: "new.example.com"))
            try nginx.put("a.cfg", Document.initial(standard: "slow.cfg"))
            try await machine.require(["phoneprovctl", "provision"])
            _ = try await nginx.waitForRequests("/a.cfg", count: 2)
            try await eventuallyTrue("the download to hang") { try await machine.phone().step == 8 }
            try nginx.put("a.cfg", Document.device(registrar: "a.example.com"))
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            try await machine.expectCalm()
        }
    }

    @Test("an interface that goes down and comes up, and one that gets another address, cost nothing")
    func interface() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Self.provisioned(lab)
            try await machine.require(["ip", "link", "set", "eth0", "down"])
            try await machine.require(["phoneprovctl", "provision"])
            let waiting = "waiting for an address on eth0"
            #expect(try await machine.require(["phoneprovctl", "status"]).contains(waiting))
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            try await machine.require(["ip", "link", "set", "eth0", "up"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])

            try await machine.require(["ip", "addr", "add", "198.51.100.77/24", "dev", "eth0"])
            try await machine.require(["ip", "addr", "del", "\(Self.address)/24", "dev", "eth0"])
            // Its secondary address goes with it, unless the kernel promotes it.
            _ = try await machine.run(["ip", "addr", "add", "198.51.100.77/24", "dev", "eth0"])
            try await eventuallyTrue("SIP at the new address", within: .seconds(10)) {
                try await machine.journal("-u", "phoneprovd").map(\.message).contains("SIP on eth0: 198.51.100.77:5060")
            }
            try await machine.expectProvisioning(.provisioned)
            try await machine.expectCalm()
        }
    }

    @Test("a server that goes and comes back is asked again after CFG_RTRY_INTVL, here its smallest value")
    func serverAway() async throws {
        try await LabNetwork.with { lab in
            let file = Document.device(registrar: "a.example.com", prov: "<CFG_RTRY_INTVL>1</CFG_RTRY_INTVL>")
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": file])
            let machine = try await Self.provisioned(lab)
            await nginx.stop()
            try await machine.expectProvisioning(.fallback)
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            let began = ContinuousClock.now
            let planned = try #require(try await machine.phone().nextAttempt)

            _ = try await Nginx.start(in: lab, files: ["a.cfg": file])
            try await machine.require(
                ["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "90"],
                within: .seconds(95)
            )
            #expect((.seconds(50)..<(.seconds(75))).contains(ContinuousClock.now - began), "planned for \(planned)")
            try await machine.expectCalm()
        }
    }

    @Test("ten years ahead or behind, it starts, provisions and keeps what it has", arguments: ["+3650d", "-3650d"])
    func clock(offset: String) async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Self.provisioned(lab, Self.movableClock, "Environment=DONT_FAKE_MONOTONIC=1")
            try await machine.write(offset, to: Self.clockFile)
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            try await machine.write("+0", to: Self.clockFile)
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try nginx.records.map(\.status) == ["200", "304", "304"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            try await machine.expectCalm()
        }
    }

    @Test("frozen longer than its timers, as by a suspended machine, it goes on where it was when it thaws")
    func frozen() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            // A suspended machine's watchdog does not count either; a frozen control group's does.
            try await machine.dropIn("WatchdogSec=0", "Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=5")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await eventuallyTrue("the PnP window") { try await machine.phone().step == 3 }
            try await machine.require(["systemctl", "kill", "--signal=STOP", "phoneprovd"])
            try await Task.sleep(for: .seconds(7))
            try await machine.require(["systemctl", "kill", "--signal=CONT", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            #expect(try await machine.phone().lastOutcome == "failed")
            try await machine.expectCalm()
        }
    }

    @Test("a full disk costs the run and nothing that was there; with room again the next one is kept")
    func fullDisk() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "old.example.com")])
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.require(["mkdir", "-p", "/var/lib/phoneprovd"])
            let options = "size=2m,mode=0700,uid=phoneprovd,gid=phoneprovd"
            try await machine.require(["mount", "-t", "tmpfs", "-o", options, "small", "/var/lib/phoneprovd"])
            try await machine.dropIn("Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", Self.url])
            try await machine.expectProvisioning(.provisioned)

            _ = try await machine.run(["sh", "-c", "cat /dev/zero >/var/lib/phoneprovd/filler 2>/dev/null"])
            let large = Document.device(registrar: "new.example.com")
            try nginx.put("a.cfg", large + "<!--\(String(repeating: "x", count: 200_000))-->")
            try await machine.expectProvisioning(.fallback)
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "old.example.com\n")
            let status = try await machine.statusText { $0.contains("flash could not be written") }
            #expect(status.contains("settings come from saved copies"))

            try await machine.require(["rm", "/var/lib/phoneprovd/filler"])
            try await machine.expectProvisioning(.provisioned)
            try await machine.expectCalm()
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "new.example.com\n")
        }
    }

    @Test("with a state directory that it cannot write it works from memory, and says so once")
    func readOnly() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Self.provisioned(lab)
            let lines = ["Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1", "ReadOnlyPaths=/var/lib/phoneprovd"]
            try await machine.dropIn(lines)
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            // What was there can be read, and a run can be made of it.
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "a.example.com\n")
            let entries = try await machine.journal("MESSAGE_ID=89b198865ecf4a77b21ba0b0b4d39104")
            #expect(entries.count == 1 && entries[0]["PRIORITY"] == "3", "\(entries)")
            try await machine.expectCalm()
        }
    }

    /// libfaketime in the daemon: its wall clock is off by what stands in a file, which is read at each look.
    private static let clockFile = "/run/faketime"
    private static let movableClock =
        "Environment=LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 FAKETIME_NO_CACHE=1 "
        + "FAKETIME_TIMESTAMP_FILE=\(clockFile)"
}

extension Machine {
    /// Starts a run, waits for its end and expects it to be so.
    fileprivate func expectProvisioning(
        _ state: Outcome,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await require(["phoneprovctl", "provision"])
        try await require(["phoneprovctl", "wait", "--timeout", "30"])
        let ended = try await phone().state
        #expect(ended == state.rawValue, sourceLocation: sourceLocation)
    }

    fileprivate enum Outcome: String { case provisioned, fallback }

    /// The service runs, and was not started again.
    fileprivate func expectCalm(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let state = try await properties("ActiveState", "SubState", "NRestarts")
        #expect(
            state == ["ActiveState": "active", "SubState": "running", "NRestarts": "0"],
            sourceLocation: sourceLocation
        )
    }
}
