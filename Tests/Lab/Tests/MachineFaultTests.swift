import Foundation
import Glibc
import LabSupport
import Testing

/// What machines do to daemons: after each, nothing is lost, the state is as documented, and nothing starts again and again.
@Suite("The daemon on a machine that goes wrong", .serialized)
struct MachineFaultTests {
    private static let address = "198.51.100.50"

    @Test("after kill -9 it is back within two seconds, and the phone is provisioned again")
    func killed() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let machine = try await Machine.provisioned(lab)
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
            let machine = try await Machine.provisioned(lab)
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
            let machine = try await Machine.provisioned(lab)
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
            try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", Machine.url])
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
            let machine = try await Machine.provisioned(lab)
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
}
