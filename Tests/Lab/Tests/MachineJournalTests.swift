import Foundation
import LabSupport
import Testing

/// What journald has of the daemon: real entries, read back by journalctl.
@Suite("The journal", .serialized)
struct MachineJournalTests {
    private static let secret = "hunter2geheim"
    private static let web = "http://id:\(secret)@198.51.100.1"

    /// A NOTIFY of a second PnP server, which the test plays, in answer to `subscribe`.
    private static func notify(to subscribe: String, body: String) throws -> String {
        let callID = try #require(SIPText.header("Call-ID", of: subscribe))
        let from = try #require(SIPText.header("From", of: subscribe))
        return [
            "NOTIFY sip:198.51.100.50:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.1:1036;branch=z9hG4bKsecond",
            "From: <sip:pnp@198.51.100.1>;tag=second", "To: \(from)", "Call-ID: \(callID)", "CSeq: 1 NOTIFY",
            "Event: ua-profile", "Subscription-State: terminated;reason=timeout", "Content-Type: application/url",
            "Content-Length: \(body.utf8.count)", "", body,
        ].joined(separator: "\r\n")
    }

    @Test(
        "no field of any entry holds a secret, at any level; PnP servers that do not agree have an event of their own"
    )
    func secrets() async throws {
        try await LabNetwork.with { lab in
            let prov = "<CFG_FILE_KEY>\(Self.secret)</CFG_FILE_KEY><NO_SUCH_NAME>1</NO_SUCH_NAME>"
            _ = try await Nginx.start(
                in: lab,
                files: ["pnp.cfg": Document.device(registrar: "a.example.com", secret: Self.secret, prov: prov)]
            )
            let listening = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let second = try LabUDPSocket(in: lab.server, port: 1036)
            _ = try await KamailioPnP.start(in: lab, .init(url: "\(Self.web)/pnp.cfg"))
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            let program = "/usr/sbin/phoneprovd --config /etc/phoneprovd/phoneprovd.yaml --log-level trace"
            try await machine.dropIn("ExecStart=", "ExecStart=\(program)")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            let subscribe = try await listening.receive(within: .seconds(15))
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            let notify = try Self.notify(to: subscribe.text, body: "\(Self.web)/other.cfg")
            try second.send(Array(notify.utf8), to: "198.51.100.50", port: 5060)
            let conflict = try await eventually("the conflict", within: .seconds(10)) {
                try await machine.journal("MESSAGE_ID=b470b48f3bdf4a1ea2e80c2ffb9b80ff").first
            }
            #expect(conflict["PNP_SERVER"] == "198.51.100.1:1036" && conflict["PRIORITY"] == "4")
            #expect(conflict["PROVISIONING_URL"] == "http://id:***@198.51.100.1/other.cfg")
            #expect(conflict["PHONE_INTERFACE"] == "eth0" && conflict["PHONE_MODEL"] == "KX-UTG200B")

            // By hand, by DHCP, by what is refused, and by what cannot be downloaded.
            try await machine.require(["phoneprovctl", "set", "SIP_PASS_2", Self.secret])
            _ = try await machine.run(["phoneprovctl", "set", "USR_PROV_SVR_URL", "http://id:\(Self.secret)@ab c/"])
            _ = try await machine.run(["phoneprovctl", "set", "CFG_RTRY_INTVL", Self.secret])
            let event = [
                "env", "reason=BOUND", "interface=eth0", "new_ip_address=198.51.100.50",
                "new_phone_prov_160=\(Self.web)/dhcp.cfg",
                "new_tftp_server_name=ftp://id:\(Self.secret)@198.51.100.1/x",
                "phoneprovctl", "dhcp-event",
            ]
            try await machine.require(event)
            for url in ["\(Self.web)/missing.cfg", "ftp://id:\(Self.secret)@198.51.100.1/a.cfg"] {
                try await machine.require(["phoneprovctl", "set", "USR_PROV_SVR_URL", url])
                try await machine.require(["phoneprovctl", "provision"])
                try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            }
            try await machine.require(["systemctl", "stop", "phoneprovd"])

            try await machine.require(["journalctl", "--sync"])
            let all = try await machine.require(["journalctl", "--no-pager", "-o", "export", "-u", "phoneprovd"])
            #expect(all.contains("PROVISIONING_OUTCOME=fallback") && all.contains("PRIORITY=7"))
            let leaks = all.split(separator: "\n").filter { $0.contains(Self.secret) }
            #expect(leaks.isEmpty, "\(leaks)")
        }
    }

    @Test("every event that matters is explained by journalctl -x")
    func catalog() async throws {
        try await LabNetwork.with { lab in
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            let listing = try await machine.require(["journalctl", "--list-catalog"])
            let ours = listing.split(separator: "\n").filter { $0.contains("phoneprovd: ") }
            #expect(ours.count == 10, "\(ours)")
            try await machine.dropIn("Environment=PHONEPROVD_SIP_PNP_TIMEOUT_SECONDS=1")
            try await machine.require(["systemctl", "start", "phoneprovd"])
            try await machine.require(["phoneprovctl", "wait", "--timeout", "30"])
            let explained = try await machine.require(["journalctl", "-x", "--no-pager", "-u", "phoneprovd"])
            #expect(explained.contains("Subject: The phone 0080F0ABCDEF has no settings"))
            #expect(explained.contains("Run 1 of the phone 0080F0ABCDEF on eth0 failed"))
        }
    }
}
