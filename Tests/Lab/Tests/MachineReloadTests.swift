import Foundation
import Glibc
import LabSupport
import Testing

/// `systemctl reload`, one daemon for each interface, waiting at boot, and secrets out of files.
@Suite("The daemon's configuration under systemd", .serialized)
struct MachineReloadTests {
    private static let configuration = "/etc/phoneprovd/phoneprovd.yaml"
    private static let secret = "geheim"

    private static func phones(_ phones: [(mac: String, version: String, interface: String)]) -> String {
        "sipPnP: { timeoutSeconds: 1 }\nphones:\n"
            + phones.map {
                "  - { mac: \"\($0.mac)\", model: KX-UTG200B, softwareVersion: \"\($0.version)\", interface: \($0.interface) }\n"
            }.joined()
    }

    private static let first = (mac: "0080F0000001", version: "03.131", interface: "eth0")

    @Test("reload takes phones in and out while the run of another goes on, and systemctl waits for its end")
    func reload() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["slow.cfg": Document.device(registrar: "slow.example.com")],
                rules: [NginxRule("/slow.cfg", .slow(bytesPerSecond: 60))]
            )
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            let second = (mac: "0080F0000002", version: "03.131", interface: "eth0")
            let third = (mac: "0080F0000003", version: "03.131", interface: "eth0")
            try await machine.write(Self.phones([Self.first, second, third]), to: Self.configuration)
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            let pid = try await machine.property("MainPID")

            // The first phone is in the middle of a download.
            let set = [
                "phoneprovctl", "--phone", Self.first.mac, "set", "USR_PROV_SVR_URL", "http://198.51.100.1/slow.cfg",
            ]
            try await machine.require(set)
            try await machine.require([
                "phoneprovctl", "--phone", second.mac, "set", "SIP_RGSTR_ADDR_1", "kept.example.com",
            ])
            try await machine.require(["phoneprovctl", "--phone", Self.first.mac, "provision"])
            try await eventuallyTrue("the download") { try await machine.phone(Self.first.mac)?.step == 8 }
            let run = try await machine.phone(Self.first.mac)?.runNumber

            let changed = (mac: second.mac, version: "04.000", interface: "eth0")
            let fourth = (mac: "0080F0000004", version: "03.131", interface: "eth0")
            try await machine.write(Self.phones([fourth, Self.first, changed]), to: Self.configuration)
            try await machine.require(["systemctl", "reload", "phoneprovd"])
            #expect(try await machine.phones().map(\.mac) == [fourth.mac, Self.first.mac, second.mac])
            let after = try await machine.properties("MainPID", "NRestarts", "ActiveState", "SubState")
            #expect(after == ["MainPID": pid, "NRestarts": "0", "ActiveState": "active", "SubState": "running"])
            let entry = try #require(try await machine.journal("MESSAGE_ID=201b220d0119475481935b746c67380c").first)
            #expect(
                entry.message == "configuration taken over: 1 unchanged, 1 changed (\(second.mac)), "
                    + "1 added (\(fourth.mac)), 1 removed (\(third.mac))"
            )

            // The run that was under way has ended as if nothing had been, and the changed phone has kept its flash.
            let wait = ["phoneprovctl", "--phone", Self.first.mac, "wait", "--state", "provisioned", "--timeout", "30"]
            try await machine.require(wait)
            #expect(try await machine.phone(Self.first.mac)?.runNumber == run)
            #expect(try nginx.records.map(\.target) == ["/slow.cfg"])
            let get = ["phoneprovctl", "--phone", second.mac, "get", "SIP_RGSTR_ADDR_1"]
            #expect(try await machine.require(get) == "kept.example.com\n")
            // SIGHUP does the same, for those who know no better; nobody hears of its end.
            try await machine.write(Self.phones([Self.first, changed]), to: Self.configuration)
            try await machine.require(["systemctl", "kill", "--signal=HUP", "phoneprovd"])
            try await eventuallyTrue("the phone to be gone") { try await machine.phones().count == 2 }
            #expect(try await machine.property("MainPID") == pid)
        }
    }

    @Test("a wrong configuration is refused as a whole, with its line; the daemon goes on, and does not start with it")
    func refused() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.write(Self.phones([Self.first]), to: Self.configuration)
            try await machine.require(["systemctl", "start", "phoneprovd"])
            let second = (mac: "0080F0000002", version: "03.131", interface: "eth0")
            let wrong = Self.phones([second]) + "sipPnp: { timeoutSeconds: 1 }\n"
            try await machine.write(wrong, to: Self.configuration)

            #expect(try await machine.run(["systemctl", "reload", "phoneprovd"]).status != 0)
            let said = try await machine.run(["phoneprovctl", "reload"])
            #expect(said.status == 1 && said.errors.contains("\(Self.configuration):4: the key ‘sipPnp’ is not known"))
            #expect(try await machine.phones().map(\.mac) == [Self.first.mac])
            let state = try await machine.properties("ActiveState", "SubState", "NRestarts")
            #expect(state == ["ActiveState": "active", "SubState": "running", "NRestarts": "0"])
            let entries = try await machine.journal("MESSAGE_ID=1e64d30829304e43a9d1372c3a597908")
            let entry = try #require(entries.first)
            #expect(entries.count == 2 && entry["CONFIGURATION_LINE"] == "4")
            #expect(entry["CONFIGURATION_FILE"] == Self.configuration && entry["PRIORITY"] == "3")

            // What is open cannot be changed without a restart.
            try await machine.write("stateDirectory: /tmp\n" + Self.phones([Self.first]), to: Self.configuration)
            let fixed = try await machine.run(["phoneprovctl", "reload"])
            #expect(fixed.status == 1 && fixed.errors.contains("stateDirectory: cannot change"))

            // A start with a wrong one fails at once, and is not tried again.
            try await machine.write(wrong, to: Self.configuration)
            #expect(try await machine.run(["systemctl", "restart", "phoneprovd"]).status != 0)
            let failed = try await machine.properties("ActiveState", "Result", "ExecMainStatus", "NRestarts")
            #expect(
                failed == ["ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "2", "NRestarts": "0"]
            )
        }
    }

    @Test("a daemon for each interface runs the phones of its interface, with flash and a socket of its own")
    func instances() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            let other = (mac: "0080F0000002", version: "03.131", interface: "eth1")
            try await machine.write(Self.phones([Self.first, other]), to: Self.configuration)
            try await machine.require(["systemctl", "start", "phoneprovd@eth0", "phoneprovd@eth1"])
            for phone in [Self.first, other] {
                let socket = ["phoneprovctl", "--socket", "/run/phoneprovd/\(phone.interface)/io.phoneprovd"]
                #expect(try await machine.require(socket + ["status"]).contains(phone.mac))
                try await machine.require(socket + ["set", "SIP_RGSTR_ADDR_1", "\(phone.interface).example.com"])
                try await machine.require(["systemctl", "restart", "phoneprovd@\(phone.interface)"])
                let value = try await machine.require(socket + ["get", "SIP_RGSTR_ADDR_1"])
                #expect(value == "\(phone.interface).example.com\n")
                try await machine.require(["systemctl", "reload", "phoneprovd@\(phone.interface)"])
                #expect(try await machine.exposure(of: "phoneprovd@\(phone.interface)") <= 1.3)
                // An event of its DHCP client reaches it there.
                let event = [
                    "env", "reason=BOUND", "interface=\(phone.interface)", "new_ip_address=198.51.100.77",
                    "new_phone_prov_160=http://198.51.100.1/\(phone.interface).cfg", "phoneprovctl", "dhcp-event",
                ]
                try await machine.require(event)
                try await eventuallyTrue("the event to be taken") {
                    try await machine.journal("PHONE_MAC=\(phone.mac)", "DHCP_REASON=BOUND").count == 1
                }
            }
            // It takes the place of the daemon for all, and gives it up to it again.
            try await machine.require(["systemctl", "start", "phoneprovd"])
            #expect(try await machine.property("ActiveState", of: "phoneprovd@eth0") == "inactive")
            #expect(try await machine.phones().count == 2)
        }
    }

    @Test("phone-provisioned.target comes when the first run has ended, and not before")
    func waiting() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            let configuration = Self.phones([Self.first])
            try await machine.write(configuration, to: Self.configuration)
            try await machine.require(["systemctl", "start", "--no-block", "phoneprovd-wait"])
            try await eventuallyTrue("the wait") {
                let waiting = try await machine.property("ActiveState", of: "phoneprovd-wait")
                let running = try await machine.property("SubState")
                return waiting == "activating" && running == "running"
            }
            #expect(try await machine.property("ActiveState", of: "phone-provisioned.target") == "inactive")
            try await machine.require(["ip", "addr", "add", "198.51.100.50/24", "dev", "eth0"])
            try await eventuallyTrue("the target", within: .seconds(20)) {
                try await machine.property("ActiveState", of: "phone-provisioned.target") == "active"
            }
            let unit = try await machine.properties("ActiveState", "Result", of: "phoneprovd-wait")
            #expect(unit == ["ActiveState": "active", "Result": "success"])
            #expect(try await machine.phone(Self.first.mac)?.lastOutcome == "failed")
        }
    }

    @Test("a secret of the configuration comes out of systemd's credential store, and stands nowhere else")
    func credential() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["r.cfg": Document.device(registrar: "redirected.example.com")])
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.write(Self.phones([Self.first]), to: Self.configuration)
            let url = "http://id:\(Self.secret)@198.51.100.1/r.cfg\n"
            try await machine.write(url, to: "/etc/credstore/phoneprovd.redirection.url")
            try await machine.require(["chmod", "600", "/etc/credstore/phoneprovd.redirection.url"])
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            let status = try await machine.require(["phoneprovctl", "status", "--json"])
            #expect(status.contains("redirection") && !status.contains(Self.secret))
            let pid = try await machine.property("MainPID")
            #expect(!(try await machine.require(["cat", "/proc/\(pid)/environ"])).contains(Self.secret))
            #expect(!(try await machine.require(["systemctl", "show", "phoneprovd"])).contains(Self.secret))
        }
    }
}
