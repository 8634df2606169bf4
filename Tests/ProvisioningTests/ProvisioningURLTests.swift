import Provisioning
import Testing

/// The completion of provisioning URLs (Administrator Guide 2014-05, p. 36–37).
struct ProvisioningURLTests {
    private func complete(_ text: String) throws(ProvisioningURL.Invalid) -> ProvisioningURL {
        try ProvisioningURL(completing: text, for: SimulatedPhone.identity)
    }

    @Test(arguments: [
        // No file name: {MODEL}.cfg is added.
        ("http://h", "http://h/KX-UTG200B.cfg"),
        ("http://h/", "http://h/KX-UTG200B.cfg"),
        ("http://h/pana", "http://h/pana/KX-UTG200B.cfg"),
        ("http://h/pana/", "http://h/pana/KX-UTG200B.cfg"),
        // A dot, a macro or a query makes the last segment a file name.
        ("http://h/a.cfg", "http://h/a.cfg"),
        ("http://h/{MAC}", "http://h/0080F0ABCDEF"),
        ("http://h/provision?mac={mac}", "http://h/provision?mac=0080f0abcdef"),
        ("http://h/?mac={mac}", "http://h/?mac=0080f0abcdef"),
        ("http://h?mac={mac}", "http://h?mac=0080f0abcdef"),
        // Macros: upper and lower case matter, one that is not known stays.
        ("http://h/{MODEL}-{fwver}.cfg", "http://h/KX-UTG200B-03.131.cfg"),
        ("http://h/{Mac}.cfg", "http://h/{Mac}.cfg"),
        ("http://{mac}.h.example.com/", "http://0080f0abcdef.h.example.com/KX-UTG200B.cfg"),
        // Everything else stays as it is.
        (
            "https://id:pass@prov.example.com:8080/dir/{MAC}.cfg",
            "https://id:pass@prov.example.com:8080/dir/0080F0ABCDEF.cfg"
        ),
        ("ftp://[2001:db8::1]:2121/a.cfg", "ftp://[2001:db8::1]:2121/a.cfg"),
        ("HTTP://h/a.cfg", "http://h/a.cfg"),
        (" tftp://192.0.2.1/a.cfg\r\n", "tftp://192.0.2.1/a.cfg"),
    ])
    func `a URL is completed`(given: String, expected: String) throws {
        #expect(try complete(given).candidates == [expected])
    }

    @Test(arguments: [
        ("10.0.0.2", "10.0.0.2/KX-UTG200B.cfg"), ("prov.example.com:8080", "prov.example.com:8080/KX-UTG200B.cfg"),
        ("10.0.0.2/dir/{MAC}.cfg", "10.0.0.2/dir/0080F0ABCDEF.cfg"),
    ])
    func `without a protocol there are four tries`(given: String, rest: String) throws {
        let url = try complete(given)
        #expect(url.candidates == ["tftp", "http", "https", "ftp"].map { "\($0)://\(rest)" })
        #expect(url.notes.contains { $0.contains("no protocol") })
    }

    @Test(arguments: [
        ("", ProvisioningURL.Invalid.empty), (" \t", .empty), ("file:///etc/passwd", .scheme("file")),
        ("gopher://h/", .scheme("gopher")), ("http:///a.cfg", .noHost), ("http://h:0/", .port("0")),
        ("http://h:65536/", .port("65536")), ("http://h:x/", .port("")), ("http://h:+80/", .port("")),
        ("h/" + String(repeating: "a", count: 2_042) + ".cfg", .tooLong(bytes: 2_056)), ("http://[::1/", .host("[::1")),
        ("http://h/a b", .character(scalar: 0x20, position: 11)),
        ("http://h/a\u{0}b", .character(scalar: 0, position: 11)),
        ("http://h/\nb", .character(scalar: 10, position: 10)), ("http://h/é", .character(scalar: 0xE9, position: 10)),
        ("http://h/" + String(repeating: "a", count: 2_040), .tooLong(bytes: 2_049)),
        ("http://h_$/a.cfg", .host("h_$")),
    ])
    func `what is no URL is refused with a reason`(given: String, expected: ProvisioningURL.Invalid) {
        #expect(throws: expected) { try complete(given) }
        #expect(!"\(expected)".isEmpty)
    }

    @Test func `a long URL works with a warning`() throws {
        let url = try complete("http://h/" + String(repeating: "a", count: 380) + ".cfg")
        #expect(url.notes.count == 1)
        #expect(try complete("http://h/a.cfg").notes.isEmpty)
    }

