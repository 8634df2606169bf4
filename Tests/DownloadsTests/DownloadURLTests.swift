import Testing

@testable import Downloads

@Suite("URLs for downloading")
struct DownloadURLTests {
    @Test(
        "are taken apart",
        arguments: [
            ("http://h/a", "http", "h", 80, "http://h/a"),
            ("HTTPS://H.Example:8443/a?b=c", "https", "h.example", 8443, "https://H.Example:8443/a?b=c"),
            ("ftp://h/a", "ftp", "h", 21, "ftp://h/a"),
            ("tftp://10.0.0.2/a", "tftp", "10.0.0.2", 69, "tftp://10.0.0.2/a"),
            ("http://[2001:db8::1]:8080/", "http", "[2001:db8::1]", 8080, "http://[2001:db8::1]:8080/"),
            ("http://id:p%40ss@h/a", "http", "h", 80, "http://id:***@h/a"),
            ("http://id@h/a", "http", "h", 80, "http://id@h/a"),
        ]
    )
    func parts(text: String, scheme: String, host: String, port: Int, masked: String) throws {
        let url = try DownloadURL(text)
        #expect(url.scheme.rawValue == scheme)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.masked == masked)
        #expect(!url.bare.contains("@"))
    }

    @Test(
        "have credentials that are percent-decoded",
        arguments: [
            ("http://id:pass@h/", "id", "pass"), ("http://id:p%40%3A%2F%25s@h/", "id", "p@:/%s"),
            ("http://id@h/", "id", ""),
            ("http://id:a:b@h/", "id", "a:b"), ("ftp://:x@h/a", "", "x"), ("http://i$$d:p@h/", "i$$d", "p"),
        ]
    )
    func credentials(text: String, user: String, password: String) throws {
        #expect(try DownloadURL(text).credentials == Credentials(user: user, password: password))
    }

    @Test(
        "are refused with the reason",
        arguments: [
            ("", "empty"), ("h/a", "no scheme"), ("10.0.0.2", "no scheme"), ("http://", "host"), ("http:///a", "host"),
            ("http://h/a\r\nX: y", "control"), ("http://h/\u{7F}", "control"), ("http://h/a b", "%20"),
            ("http://id:p@ss@h/", "%40"), ("http://h:99999/", "ort"), ("ftp://h/dir/", "folder"),
            ("tftp://h", "folder"),
            ("http://id:a%0Ab@h/", "control"), ("http://h/" + String(repeating: "a", count: 2040), "2048"),
        ]
    )
    func refused(text: String, part: String) {
        let problem = #expect(throws: DownloadURL.Problem.self) { try DownloadURL(text) }
        guard case .malformed(let why) = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
        #expect(why.contains(part), "\(why)")
    }

    @Test("have 2,048 bytes at most")
    func length() throws {
        _ = try DownloadURL("http://h/" + String(repeating: "a", count: 2039))
    }

    @Test("in other schemes are refused", arguments: ["file:///etc/passwd", "gopher://h/", "ftps://h/a", "HTTPX://h/"])
    func schemes(text: String) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        #expect(throws: DownloadURL.Problem.unsupportedScheme(scheme)) { try DownloadURL(text) }
    }

    @Test(
        "never show a password, even when they are none",
        arguments: [
            "http://id:secret@h/a", "http://id:sec/ret@h/a", "foo://id:secret@h", "http://id:se@cret@h/", "id:secret@h",
            "http://id:secret@h/\r\n",
        ]
    )
    func masked(text: String) {
        let masked = DownloadURL.masked(text)
        #expect(!masked.contains("ret"))
        #expect(masked.contains("id:***@h"))
        #expect(!masked.contains("\n"))
    }

    @Test(
        "resolve a Location",
        arguments: [
            ("/b", "http://h:8080/b"), ("b", "http://h:8080/x/b"), ("../b", "http://h:8080/b"),
            ("?q", "http://h:8080/x/a?q"),
            ("//other/b", "http://other/b"), ("https://other/b", "https://other/b"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("/a b", "http://h:8080/a%20b"),
        ]
    )
    func resolving(location: String, result: String) throws {
        #expect(try DownloadURL("http://id:pass@h:8080/x/a").resolving(location) == result)
    }

    @Test(
        "share credentials only with the same server",
        arguments: [
            ("http://h/b", true), ("http://H/b", true), ("http://h:80/b", true), ("https://h/b", true),
            ("http://h:81/b", false),
            ("http://g/b", false), ("https://g/b", false), ("ftp://h/b", false), ("http://h.example/b", false),
        ]
    )
    func credentialScope(other: String, shared: Bool) throws {
        #expect(try DownloadURL("http://h/a").maySendCredentials(to: DownloadURL(other)) == shared)
    }

    @Test("over HTTPS do not share credentials with what is not encrypted")
    func credentialDowngrade() throws {
        #expect(try !DownloadURL("https://h/a").maySendCredentials(to: DownloadURL("http://h/a")))
    }
}
