import Foundation
import LabSupport
import Testing

/// A phone finds its provisioning URL on a real network, downloads real files, and keeps them.
@Suite("A phone and its sources")
struct SourcesTests {
    private static let server = "http://198.51.100.1"

    @Test("by SIP PnP, DHCP option 160 through dhclient's hook, and then from saved copies")
    func endToEnd() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "pnp/KX-UTG200B.cfg": Document.initial(standard: "Config{MAC}.cfg"),
                    "pnp/Config0080F0ABCDEF.cfg": Document.device(registrar: "pnp.example.com"),
                    "dhcp/start.cfg": Document.device(registrar: "dhcp.example.com"),
                ]
            )
            let masq = try await DNSMasq.start(in: lab, .init())
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "\(Self.server)/pnp/"))
            let daemon = try await Daemon.start(in: lab)
            let waiting = try #require(try await daemon.status().first)
            #expect(waiting.state == "provisioning" && waiting.step == 3)

            let hooks = try await daemon.hookBinds()
            let client = try DHClient.start(in: lab, binds: hooks)
            let first = try await daemon.waitForRun(state: "provisioned")
            #expect(first.source == "sip-pnp")
            #expect(first.url == "\(Self.server)/pnp/KX-UTG200B.cfg")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "pnp.example.com")
            #expect(try await daemon.explain().map(\.step) == Array(1...9))
            try await eventuallyTrue("Kamailio to see the 200 to its NOTIFY") { kamailio.notifyStatuses == [200] }
            let agents = Set(try nginx.records.map(\.userAgent))
            #expect(agents == ["Panasonic_KX-UTG200B/03.131 (0080f0abcdef)"])

            try await masq.setOptions([.text(160, "\(Self.server)/dhcp/start.cfg?a=1&b=2")])
            try await client.release()
            try await daemon.set("SIPPNP_ENABLE", "N")
            _ = try DHClient.start(in: lab, binds: hooks)
            try await daemon.process.waitForOutput("start.cfg", within: .seconds(15))
            let second = try await daemon.provision()
            #expect(second.source == "dhcp-160" && second.state == "provisioned")
            #expect(try nginx.records.contains { $0.target == "/dhcp/start.cfg?a=1&b=2" })
            // The standard file of the first run stands above the initial file's own device part.
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "pnp.example.com")

            await nginx.stop()
            await masq.stop()
            await kamailio.stop()
            try await daemon.crash()
            try await daemon.start()
            let third = try await daemon.waitForRun()
            #expect(third.state == "fallback" && third.source == "dhcp-160")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "pnp.example.com")
        }
    }

    @Test(
        "by TFTP, FTP and HTTPS with a root certificate that the initial file names",
        arguments: ["tftp", "ftp", "https"]
    )
    func protocols(scheme: String) async throws {
        try await LabNetwork.with { lab in
            let daemon: Daemon
            switch scheme {
            case "tftp":
                _ = try await TFTPD.start(in: lab, files: ["a.cfg": Document.device(registrar: "tftp.example.com")])
                daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
                try await daemon.set("USR_PROV_SVR_URL", "tftp://198.51.100.1/a.cfg")
            case "ftp":
                _ = try await VSFTPD.start(
                    in: lab,
                    files: ["a.cfg": Document.device(registrar: "ftp.example.com")],
                    user: .init("phone", password: "geheim")
                )
                daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
                try await daemon.set("USR_PROV_SVR_URL", "ftp://phone:geheim@198.51.100.1/a.cfg")
            default:
                let certificates = try await LabCertificates.make(in: lab, names: ["prov.example.com"])
                _ = try await DNSMasq.start(in: lab, .init(names: ["prov.example.com": "198.51.100.1"]))
                let nginx = try await Nginx.start(
                    in: lab,
                    files: [
                        "a.cfg": Document.initial(standard: "https://prov.example.com/b.cfg", root: "root.pem"),
                        "b.cfg": Document.device(registrar: "https.example.com"),
                    ],
                    listeners: [.http(), .https(443, .good)],
                    certificates: certificates
                )
                try nginx.put("root.pem", try Data(contentsOf: certificates.root))
                daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
                try await daemon.set("USR_PROV_SVR_URL", "http://prov.example.com/a.cfg")
            }
            _ = try await daemon.waitForRun()
            let status = try await daemon.provision()
            #expect(status.state == "provisioned" && status.source == "manual")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "\(scheme).example.com")
            let log = try daemon.process.transcript
            #expect(!log.contains("geheim"), "a password in the log")
            #expect(try await !daemon.ctl(["explain", "--json"]).output.contains("geheim"))
        }
    }

    @Test("a bare address in option 66 is tried by tftp, http, https and ftp")
    func fourTries() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(
                in: lab,
                files: ["KX-UTG200B.cfg": Document.device(registrar: "http.example.com")]
            )
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "198.51.100.1")]))
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: ["downloads: { trySeconds: 2 }"])
            )
            _ = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == "dhcp-66")
            #expect(status.url == "http://198.51.100.1/KX-UTG200B.cfg")
            let text = try await daemon.text(ofStep: 8)
            #expect(text.contains("no protocol in the URL"))
            #expect(text.contains("tftp://198.51.100.1/KX-UTG200B.cfg"))
        }
    }

    @Test("four tries at an address that nobody answers for cost four times trySeconds, and each is in the trace")
    func fourDeadTries() async throws {
        try await LabNetwork.with { lab in
            try await Fault.makeBlackHole(in: lab)
            let limits = "downloads: { connectSeconds: 10, firstByteSeconds: 10, totalSeconds: 60, trySeconds: 2 }"
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [limits]))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", Fault.blackHole)
            #expect(try await daemon.provision().state == "failed")
            let text = try await daemon.text(ofStep: 8)
            for scheme in ["tftp", "http", "https", "ftp"] {
                #expect(text.contains("\(scheme)://\(Fault.blackHole)/KX-UTG200B.cfg"), "\(scheme): \(text)")
            }
            let step = try #require(try await daemon.explain().first { $0.step == 8 })
            #expect((step.milliseconds ?? .infinity) < 20_000, "four times 2 s, on a busy machine")
        }
    }

    @Test("a file that cannot be had leaves its saved copy in force, and a retry comes")
    func savedCopies() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "a.cfg": Document.initial(standard: "s.cfg", product: "p.cfg", master: "m.cfg"),
                    "s.cfg": Document.device(registrar: "standard.example.com"),
                    "p.cfg": Document.device(
                        registrar: "product.example.com",
                        prov: "<CFG_RTRY_INTVL>7</CFG_RTRY_INTVL>"
                    ),
                    "m.cfg": Document.device(registrar: "master.example.com"),
                ]
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "http://198.51.100.1/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.value(of: "CFG_RTRY_INTVL") == "7")

            // The second time nothing has changed: the server is asked, and answers 304.
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try nginx.records.filter { $0.status == "304" }.count == 4)

            try nginx.remove("p.cfg")
            try nginx.put("m.cfg", "<html><body>Sign in</body></html>")
            try nginx.put("s.cfg", Document.device(registrar: "new.example.com"))
            #expect(try await daemon.provision().state == "fallback")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "new.example.com")
            #expect(try await daemon.value(of: "CFG_RTRY_INTVL") == "7")
            let text = try await daemon.text(ofStep: 8)
            #expect(text.contains("404") && text.contains("HTML page"))

            struct Run: Decodable {
                let startedAt: String
                let nextAttempt: String
            }
            let run = try await daemon.json(Run.self, ["explain", "--json"])
            let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            let wait = try format.parse(run.nextAttempt).timeIntervalSince(try format.parse(run.startedAt))
            #expect((419...422).contains(wait), "CFG_RTRY_INTVL is 7 minutes: \(wait) s")
        }
    }

    @Test("setting the URL by hand is step 2 of the next run; unsetting it brings the automatic sources back")
    func byHand() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "a.example.com")])
            _ = try await KamailioPnP.start(in: lab, .init(url: "\(Self.server)/"))
            let daemon = try await Daemon.start(in: lab)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.server)/KX-UTG200B.cfg")
            #expect(try await daemon.provision().source == "manual")
            _ = try await daemon.ctl(["unset", "USR_PROV_SVR_URL"])
            #expect(try await daemon.provision().source == "sip-pnp")
        }
    }
}
