import Provisioning
import Testing

@testable import PhoneAgent

/// What a NOTIFY may bring.
@Suite struct SIPURLCheckTests {
    private func problem(_ url: String) throws -> String? {
        let mac = try #require(MACAddress("0080F0ABCDEF"))
        let identity = PhoneIdentity(mac: mac, model: "KX-UTG200B", softwareVersion: "03.131")
        return SIPURLCheck(url, for: identity).problem
    }

    @Test(arguments: [
        "http://198.51.100.1/{MODEL}.cfg", "198.51.100.1", "https://prov.example.com:8443/d/{MAC}.cfg?x={mac}&y=1/?#z",
        "tftp://h", "ftp://user:p%40ss@h/x", "http://[2001:db8::1]/a", "http://h/$mac.cfg", "http://h/a;b=c,d@e:f",
        "http://{MAC}.example.com/", "h:8080/x", "http://h/%7Euser/", "http://h?",
    ])
    func whatRFC3986Allows(url: String) throws {
        #expect(try problem(url) == nil)
    }

    @Test(arguments: [
        "http://h/{MAK}.cfg", "http://h/a%zz", "http://h/a%4", "http://h/%", "http://h/a[1]", "http://h/?a[1]",
        "http://h/#a#b",
        "http://user:p@ss@h/", "http://us[er@h/", "http://[1:2]/", "http://[::::]/", "http://h%zz/", "http://h:0/",
        "http://h:65536/", "file:///etc/passwd", "gopher://h/", "http://h/a\\b", "http://h/\u{FC}", "http://h/a b", "",
        "http:///x", "http://[::1/", "http://h/`id`",
    ])
    func whatItDoesNot(url: String) throws {
        let said = try #require(try problem(url))
        #expect(!said.isEmpty && !said.contains { $0.isNewline })
    }
}
