import Foundation
import LabSupport
import Testing

/// What people try who should not get in.
@Suite("Web programming under attack")
struct WebSecurityTests {
    /// An answer as curl saw it.
    private struct Answer {
        let status: Int
        let head: String
        let body: String

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// A client that keeps no cookies but those it is told to send.
    private struct Client {
        let site: WebSite

        func send(_ path: String, _ options: [String] = []) async throws -> Answer {
            let words =
                ["curl", "-ksS", "--path-as-is", "--http1.1", "-m", "20", "-i", "-g"] + options
                + [WebProgram.origin + path]
            let done = try await site.lab.run(
                LabCommand(words, in: site.lab.phone, insideRoot: true),
                within: .seconds(60)
            )
            let halves = done.output.components(separatedBy: "\r\n\r\n")
            let head = halves.first ?? ""
            let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return Answer(status: status, head: head, body: halves.dropFirst().joined(separator: "\r\n\r\n"))
        }

        /// A cookie and the token of the forms that go with it, as the page for signing in gives them.
        func form() async throws -> (cookie: String, token: String) {
            let page = try await send("/sign-in")
            let cookie = try #require(page.field("set-cookie")?.split(separator: ";").first.map(String.init))
            return (cookie, try Self.token(in: page.body))
        }

        static func token(in html: String) throws -> String {
            let start = try #require(html.firstRange(of: "name=\"csrf\" value=\"")?.upperBound)
            return String(html[start...].prefix { $0 != "\"" })
        }

        func signIn(_ account: String, _ password: String, _ options: [String] = []) async throws -> Answer {
            let (cookie, token) = try await form()
            return try await send(
                "/sign-in",
                [
                    "-H", "Cookie: \(cookie)", "--data-urlencode", "csrf=\(token)", "--data-urlencode",
                    "account=\(account)", "--data-urlencode", "password=\(password)",
                ] + options
            )
        }

        /// A session's cookie and the token of its forms.
        func session() async throws -> (cookie: String, token: String) {
            let answer = try await signIn("admin", try await site.firstPassword())
            let cookie = try #require(answer.field("set-cookie")?.split(separator: ";").first.map(String.init))
            let page = try await send(WebSite.phone, ["-H", "Cookie: \(cookie)"])
            return (cookie, try Self.token(in: page.body))
        }
    }

