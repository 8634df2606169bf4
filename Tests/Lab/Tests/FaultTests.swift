import Foundation
import LabSupport
import Testing

/// What can go wrong with the initial file: each fault has its own message and its own end in time, and none of them
/// changes what was in force before.
@Suite("Bad input at the provisioning URL")
struct FaultTests {
    private static let odd = "http://198.51.100.1:8080"
    private static let web = "http://198.51.100.1"
    private static let oddPort: UInt16 = 8080
    /// An address of the network to which packets go, and from which none come.
    private static let blackHole = "198.51.100.77"
    private static let limits =
        "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, totalSeconds: 4, trySeconds: 2 }"

    /// A URL that cannot be provisioned from, and what is said about it.
    private struct Fault: Sendable {
        let url: String
        let message: String
        /// How long the whole run may take. What fails at once may take 2 seconds on a machine that is busy.
        var seconds = 2.0

        init(_ url: String, says message: String, within seconds: Double = 2) {
            self.url = url
            self.message = message
            self.seconds = seconds
        }
    }

    /// What a run and a phone look like from outside.
    private struct Run: Decodable {
        struct File: Decodable, Hashable {
            let role: String
            let disposition: String
            let sha256: String?
        }
        let outcome: String
        let milliseconds: Int
        let nextAttempt: String?
        let advice: String?
        let files: [File]
        let changes: [Change]
        struct Change: Decodable { let name: String }
    }

    /// Provisions from `fault` and compares everything that can be seen with what was there before.
    private static func suffer(_ fault: Fault, _ daemon: Daemon) async throws {
        try await daemon.set("USR_PROV_SVR_URL", fault.url)
        let before = try await daemon.ctl(["get", "--reveal"]).output
        let state = try await daemon.provision().state
        let run = try await daemon.json(Run.self, ["explain", "--json"])
        #expect(state == "fallback" && run.outcome == "fallback", "\(fault.url)")
        let said = try await daemon.text(ofStep: 8)
        #expect(said.contains(fault.message), "\(fault.url), after \(run.milliseconds) ms: \(said)")
        #expect(Double(run.milliseconds) / 1_000 < fault.seconds, "\(fault.url)")
        #expect(run.nextAttempt != nil && run.advice != nil, "\(fault.url): a retry, and advice")
        #expect(run.changes.isEmpty, "\(fault.url): \(run.changes)")
        #expect(!run.files.isEmpty && run.files.allSatisfy { $0.disposition == "saved" }, "\(fault.url): \(run.files)")
        #expect(try await daemon.ctl(["get", "--reveal"]).output == before, "\(fault.url) changed a setting")
        #expect(try daemon.process.exit == nil, "\(fault.url) ended the daemon")
    }

    /// The digests of the files in force, by role.
    private static func digests(_ daemon: Daemon) async throws -> [String: String] {
        let run = try await daemon.json(Run.self, ["explain", "--json"])
        return Dictionary(run.files.map { ($0.role, $0.sha256 ?? "none") }) { $1 }
    }