    @Test(arguments: [
        ("Config{MAC}.cfg", "http://id:p@h:81/dir/Config0080F0ABCDEF.cfg"), ("/a.cfg", "http://id:p@h:81/a.cfg"),
        ("https://other.example.com/b", "https://other.example.com/b"),
        ("ConfigCommon", "http://id:p@h:81/dir/ConfigCommon"),
    ])
    func `the path of a device file is relative to the initial file`(path: String, expected: String) throws {
        let url = try ProvisioningURL(
            path: path,
            inFileAt: "http://id:p@h:81/dir/KX-UTG200B.cfg?x=/y",
            for: SimulatedPhone.identity
        )
        #expect(url.candidates == [expected])
    }

    @Test(arguments: [
        ("http://id:pass@h/a", "http://id:***@h/a"), ("http://token@h/a", "http://***@h/a"),
        ("http://h/a@b", "http://h/a@b"), ("id:p@ss@h/a", "id:***@h/a"), ("http://h?u=a@b", "http://h?u=a@b"),
        ("http://id:a/b@h/c", "http://id:***@h/c"), ("id:a#b@h", "id:***@h"), ("http://h:80/a@b", "http://h:80/a@b"),
        ("http://[2001:db8::1]/a@b", "http://[2001:db8::1]/a@b"),
        ("http://id:p@h/a?mac=00&token=x.y%3D&b=1", "http://id:***@h/a?mac=00&token=***&b=1"),
        ("http://h/a?sessionKey=k;PWD=p#f", "http://h/a?sessionKey=***#f"), ("http://h/a?hash=", "http://h/a?hash="),
        ("http://h/a?mac=0080f0abcdef&pass", "http://h/a?mac=0080f0abcdef&pass"),
    ])
    func `credentials are masked`(url: String, expected: String) {
        #expect(ProvisioningURL.masked(url) == expected)
    }

    /// Found by a fuzzer: the `@` behind which the credentials seemed to end was part of a secret in the query.
    @Test func `masking what is masked changes nothing`() {
        let text =
            "\u{0}\u{FFFD}&lmlacj=\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}`\u{FFFD}prov.\u{0}\u{FFFD}&lmlacjhmac=e"
            + ".{c\u{FFFD}ex-.c\u{FFFD}\u{FFFD}nh//\u{FFFD}?:&hmac=@\t\t\t\t\t\tc=@\t\t\t\t\t\t\t\t\t\th//"
            + "\u{FFFD}?:&hmac=@\t\t\t\t\t\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}nh//\u{FFFD}?:&hmac=@\t\t\t\t\t\t\t\t"
            + "\t\th//\u{FFFD}om:8080"
        let masked = ProvisioningURL.masked(text)
        #expect(ProvisioningURL.masked(masked) == masked)
    }

    @Test func `secrets in the queries of a sentence are masked, and nothing else of it`() {
        let text = "http://h/a?hash=1f.2: HTTP 404 (after http://h/b?x=1&token=t), no key=value here"
        let shown = "http://h/a?hash=***: HTTP 404 (after http://h/b?x=1&token=***), no key=value here"
        #expect(ProvisioningURL.maskingQuerySecrets(in: text) == shown)
    }

    @Test(arguments: [
        ("http://h/", "http://h/", false), ("http://h", "http://h/KX-UTG200B.cfg", false),
        ("h", "http://h/", false), ("h", "h", false), ("http://h/{MAC}.cfg", "http://h/{MAC}.cfg", false),
        ("http://h/{MAC}.cfg", "http://h/0080F0ABCDEF.cfg", false), ("http://id:p@h/", "http://h/", false),
        ("http://h:80/", "http://id:p@h/KX-UTG200B.cfg", false), ("HTTPS://H:443/", "https://h/", false),
        ("http://[2001:DB8::80]/", "http://[2001:db8::80]:80/", false),
        ("https://h/", "http://h/", true), ("http://h:8080/", "http://h/", true),
        ("http://h/A.cfg", "http://h/a.cfg", true),
        ("http://h2/", "http://h/", true), ("gopher://h/", "gopher://h/", true), ("http://id@h/@g/", "http://g/", true),
    ])
    func `a URL leads elsewhere when it is another place`(given: String, from: String, isElsewhere: Bool) {
        let leads = ProvisioningURL.leads(given, elsewhereThan: from, for: SimulatedPhone.identity)
        #expect(leads == isElsewhere)
    }

    @Test(arguments: [
        ("0080F0ABCDEF", "0080F0ABCDEF"), ("00:80:f0:ab:cd:ef", "0080F0ABCDEF"), ("00-80-F0-ab-cd-ef", "0080F0ABCDEF"),
        ("0080F0ABCDE", nil), ("0080F0ABCDEG", nil), ("00:80-f0:ab:cd:ef", nil), ("000000000000", nil),
        ("010000000000", nil), ("", nil),
    ])
    func `a hardware address is read in every common spelling`(text: String, expected: String?) {
        #expect(MACAddress(text)?.upperCase == expected)
    }
}
