import Foundation
import LabSupport
import Testing

/// Step 7, and the source that only IPv6 has.
@Suite("The redirection server and DHCPv6")
struct RedirectionTests {
    @Test(
        "The redirection server answers with a redirect, a URL or an initial file",
        arguments: ["302", "301", "url", "text", "document"]
    )
    func forms(form: String) async throws {
        let url = "http://198.51.100.1/real/{MODEL}.cfg"
        let answer: NginxRule.Answer =
            switch form {
            case "302": .redirect(to: "http://198.51.100.1/real/KX-UTG200B.cfg")
            case "301": .redirect(to: "http://198.51.100.1/real/KX-UTG200B.cfg", status: 301)
            case "url": .body(url + "\r\n", contentType: "application/url")
            case "text": .body("  \(url)\n", contentType: "text/plain")
            default: .body(Document.initial(standard: "http://198.51.100.1/real/s.cfg"), contentType: "text/xml")
            }
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "real/KX-UTG200B.cfg": Document.initial(standard: "s.cfg"),
                    "real/s.cfg": Document.device(registrar: "redirected.example.com"),
                ],
                rules: [NginxRule("/0080f0abcdef", answer)]
            )
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, redirectionURL: "http://198.51.100.1/{mac}")
            )
            let status = try await daemon.waitForRun()
            #expect(status.state == "provisioned" && status.source == "redirection")
            let initial = form == "document" ? "/0080f0abcdef" : "/real/KX-UTG200B.cfg"
            #expect(status.url == "http://198.51.100.1\(initial)")
            let asked = form == "document" ? [initial] : ["/0080f0abcdef", initial]
            #expect(try nginx.records.map(\.target) == asked + ["/real/s.cfg"])
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "redirected.example.com")
            let step = try #require(try await daemon.explain().first { $0.step == 7 })
            #expect(step.outcome == "found", "\(step)")
        }
    }

    @Test("A redirection server that knows nothing, or answers with something else, is step 7 failed")
    func nothing() async throws {
        try await LabNetwork.with { lab in
            let rules = [
                NginxRule("/page", .body("<html>Sign in</html>", contentType: "text/html")),
                NginxRule("/words", .body("no such phone")),
                NginxRule("/file", .redirect(to: "file:///etc/passwd")),
            ]
            _ = try await Nginx.start(in: lab, rules: rules)
            for (path, message) in [
                ("none", "HTTP 404"), ("page", "HTML page"), ("words", "not XML"), ("file", "protocol is ‘file’"),
            ] {
                let daemon = try await Daemon.start(
                    in: lab,
                    .init(pnpTimeoutSeconds: 1, redirectionURL: "http://198.51.100.1/\(path)")
                )
                let status = try await daemon.waitForRun()
                #expect(status.state == "failed" && status.source == "none", "\(path)")
                let said = try await daemon.text(ofStep: 7)
                #expect(said.contains(message), "\(path): \(said)")
                try await daemon.stop()
            }
        }
    }

    @Test("DHCPv6 option 17 gives the URL to a phone that has IPv6 alone, and the files come over IPv6")
    func dhcpv6() async throws {
        try await LabNetwork.with(LabNetwork.Options(phoneAddress: nil, ipv6: true)) { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "six/KX-UTG200B.cfg": Document.initial(standard: "Config{MAC}.cfg"),
                    "six/Config0080F0ABCDEF.cfg": Document.device(registrar: "six.example.com"),
                ],
                listeners: [.http6()]
            )
            let text = DNSMasq.VendorText(enterprise: 32473, "http://[2001:db8::1]/six/{MODEL}.cfg")
            _ = try await DNSMasq.start(in: lab, .init(vendorText6: text))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            // DHCPv6 gives an address alone; what is on the link a router says (RFC 5942), and this route says it in time.
            let route = [
                "ip", "-n", lab.phone.name, "-6", "route", "add", "2001:db8::/64", "dev", LabNetwork.interface,
            ]
            try await LabProcess.require(LabCommand(route + ["proto", "static", "metric", "512"]))
            _ = try DHClient.start(in: lab, family: .ipv6, binds: try await daemon.hookBinds())
            let status = try await daemon.waitForRun(state: "provisioned", seconds: 30)
            #expect(status.source == "dhcpv6")
            #expect(status.url == "http://[2001:db8::1]/six/KX-UTG200B.cfg")
            #expect(try nginx.records.allSatisfy { $0.address.hasPrefix("2001:db8::") })
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "six.example.com")
        }
    }
}
