import Foundation
import LabSupport
import Testing

/// Credentials: where they come from, who gets them, and who never sees them.
@Suite("Credentials")
struct CredentialTests {
    /// What no log, trace or status may show.
    private static let secrets = ["geheim1", "geheim2", "geheim3", "geheim4", "einmal"]

    @Test("from the URL, USR_PROV_SVR_AUTH_* and HTTP_AUTH_*, by Basic and Digest, and shown nowhere")
    func sources() async throws {
        try await LabNetwork.with { lab in
            let device = Document.device(registrar: "secret.example.com")
            _ = try await Nginx.start(
                in: lab,
                files: [
                    "url.cfg": device, "hand.cfg": device, "auth.cfg": device,
                    "open.cfg": Document.initial(standard: "auth.cfg"),
                ],
                rules: [
                    NginxRule("/url.cfg", .basicAuthentication(user: "id", password: "geheim1")),
                    NginxRule("/hand.cfg", .basicAuthentication(user: "id", password: "geheim2")),
                    NginxRule("/auth.cfg", .basicAuthentication(user: "id", password: "geheim3")),
                ]
            )
            _ = try await Lighttpd.start(in: lab, files: ["digest.cfg": device], user: ("id", "geheim4"))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            func provision(_ url: String, _ settings: [String: String] = [:]) async throws -> String {
                for (name, value) in settings { try await daemon.set(name, value) }
                try await daemon.set("USR_PROV_SVR_URL", url)
                return try await daemon.provision().state
            }
            let web = "http://198.51.100.1"
            #expect(try await provision("http://id:geheim1@198.51.100.1/url.cfg?token=einmal") == "provisioned")
            #expect(try await daemon.status().first?.url == "http://id:***@198.51.100.1/url.cfg?token=***")
            let byHand = ["USR_PROV_SVR_AUTH_ID": "id", "USR_PROV_SVR_AUTH_PASSWORD": "geheim2"]
            #expect(try await provision("\(web)/hand.cfg", byHand) == "provisioned")
            let none = ["USR_PROV_SVR_AUTH_ID": "", "HTTP_AUTH_ID": "id", "HTTP_AUTH_PASSWORD": "geheim3"]
            #expect(try await provision("\(web)/open.cfg", none) == "provisioned")
            #expect(try await provision("http://id:geheim4@198.51.100.1:8081/digest.cfg") == "provisioned")
            #expect(try await provision("http://id:einmal@198.51.100.1:8081/digest.cfg") == "fallback")
            let said = try await daemon.text(ofStep: 8)
            #expect(said.contains("refuses user name or password (HTTP 401, Digest)"), "\(said)")

            let shown = try await [
                daemon.ctl(["explain", "--json"]).output, daemon.ctl(["history", "--json"]).output,
                daemon.ctl(["status", "--json"]).output, daemon.process.transcript,
            ]
            for secret in Self.secrets {
                #expect(!shown.contains { $0.contains(secret) }, "\(secret) is shown")
            }
        }
    }

    @Test("Digest alone is not answered when http.authentication is basic")
    func basicOnly() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: Fault.good)
            _ = try await Lighttpd.start(in: lab, files: ["digest.cfg": "<a/>"], user: ("id", "geheim4"))
            let configuration = DaemonConfiguration(
                pnpTimeoutSeconds: 1,
                httpAuthentication: "basic",
                lines: [Fault.limits]
            )
            let daemon = try await Daemon.start(in: lab, configuration)
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "http://198.51.100.1/good.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            let url = "http://id:geheim4@198.51.100.1:8081/digest.cfg"
            try await Fault(url, says: "offers Digest, which may not be used; offer Basic there").suffer(daemon)
        }
    }

    @Test("are not sent to another host after a redirect, whose file is taken all the same")
    func redirects() async throws {
        try await LabNetwork.with { lab in
            let names = ["prov.example.com": LabNetwork.serverAddress, "other.example.com": LabNetwork.serverAddress]
            _ = try await DNSMasq.start(in: lab, .init(names: names))
            let device = Document.device(registrar: "moved.example.com")
            let nginx = try await Nginx.start(
                in: lab,
                files: ["there.cfg": device, "locked.cfg": device],
                rules: [
                    NginxRule("/open.cfg", .redirect(to: "http://other.example.com/there.cfg")),
                    NginxRule("/shut.cfg", .redirect(to: "http://other.example.com/locked.cfg")),
                    NginxRule("/same.cfg", .redirect(to: "http://prov.example.com/locked.cfg")),
                    NginxRule("/locked.cfg", .basicAuthentication(user: "id", password: "geheim1")),
                ]
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            func provision(_ name: String) async throws -> String {
                try await daemon.set("USR_PROV_SVR_URL", "http://id:geheim1@prov.example.com/\(name)")
                return try await daemon.provision().state
            }
            #expect(try await provision("open.cfg") == "provisioned")
            #expect(try await daemon.text(ofStep: 8).contains("after http://id:***@prov.example.com/open.cfg"))
            #expect(try await provision("shut.cfg") == "fallback")
            #expect(try await daemon.text(ofStep: 8).contains("http://other.example.com/locked.cfg (redirected from"))
            #expect(try await provision("same.cfg") == "provisioned")
            let records = try nginx.records
            #expect(records.contains { $0.host == "other.example.com" })
            #expect(records.allSatisfy { $0.host != "other.example.com" || $0.authorization.isEmpty })
            #expect(records.contains { $0.host == "prov.example.com" && !$0.authorization.isEmpty })
        }
    }
}