    @Test("what a server sends instead of a configuration file is refused by name, and the saved copies stay in force")
    func contents() async throws {
        let refused: [(name: String, body: String, message: String)] = [
            ("empty", "", "the file is empty"),
            ("blank", " \n\t\n", "the file is empty"),
            ("page.html", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "HTML page"),
            ("denied", "access denied", "access denied"),
            ("text", "Not found, sorry.", "not XML"),
            ("kxut", "# Panasonic SIP Phone Standard Format File #\nCFG_CYCLIC=\"Y\"\n", "KX-UT, KX-TGP and KX-HDV"),
            ("root", "<?xml version=\"1.0\"?>\n<config><Device/></config>", "the root element is config"),
            ("open", "<PANASIPPhoneConfig>\n<Device>\n<System>", "not well-formed XML"),
            ("late", "\n<?xml version=\"1.0\"?><PANASIPPhoneConfig/>", "before the XML declaration"),
            (
                "entity",
                """
                <?xml version="1.0"?>
                <!DOCTYPE PANASIPPhoneConfig [<!ENTITY x SYSTEM "file:///etc/hostname">]>
                <PANASIPPhoneConfig><Device><System><Prov><CFG_CYCLIC>&x;</CFG_CYCLIC></Prov></System></Device></PANASIPPhoneConfig>
                """,
                "DOCTYPE"
            ),
            ("encrypted", "U2FsdGVkX18AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "CFG_FILE_KEY is empty"),
        ]
        let answers: [(path: String, answer: NginxRule.Answer, message: String)] = [
            ("/404", .status(404), "HTTP 404"), ("/403", .status(403), "MAC address and User-Agent"),
            ("/500", .status(500), "HTTP 500"), ("/503", .status(503), "HTTP 503"),
            ("/401", .basicAuthentication(user: "id", password: "p"), "HTTP_AUTH_ID"),
            ("/nothing", .noAnswer, "closed the connection without an answer"),
            ("/file", .redirect(to: "file:///etc/passwd"), "file is not supported"),
            ("/gopher", .redirect(to: "gopher://198.51.100.1/"), "gopher is not supported"),
            ("/loop", .redirect(to: "\(Self.web)/loop"), "redirects; check the server for a loop"),
        ]
        try await LabNetwork.with { lab in
            let rules = answers.map { NginxRule($0.path, $0.answer) }
            let nginx = try await Nginx.start(in: lab, files: Self.good, rules: rules)
            let daemon = try await Self.provisioned(in: lab)
            let digests = try await Self.digests(daemon)
            for (name, body, message) in refused {
                try nginx.put("\(name).cfg", body)
                try await Self.suffer(Fault("\(Self.web)/\(name).cfg", says: message), daemon)
            }
            for (path, _, message) in answers {
                try await Self.suffer(Fault("\(Self.web)\(path)?a", says: message), daemon)
            }
            #expect(try await Self.digests(daemon) == digests)
            try await Self.expectKept(daemon)
        }
    }

    @Test("a server that hangs, trickles, cuts off, never ends or is not there costs no more than its time limit")
    func connections() async throws {
        let faults: [Fault] = [
            Fault("\(Self.odd)/silent.cfg", says: "no answer in 2 s", within: 3.5),
            Fault("\(Self.odd)/trickle.cfg", says: "not done in 4 s", within: 5.5),
            Fault("\(Self.odd)/endlessBody.cfg", says: "more than 245760 bytes"),
            Fault("\(Self.odd)/endlessHeaders.cfg", says: "bytes of headers"),
            Fault("\(Self.odd)/truncated.cfg", says: "the connection ended before the file did"),
            Fault("\(Self.odd)/truncatedChunk.cfg", says: "the connection ended before the file did"),
            Fault("\(Self.odd)/reset.cfg", says: "broken off"),
            Fault("\(Self.odd)/otherProtocol.cfg", says: "not what the protocol has"),
            Fault("https://198.51.100.1:8080/silent.cfg", says: "no connection in 2 s", within: 3.5),
            Fault("http://198.51.100.1:81/", says: "refuses connections"),
            Fault("ftp://198.51.100.1/a.cfg", says: "refuses connections"),
            Fault("tftp://198.51.100.1/a.cfg", says: "tftp://198.51.100.1/a.cfg", within: 5.5),
            Fault("http://\(Self.blackHole)/", says: "no connection in 2 s", within: 3.5),
            Fault("http://192.0.2.1/", says: "cannot be reached"),
            Fault("http://none.example.com/", says: "the name none.example.com has no address"),
        ]
        try await LabNetwork.with { lab in
            let odd = try OddServer(in: lab, port: Self.oddPort)
            defer { odd.stop() }
            // The name server knows example.com whole, so it says NXDOMAIN for the rest of it.
            let names = ["prov.example.com": LabNetwork.serverAddress]
            _ = try await DNSMasq.start(in: lab, .init(names: names, lines: ["local=/example.com/"]))
            _ = try await Nginx.start(in: lab, files: Self.good)
            try await Self.makeBlackHole(in: lab)
            let daemon = try await Self.provisioned(in: lab, from: "http://prov.example.com/good.cfg")
            let digests = try await Self.digests(daemon)
            for fault in faults { try await Self.suffer(fault, daemon) }
            #expect(try await Self.digests(daemon) == digests)
            try await Self.expectKept(daemon)
        }
    }

    @Test("a name server that never answers is named")
    func deadNameServer() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: Self.good)
            try await Self.makeBlackHole(in: lab)
            let daemon = try await Self.provisioned(in: lab, nameServer: Self.blackHole)
            try await Self.suffer(Fault("http://prov.example.com/", says: "DNS servers", within: 5), daemon)
        }
    }

    @Test("a certificate that is untrusted, expired or for another host is refused by name; with its root it is taken")
    func certificates() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            var files = Self.good
            files["rooted.cfg"] = Document.initial(standard: "s.cfg", root: "root.pem")
            files["root.pem"] = try String(contentsOf: certificates.root, encoding: .utf8)
            _ = try await Nginx.start(
                in: lab,
                files: files,
                rules: [NginxRule("/down.cfg", .redirect(to: "\(Self.web)/good.cfg"))],
                listeners: [
                    .http(), .https(443, .good), .https(8441, .expired), .https(8442, .wrongHost),
                    .https(8443, .selfSigned),
                ],
                certificates: certificates
            )
            let daemon = try await Self.provisioned(in: lab)
            let https = "https://198.51.100.1"
            try await Self.suffer(Fault("\(https)/good.cfg", says: "which is not trusted"), daemon)
            try await Self.suffer(Fault("\(https):8443/good.cfg", says: "self-signed"), daemon)

            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/rooted.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            for fault in [
                Fault("\(https):8441/good.cfg", says: "has expired on"),
                Fault("\(https):8442/good.cfg", says: "it is for DNS:other.example.net"),
                Fault("\(https):8443/good.cfg", says: "self-signed"),
                Fault("\(https)/down.cfg", says: "not encrypted"),
                Fault("\(https):80/good.cfg", says: "does not speak TLS"),
            ] {
                try await Self.suffer(fault, daemon)
            }
            try await daemon.set("USR_PROV_SVR_URL", "\(https)/good.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            try await Self.expectKept(daemon)
        }
    }

    @Test("a file of 245,760 bytes is taken, and one of 245,761 is refused")
    func size() async throws {
        func padded(to bytes: Int, registrar: String) -> String {
            let text = Document.device(registrar: registrar)
            return text + "<!--" + String(repeating: "x", count: bytes - text.utf8.count - 7) + "-->"
        }
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["good.cfg": padded(to: 245_760, registrar: "before.example.com")]
            )
            let daemon = try await Self.provisioned(in: lab)
            try nginx.put("large.cfg", padded(to: 245_761, registrar: "large.example.com"))
            try await Self.suffer(Fault("\(Self.web)/large.cfg", says: "more than 245760 bytes"), daemon)
            try await Self.expectKept(daemon)
        }
    }

    // MARK: Before and after

    private static let good = [
        "good.cfg": Document.initial(standard: "s.cfg"),
        "s.cfg": Document.device(registrar: "before.example.com", prov: "<CFG_RTRY_INTVL>7</CFG_RTRY_INTVL>"),
    ]

    /// A daemon that was provisioned once.
    private static func provisioned(
        in lab: LabNetwork,
        from url: String = "http://198.51.100.1/good.cfg",
        nameServer: String = LabNetwork.serverAddress
    ) async throws -> Daemon {
        let configuration = DaemonConfiguration(pnpTimeoutSeconds: 1, lines: [limits])
        let daemon = try await Daemon.start(in: lab, configuration, nameServer: nameServer)
        _ = try await daemon.waitForRun()
        try await daemon.set("USR_PROV_SVR_URL", url)
        #expect(try await daemon.provision().state == "provisioned")
        try await expectKept(daemon)
        return daemon
    }

    /// What the phone had before it was given bad input, in memory and in flash.
    private static func expectKept(_ daemon: Daemon) async throws {
        #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "before.example.com")
        try await daemon.crash()
        try await daemon.start()
        #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "before.example.com")
        _ = try await daemon.waitForRun()
    }

    /// Frames for the address leave, addressed to a card that nobody has.
    private static func makeBlackHole(in lab: LabNetwork) async throws {
        let words = ["ip", "-n", lab.phone.name, "neigh", "replace", blackHole, "lladdr", "00:00:5e:00:53:77"]
        try await LabProcess.require(LabCommand(words + ["dev", LabNetwork.interface]))
    }
}