    @Test("a form of another site, or without the page's token, changes nothing")
    func crossSite() async throws {
        try await WebSite.with { site in
            let client = Client(site: site)
            let (cookie, token) = try await client.session()
            let path = "\(WebSite.phone)/settings/NTP_ADDR"
            let common = ["-H", "Cookie: \(cookie)", "-d", "NTP_ADDR=evil.example.com&action=set"]
            for options in [
                [], ["-d", "csrf="], ["-d", "csrf=\(String(repeating: "0", count: 64))"],
                ["-d", "csrf=\(token)", "-H", "Origin: https://evil.example.com"],
                ["-d", "csrf=\(token)", "-H", "Origin: null"],
                ["-d", "csrf=\(token)", "-H", "Sec-Fetch-Site: cross-site"],
                ["-d", "csrf=\(token)", "-H", "Sec-Fetch-Site: same-site"],
            ] {
                #expect(try await client.send(path, common + options).status == 403, "\(options)")
            }
            // Forms that another site can make a browser send without asking: none of them is read.
            #expect(
                try await client.send(path, ["-H", "Cookie: \(cookie)", "-H", "Content-Type: text/plain", "-d", "a=b"])
                    .status == 400
            )
            #expect(try await site.daemon.value(of: "NTP_ADDR") != "evil.example.com")
            // The page's own form is taken, so that it was not something else that kept the others out.
            let own = [
                "-d", "csrf=\(token)", "-H", "Origin: \(WebProgram.origin)", "-H", "Sec-Fetch-Site: same-origin",
            ]
            #expect(try await client.send(path, common + own).status == 303)
            #expect(try await site.daemon.value(of: "NTP_ADDR") == "evil.example.com")
            // And it stands in the journal, with who and from where.
            #expect(
                try site.daemon.process.transcript.contains(
                    "NTP_ADDR was set by the user (web programming, admin from 127.0.0.1)"
                )
            )
        }
    }

    @Test("a session that somebody has planted opens nothing, and signing in gives another")
    func fixation() async throws {
        try await WebSite.with { site in
            let client = Client(site: site)
            let planted = "__Host-phoneprov=" + String(repeating: "A", count: 43)
            #expect(try await client.send(WebSite.phone, ["-H", "Cookie: \(planted)"]).status == 303)
            let (form, token) = try await client.form()
            let password = try await site.firstPassword()
            let answer = try await client.send(
                "/sign-in",
                [
                    "-H", "Cookie: \(form); \(planted)", "--data-urlencode", "csrf=\(token)", "-d",
                    "account=admin&password=\(password)",
                ]
            )
            #expect(answer.status == 303)
            let cookie = try #require(answer.field("set-cookie"))
            #expect(!cookie.hasPrefix(planted))
            for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] { #expect(cookie.contains(attribute)) }
            #expect(try await client.send(WebSite.phone, ["-H", "Cookie: \(planted)"]).status == 303)
            // The old session of a browser that signs in again is over.
            let first = try #require(cookie.split(separator: ";").first.map(String.init))
            #expect(try await client.send(WebSite.phone, ["-H", "Cookie: \(first)"]).status == 200)
            let (second, again) = try await client.form()
            let options = [
                "-H", "Cookie: \(second); \(first)", "--data-urlencode", "csrf=\(again)", "-d",
                "account=admin&password=\(password)",
            ]
            #expect(try await client.send("/sign-in", options).status == 303)
            #expect(try await client.send(WebSite.phone, ["-H", "Cookie: \(first)"]).status == 303)
        }
    }

    @Test("after five wrong passwords in a minute not even the right one is looked at")
    func tries() async throws {
        try await WebSite.with { site in
            let client = Client(site: site)
            for _ in 0..<5 { #expect(try await client.signIn("admin", "adminpass").status == 403) }
            let refused = try await client.signIn("admin", try await site.firstPassword())
            #expect(refused.status == 429)
            #expect(refused.field("retry-after").flatMap { Int($0) }.map { (1...61).contains($0) } == true)
            #expect(refused.field("set-cookie")?.contains("__Host-phoneprov=") != true)
        }
    }

    @Test("paths, header fields and bodies that are made to break something break nothing")
    func oddRequests() async throws {
        try await WebSite.with { site in
            let client = Client(site: site)
            let (cookie, token) = try await client.session()
            let signed = ["-H", "Cookie: \(cookie)"]
            for path in [
                "/../../etc/passwd", "/assets/../../../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd",
                "\(WebSite.phone)/files/..%2f..%2fetc%2fpasswd", "\(WebSite.phone)/files/../../etc/passwd",
                "\(WebSite.phone)/settings/..%2f..", "\(WebSite.phone)/history/-1",
                "\(WebSite.phone)/history/99999999999999999999",
                "/phones/0080F0FFFFFF", "/phones/0080F0ABCDEF%00", "//evil.example.com/", "/%",
            ] {
                let answer = try await client.send(path, signed)
                #expect([400, 404].contains(answer.status), "\(path): \(answer.status)")
                #expect(!answer.body.contains("root:"), "\(path)")
            }
            // A line end in what comes back as a header field would begin another one.
            for next in [
                "/x%0d%0aSet-Cookie:%20evil=1", "//evil.example.com", "https://evil.example.com", "/\\evil.example.com",
            ] {
                let (form, formToken) = try await client.form()
                let password = try await site.firstPassword()
                let answer = try await client.send(
                    "/sign-in",
                    [
                        "-H", "Cookie: \(form)", "-d",
                        "csrf=\(formToken)&account=admin&password=\(password)&next=\(next)",
                    ]
                )
                #expect(answer.status == 303)
                #expect(answer.field("location") == "/", "\(next)")
                #expect(!answer.head.contains("evil"))
            }
            let file = site.lab.directory.appending(path: "large").path(percentEncoded: false)
            try Data(("csrf=\(token)&x=" + String(repeating: "a", count: 70_000)).utf8).write(to: URL(filePath: file))
            let large = try await client.send("\(WebSite.phone)/settings/NTP_ADDR", signed + ["-d", "@\(file)"])
            #expect(large.status == 413)
            // Without a length that says so beforehand.
            let chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"]
            let endless = try await client.send(
                "\(WebSite.phone)/settings/NTP_ADDR",
                signed + chunked + ["-d", "@\(file)"]
            )
            #expect(endless.status == 413)
            let fields = try await client.send("/sign-in", ["-H", "X-Large: " + String(repeating: "a", count: 40_000)])
            #expect(fields.status != 200)
            // It still serves.
            #expect(try await client.send(WebSite.phone, signed).status == 200)
        }
    }

    @Test("every answer says what a browser may do with it")
    func headers() async throws {
        try await WebSite.with { site in
            let client = Client(site: site)
            for path in ["/sign-in", "/nowhere", WebSite.phone, "/events"] {
                let answer = try await client.send(path)
                let policy = try #require(answer.field("content-security-policy"))
                #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(answer.field("x-content-type-options") == "nosniff")
                #expect(answer.field("x-frame-options") == "DENY")
                #expect(answer.field("cache-control") == "no-store")
                #expect(answer.field("strict-transport-security") != nil)
                #expect(answer.field("server") == nil)
            }
        }
    }

    @Test("what a file or a user has written into a value never runs as a script")
    func storedScript() async throws {
        let script = "\"'><script>window.broken='yes'</script><img src=x onerror=window.broken='yes'>{{csrf}}"
        let inXML = script.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        try await WebSite.with(files: ["a.cfg": WebSite.device(label: inXML)]) { site in
            _ = try await site.daemon.waitForRun()
            // Every parameter that takes any text gets it, by hand.
            struct Parameter: Decodable { let name: String }
            struct Settings: Decodable { let settings: [Parameter] }
            var count = 0
            for setting in try await site.daemon.json(Settings.self, ["get", "--json"]).settings
            where !setting.name.hasPrefix("USR_PROV") && !setting.name.hasPrefix("PROVISION") {
                if try await site.daemon.ctl(["set", setting.name, script]).status == 0 { count += 1 }
            }
            #expect(count > 20)
            try await site.daemon.set("USR_PROV_SVR_URL", "\(WebSite.server)/a.cfg")
            _ = try await site.daemon.provision()
            #expect(try await site.daemon.value(of: "DISPLAY_NAME_1") == script)
            // ADMIN_PASS and ADMIN_ID were among them, so that this is how one signs in now.
            let browser = try await Browser.start(in: site.lab)
            try await site.signIn(browser, as: script, with: script)
            for path in [
                "", "/provisioning", "/settings?show=all", "/settings/DISPLAY_NAME_1", "/settings/NTP_ADDR",
                "/files/initial",
                "/history", "/history/2", "/maintenance", "/settings?q=%3Cscript%3Ewindow.broken%3D1%3C/script%3E",
            ] {
                try await browser.open(WebSite.phone + path)
                #expect(try await browser.text("return window.broken ?? ''").isEmpty, "\(path)")
                #expect(try await browser.has("main script") == false, "\(path)")
                #expect(try await browser.has("main img") == false, "\(path)")
            }
            // It is shown, as text.
            try await browser.open("\(WebSite.phone)/settings/DISPLAY_NAME_1")
            #expect(try await browser.read("main").contains("<script>window.broken"))
        }
    }

    @Test("the user's account sees and changes what access grants it, and no more")
    func userAccount() async throws {
        try await WebSite.with(files: ["a.cfg": WebSite.device(admin: "adm1n-secret", user: "us3r-secret")]) { site in
            try await site.daemon.set("USR_PROV_SVR_URL", "\(WebSite.server)/a.cfg")
            let client = Client(site: site)
            let first = try await site.firstPassword()
            #expect(try await client.signIn("admin", first).status == 303)
            #expect(try await client.signIn("user", "userpass").status == 403)
            _ = try await site.daemon.waitForRun()
            _ = try await site.daemon.provision()
            // What provisioning has brought is in force at once.
            #expect(try await client.signIn("admin", first).status == 403)
            #expect(try await client.signIn("admin", "adm1n-secret").status == 303)
            let answer = try await client.signIn("user", "us3r-secret")
            let cookie = try #require(answer.field("set-cookie")?.split(separator: ";").first.map(String.init))
            let signed = ["-H", "Cookie: \(cookie)"]
            let status = try await client.send(WebSite.phone, signed)
            #expect(status.status == 200)
            #expect(!status.body.contains(WebSite.server))
            let settings = try await client.send("\(WebSite.phone)/settings?show=all", signed)
            #expect(settings.body.contains("NTP_ADDR") && !settings.body.contains("SIP_RGSTR_ADDR"))
            for path in ["/provisioning", "/files", "/files/initial", "/settings/USR_PROV_SVR_URL"] {
                #expect(try await client.send(WebSite.phone + path, signed).status == 403, "\(path)")
            }
            let token = try Client.token(in: status.body)
            let form =
                signed + ["-d", "csrf=\(token)&sure=yes&USR_PROV_SVR_URL=http://192.0.2.1/&NTP_ADDR=ntp.example.org"]
            for path in ["provisioning", "maintenance/provision", "maintenance/reboot", "maintenance/factory-reset"] {
                #expect(try await client.send("\(WebSite.phone)/\(path)", form).status == 403, "\(path)")
            }
            #expect(try await client.send("\(WebSite.phone)/settings/USR_PROV_SVR_URL", form).status != 303)
            #expect(try await site.daemon.value(of: "USR_PROV_SVR_URL") == "\(WebSite.server)/a.cfg")
            #expect(try await client.send("\(WebSite.phone)/settings/NTP_ADDR", form).status == 303)
            #expect(try await site.daemon.value(of: "NTP_ADDR") == "ntp.example.org")
            // An export has what the user sees, and no file.
            let export = try await client.send("\(WebSite.phone)/maintenance/export", form)
            #expect(export.status == 200)
            #expect(export.body.contains("ntp.example.org"))
            #expect(!export.body.contains("USR_PROV_SVR_URL") && !export.body.contains("adm1n-secret"))
        }
    }
}
