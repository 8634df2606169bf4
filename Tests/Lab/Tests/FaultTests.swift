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
            ("/500", .status(500), "HTTP 500"), ("/503", .status(503), "HTTP 503"), ("/429", .status(429), "HTTP 429"),
            ("/410", .status(410), "HTTP 410"), ("/304", .status(304), "though no copy was named"),
            ("/401", .basicAuthentication(user: "id", password: "p"), "HTTP_AUTH_ID"),
            ("/nothing", .noAnswer, "closed the connection without an answer"),
            ("/file", .redirect(to: "file:///etc/passwd"), "file is not supported"),
            ("/gopher", .redirect(to: "gopher://198.51.100.1/"), "gopher is not supported"),
            ("/loop", .redirect(to: "\(Self.web)/loop"), "redirects; check the server for a loop"),
        ]
        try await LabNetwork.with { lab in
            let rules = answers.map { NginxRule($0.path, $0.answer) }
            let nginx = try await Nginx.start(in: lab, files: Fault.good, rules: rules)
            let daemon = try await Fault.provisioned(in: lab)
            let digests = try await Fault.digests(daemon)
            for (name, body, message) in refused {
                try nginx.put("\(name).cfg", body)
                try await Fault("\(Self.web)/\(name).cfg", says: message).suffer(daemon)
            }
            for (path, _, message) in answers {
                try await Fault("\(Self.web)\(path)?a", says: message).suffer(daemon)
            }
            #expect(try await Fault.digests(daemon) == digests)
            try await Fault.expectKept(daemon)
        }
    }

    @Test("a server that hangs, trickles, cuts off, never ends or is not there costs no more than its time limit")
    func connections() async throws {
        let faults: [Fault] = [
            Fault("\(Self.odd)/silent.cfg", says: "no answer in 2 s", within: 7),
            Fault("\(Self.odd)/trickle.cfg", says: "not done in 4 s", within: 9),
            Fault("\(Self.odd)/slowHeaders.cfg", says: "not done in 4 s", within: 9),
            Fault("\(Self.odd)/endlessChunks.cfg", says: "more than 245760 bytes"),
            Fault("\(Self.odd)/endlessBody.cfg", says: "more than 245760 bytes"),
            Fault("\(Self.odd)/endlessHeaders.cfg", says: "bytes of headers"),
            Fault("\(Self.odd)/truncated.cfg", says: "the connection ended before the file did"),
            Fault("\(Self.odd)/truncatedChunk.cfg", says: "the connection ended before the file did"),
            Fault("\(Self.odd)/reset.cfg", says: "broken off"),
            Fault("\(Self.odd)/otherProtocol.cfg", says: "not what the protocol has"),
            Fault("https://198.51.100.1:8080/silent.cfg", says: "no connection in 2 s", within: 7),
            Fault("http://198.51.100.1:81/", says: "refuses connections"),
            Fault("ftp://198.51.100.1/a.cfg", says: "refuses connections"),
            Fault("tftp://198.51.100.1/a.cfg", says: "tftp://198.51.100.1/a.cfg", within: 9),
            Fault("http://\(Fault.blackHole)/", says: "no connection in 2 s", within: 7),
            Fault("http://198.51.100.99/", says: "no connection in 2 s", within: 7),
            Fault("http://192.0.2.1/", says: "cannot be reached"),
            Fault("http://none.example.com/", says: "the name none.example.com has no address"),
        ]
        try await LabNetwork.with { lab in
            let odd = try OddServer(in: lab, port: Self.oddPort)
            defer { odd.stop() }
            // The name server knows example.com whole, so it says NXDOMAIN for the rest of it.
            let names = ["prov.example.com": LabNetwork.serverAddress]
            _ = try await DNSMasq.start(in: lab, .init(names: names, lines: ["local=/example.com/"]))
            _ = try await Nginx.start(in: lab, files: Fault.good)
            try await Fault.makeBlackHole(in: lab)
            let daemon = try await Fault.provisioned(in: lab, from: "http://prov.example.com/good.cfg")
            let digests = try await Fault.digests(daemon)
            for fault in faults { try await fault.suffer(daemon) }
            #expect(try await Fault.digests(daemon) == digests)
            try await Fault.expectKept(daemon)
        }
    }

    @Test("a name server that never answers is named")
    func deadNameServer() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: Fault.good)
            try await Fault.makeBlackHole(in: lab)
            let daemon = try await Fault.provisioned(in: lab, nameServer: Fault.blackHole)
            try await Fault("http://prov.example.com/", says: "DNS servers", within: 9).suffer(daemon)
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
            let daemon = try await Fault.provisioned(in: lab)
            try nginx.put("large.cfg", padded(to: 245_761, registrar: "large.example.com"))
            try await Fault("\(Self.web)/large.cfg", says: "more than 245760 bytes").suffer(daemon)
            try await Fault.expectKept(daemon)
        }
    }

    @Test("a file that unpacks to fifty megabytes is refused before it does")
    func gzipBomb() async throws {
        try await LabNetwork.with { lab in
            let rule = NginxRule("/bomb.cfg", .file, headers: ["Content-Encoding": "gzip"])
            let nginx = try await Nginx.start(in: lab, files: Fault.good, rules: [rule])
            let bomb = nginx.documents.appending(path: "bomb.cfg").path(percentEncoded: false)
            try await LabProcess.require(
                LabCommand(["bash", "-ec", "head -c 50000000 /dev/zero | gzip -9 > '\(bomb)'; chmod 644 '\(bomb)'"])
            )
            let daemon = try await Fault.provisioned(in: lab)
            let before = try daemon.residentKiB()
            try await Fault("\(Self.web)/bomb.cfg", says: "the server compresses the file (gzip)").suffer(daemon)
            #expect(try daemon.residentKiB() - before < 20_000, "KiB")
            try await Fault.expectKept(daemon)
        }
    }
}
