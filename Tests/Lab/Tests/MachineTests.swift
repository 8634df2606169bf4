import Foundation
import Glibc
import LabSupport
import Testing

/// The service as installed, on a whole machine with systemd as PID 1.
@Suite("The daemon under systemd", .serialized)
struct MachineTests {
    private static let mac = "0080F0ABCDEF"
    private static let secret = "geheim"

    @Test("a lease's option 160 provisions the phone; systemctl and the journal tell it, and it stops within a second")
    func provisioned() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let url = "http://phone:\(Self.secret)@198.51.100.1/start.cfg"
            let nginx = try await Nginx.start(
                in: lab,
                files: ["start.cfg": Document.device(registrar: "sip.example.com", secret: Self.secret)]
            )
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, url)]))
            let machine = try await Machine.boot(in: lab)
            try await machine.install()

            // The control socket answers once systemctl comes back: that is what READY means.
            try await machine.require(["systemctl", "start", "phoneprovd"])
            let before = try await machine.require(["phoneprovctl", "status"])
            #expect(before.contains("waiting for an address on eth0"))
            let started = try await machine.properties("Type", "ActiveState", "SubState", "NRestarts")
            #expect(started == ["Type": "notify", "ActiveState": "active", "SubState": "running", "NRestarts": "0"])

            try await machine.startDHClient()
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try nginx.records.map(\.target) == ["/start.cfg"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "sip.example.com\n")
            let shown = "http://phone:***@198.51.100.1/start.cfg"
            let status = try await machine.statusText { $0.contains("provisioned") && !$0.contains("not provisioned") }
            #expect(status.hasPrefix("KX-UTG200B \(Self.mac): provisioned from \(shown) (dhcp-160) in "))

            try await Self.expectJournal(of: machine, url: shown)

            try await machine.require(["systemctl", "stop", "phoneprovd"])
            let stopped = try await machine.properties("ActiveState", "Result", "ExecMainStatus", "NRestarts")
            #expect(
                stopped == ["ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0", "NRestarts": "0"]
            )
            #expect(try await machine.stopTime() < .seconds(1))
            #expect(try await machine.run(["phoneprovctl", "status"]).status == 3)

            // The directory for events stays when the service stops; the next start takes what came meanwhile.
            try await machine.require(["dhclient", "-r", "eth0"])
            try await eventuallyTrue("the event RELEASE to be kept") {
                try await machine.keptEvents() == ["phoneprovd:phoneprovd 600"]
            }
            try await machine.require(["systemctl", "start", "phoneprovd"])
            #expect(try await machine.keptEvents().isEmpty)
            try await eventuallyTrue("the event RELEASE to be taken") {
                try await machine.journal("PHONE_MAC=\(Self.mac)", "DHCP_REASON=RELEASE").count == 1
            }
        }
    }

    /// Every field that others look for, in the entries where it belongs, and no secret in any.
    private static func expectJournal(of machine: Machine, url: String) async throws {
        let entries = try await machine.journal("-u", "phoneprovd").filter { $0["_COMM"] == "phoneprovd" }
        for entry in entries {
            #expect(!entry.description.contains(secret), "a password in the journal")
            // Not by stdout or syslog: what comes there has no fields, and nobody meant it for a reader.
            #expect(entry["_TRANSPORT"] == "journal" && entry["SYSLOG_IDENTIFIER"] == "phoneprovd", "\(entry)")
        }
        let steps = entries.filter { $0["PROVISIONING_STEP"] != nil }
        #expect(steps.map { $0["PROVISIONING_STEP"] } == (1...9).map { "\($0)" })
        #expect(steps.allSatisfy { $0["PRIORITY"] == "6" && $0["PHONE_MAC"] == mac })
        let ends = entries.filter { $0["PROVISIONING_OUTCOME"] != nil }
        let end = try #require(ends.first)
        #expect(ends.count == 1)
        #expect(end["PHONE_MAC"] == mac && end["PRIORITY"] == "5")
        #expect(end["PROVISIONING_OUTCOME"] == "provisioned" && end["PROVISIONING_SOURCE"] == "dhcp-160")
        #expect(end["PROVISIONING_URL"] == url)
        #expect(end["MESSAGE_ID"] == "995d9b3283c6407b93a2d11d0c24b973")
        let changes = try await machine.journal("MESSAGE_ID=63d11dd4cbc34603a46f2c6f9b3ca78d")
        #expect(Set(changes.map { $0["PROVISIONING_PARAMETER"] }) == ["SIP_RGSTR_ADDR_1", "SIP_PASS_1"])

        let story = try await machine.journal("PHONE_MAC=\(mac)").map(\.message)
        let order = [
            "a run begins: the phone was started", "step 1,", "DHCP BOUND on eth0", "step 4,", "step 9,",
            "provisioned from \(url)",
        ]
        let places = order.map { part in story.firstIndex { $0.contains(part) } ?? -1 }
        #expect(places == places.sorted() && !places.contains(-1), "\(story)")
    }

    @Test("an event that came while it was stopped is taken at the start; settings survive kill -9 and a dead server")
    func survives() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["start.cfg": Document.device(registrar: "sip.example.com")]
            )
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "http://198.51.100.1/start.cfg")]))
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.dropIn("Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1")

            try await machine.startDHClient()
            let kept = try await eventually("an event in /run/phoneprovd/dhcp", within: .seconds(15)) {
                let files = [
                    "find", "/run/phoneprovd/dhcp", "-type", "f", "-not", "-name", ".*", "-printf", "%u:%g %m\n",
                ]
                let lines = try await machine.require(files).split(separator: "\n").map(String.init)
                return lines.isEmpty ? nil : lines
            }
            #expect(kept == ["phoneprovd:phoneprovd 600"])
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.phone().source == "dhcp-160")
            #expect(try await machine.keptEvents().isEmpty)

            try await machine.require(["kill", "-KILL", try await machine.property("MainPID")])
            try await eventuallyTrue("systemd to start it again", within: .seconds(15)) {
                try await machine.properties("NRestarts", "SubState") == ["NRestarts": "1", "SubState": "running"]
            }
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            #expect(try await machine.phone().source == "dhcp-160")
            #expect(try nginx.records.map(\.status) == ["200", "304"])

            await nginx.stop()
            try await machine.require(["systemctl", "restart", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--state", "fallback", "--timeout", "30"])
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "sip.example.com\n")
            let status = try await machine.statusText { $0.contains("saved copies") }
            #expect(status.contains("not provisioned, settings come from saved copies") && status.contains("next run"))
            let end = try #require(try await machine.journal("MESSAGE_ID=99f8a10dc33646b7a18bf8879dcb803e").first)
            #expect(end["PRIORITY"] == "4" && end["PROVISIONING_OUTCOME"] == "fallback" && end["PHONE_MAC"] == Self.mac)
        }
    }

    @Test(
        "a daemon that works feeds the watchdog, one that hangs is started again, and one that downloads stops at once"
    )
    func watchdog() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["start.cfg": Document.device(registrar: "sip.example.com")],
                rules: [NginxRule("/start.cfg", .slow(bytesPerSecond: 1))]
            )
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.dropIn(
                "WatchdogSec=2s",
                "RestartSec=100ms",
                "Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1"
            )
            try await machine.require(["systemctl", "start", "phoneprovd"])
            for _ in 1...3 {
                let last = try await machine.number("WatchdogTimestampMonotonic")
                try await eventuallyTrue("a sign of life", within: .seconds(2)) {
                    try await machine.number("WatchdogTimestampMonotonic") > last
                }
            }
            #expect(try await machine.property("NRestarts") == "0")

            try await machine.require(["kill", "-STOP", try await machine.property("MainPID")])
            try await eventuallyTrue("systemd to end it and start it again", within: .seconds(10)) {
                try await machine.properties("NRestarts", "SubState") == ["NRestarts": "1", "SubState": "running"]
            }
            let words = try await machine.journal("-u", "phoneprovd", "_PID=1").map(\.message)
            #expect(words.contains { $0.contains("Watchdog timeout") }, "\(words)")

            try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", "http://198.51.100.1/start.cfg"])
            try await machine.require(["phoneprovctl", "provision"])
            try await eventuallyTrue("the download to hang", within: .seconds(10)) {
                try await machine.phone().step == 8
            }
            try await machine.require(["systemctl", "stop", "phoneprovd"])
            #expect(try await machine.property("Result") == "success")
            #expect(try await machine.stopTime() < .seconds(1))
            #expect(try nginx.records.count <= 1)
        }
    }

    @Test("the unit is sound and tight, and lets the daemon do all that it has to, by http, https and tftp")
    func confined() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab, names: ["prov.example.com"])
            _ = try await DNSMasq.start(in: lab, .init(names: ["prov.example.com": "198.51.100.1"]))
            let tftp = try await TFTPD.start(in: lab, files: ["p.cfg": Document.device(registrar: "tftp.example.com")])
            let initial = Document.initial(
                standard: "https://prov.example.com/s.cfg",
                product: "tftp://198.51.100.1/p.cfg",
                root: "root.pem"
            )
            let nginx = try await Nginx.start(
                in: lab,
                files: ["i.cfg": initial, "s.cfg": Document.device(registrar: "https.example.com")],
                listeners: [.http(), .https(443, .good)],
                certificates: certificates
            )
            try nginx.put("root.pem", try Data(contentsOf: certificates.root))
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.write("nameserver 198.51.100.1\n", to: "/etc/resolv.conf")

            let verified = try await machine.run([
                "systemd-analyze", "verify", "--man=no", "/lib/systemd/system/phoneprovd.service",
                "/lib/systemd/system/phoneprovd@eth0.service", "/lib/systemd/system/phoneprovd-wait.service",
                "/lib/systemd/system/phone-provisioned.target",
            ])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            #expect(verified.output + verified.errors == "")
            #expect(try await machine.exposure() <= 1.3)

            try await machine.dropIn("Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", "http://prov.example.com/i.cfg"])
            try await machine.require(["phoneprovctl", "provision"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            // The standard file stands above the product file.
            #expect(try await machine.require(["phoneprovctl", "get", "SIP_RGSTR_ADDR_1"]) == "https.example.com\n")
            #expect(
                try nginx.records.map { "\($0.scheme) \($0.target)" } == [
                    "http /i.cfg", "http /root.pem", "https /s.cfg",
                ]
            )
            #expect(tftp.logLines.contains { $0.contains("p.cfg") })
            let explained = try await machine.require(["phoneprovctl", "explain"])
            #expect(explained.contains("product file: tftp://198.51.100.1/p.cfg: "), "\(explained)")

            let pid = try await machine.property("MainPID")
            let lines = try await machine.require(["cat", "/proc/\(pid)/status"]).split(separator: "\n")
            let state = lines.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
            #expect(state.contains(["Seccomp:", "2"]) && state.contains(["NoNewPrivs:", "1"]))
            #expect(
                state.contains(["CapEff:", "0000000000000000"]) && state.contains(["CapBnd:", "0000000000000000"])
            )
            let maps = try await machine.require(["cat", "/proc/\(pid)/maps"])
            #expect(try await machine.property("MemoryDenyWriteExecute") == "yes")
            #expect(!maps.contains("rwx"), "memory that is both writable and executable")
        }
    }

    @Test(
        "members of phoneprovd may look and not touch, those of phoneprovd-admin both, others neither; refusals are logged"
    )
    func users() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.require(["useradd", "--no-create-home", "stranger"])
            try await machine.require(["useradd", "--no-create-home", "--groups", "phoneprovd", "reader"])
            try await machine.require(["useradd", "--no-create-home", "--groups", "phoneprovd-admin", "admin"])
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "set", "SIP_PASS_1", Self.secret])

            let set = ["phoneprovctl", "set", "SIP_RGSTR_ADDR_1", "evil.example.com"]
            for (user, words, status) in [
                ("stranger", ["phoneprovctl", "status"], Int32(1)), ("stranger", set, 1),
                ("reader", ["phoneprovctl", "status"], 0), ("reader", ["phoneprovctl", "explain", "--json"], 0),
                ("reader", ["phoneprovctl", "get", "SIP_PASS_1"], 0), ("reader", set, 1),
                ("reader", ["phoneprovctl", "get", "--reveal", "SIP_PASS_1"], 1),
                ("reader", ["phoneprovctl", "provision"], 1),
                ("admin", ["phoneprovctl", "status"], 0), ("admin", set, 0),
                ("admin", ["phoneprovctl", "provision"], 0),
                ("admin", ["phoneprovctl", "reload"], 0), ("reader", ["phoneprovctl", "reload"], 1),
                ("phoneprovd", set, 0),
            ] {
                let done = try await machine.run(words, as: user)
                #expect(done.status == status, "\(user): \(words): \(done.output)\(done.errors)")
                #expect(!done.output.contains(Self.secret))
                if status == 1 {
                    #expect(done.errors.contains("ermitted") || done.errors.contains("may not connect"))
                }
            }
            let reader = try await machine.require(["id", "-u", "reader"]).dropLast()
            let refused = try await machine.journal("MESSAGE_ID=c2fcc3e4979949cea9fae6e5ae2b3ef0")
            #expect(refused.allSatisfy { $0["CALLER_UID"] == String(reader) && $0["PRIORITY"] == "5" })
            #expect(
                refused.map { $0["CONTROL_METHOD"] }
                    == ["Set", "Get", "Provision", "Reload"].map { "io.phoneprovd.\($0)" }
            )
            // What the daemon keeps is nobody else's to read, whatever group they are in.
            for user in ["stranger", "reader"] {
                #expect(try await machine.run(["ls", "/var/lib/phoneprovd"], as: user).status != 0)
                #expect(try await machine.run(["ls", "/run/phoneprovd/dhcp"], as: user).status != 0)
            }
        }
    }

    @Test(
        "a machine leaves no process and no control group on this host, however it ends",
        arguments: [SIGTERM, SIGKILL]
    )
    func leavesNothing(signal: Int32) async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            let before = try await eventually("the control groups to be listed") { Self.traces(of: lab) }
            #expect(!before.isEmpty)
            machine.process.send(signal: signal)
            try await eventuallyTrue(
                "nothing to be left",
                within: .seconds(5),
                seen: { "\(Self.traces(of: lab) ?? [])" },
                condition: { Self.traces(of: lab)?.isEmpty == true && kill(machine.leader, 0) != 0 }
            )
        }
    }

    /// The control groups of this host that bear the name of the lab's phone; `nil` when a group went while they were
    /// listed, and they have to be listed again.
    private static func traces(of lab: LabNetwork) -> [String]? {
        (try? FileManager.default.subpathsOfDirectory(atPath: "/sys/fs/cgroup"))?.filter {
            $0.split(separator: "/").last.map(String.init) == lab.phone.name
        }
    }
}
