import Control
import Foundation
import LabSupport
import Testing

/// Programming by hand: what the user sets takes effect as on the phone, and is known by its origin.
@Suite("Programming by hand")
struct ProgrammingTests {
    private struct History: Decodable {
        struct Run: Decodable { let number: Int, source: String }
        struct Change: Decodable { let programming: String, who: String, action: String, name: String?, new: String? }
        let runs: [Run]
        let changes: [Change]
    }

    private static let server = "http://198.51.100.1"

    @Test("set by phone and by web, the later URL wins; unset, the automatic sources are back; history has it all")
    func provisioningURL() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(
                in: lab,
                files: [
                    "dhcp.cfg": Document.device(registrar: "dhcp.example.com"),
                    "phone.cfg": Document.device(registrar: "phone.example.com"),
                    "web.cfg": Document.device(registrar: "web.example.com"),
                ]
            )
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "\(Self.server)/dhcp.cfg")]))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")

            try await daemon.set("USR_PROV_SVR_URL", "\(Self.server)/phone.cfg")
            let byPhone = try await daemon.provision()
            #expect(byPhone.source == "manual" && byPhone.url == "\(Self.server)/phone.cfg")
            #expect(try await daemon.text(ofStep: 2).contains("phone programming, "))
            #expect(try await daemon.text(ofStep: 3).contains("step 2 gave the URL"))

            try await daemon.setByWeb("USR_PROV_SVR_URL", "\(Self.server)/web.cfg", who: "admin from 192.0.2.9")
            let byWeb = try await daemon.provision()
            #expect(byWeb.source == "manual" && byWeb.url == "\(Self.server)/web.cfg")
            #expect(try await daemon.text(ofStep: 2).contains("web programming, admin from 192.0.2.9"))
            let explained = try await daemon.ctl(["get", "--explain", "USR_PROV_SVR_URL"]).output
            #expect(explained.contains("from user, set by web programming, admin from 192.0.2.9, 2"), "\(explained)")

            // The origin survives a restart, and the run from step 1 finds the same URL.
            try await daemon.crash()
            try await daemon.start()
            #expect(try await daemon.waitForRun(state: "provisioned").source == "manual")
            #expect(try await daemon.text(ofStep: 2).contains("web programming, admin from 192.0.2.9"))

            #expect(try await daemon.ctl(["unset", "USR_PROV_SVR_URL"]).status == 0)
            #expect(try await daemon.provision().source == "dhcp-160")
            let history = try await daemon.json(History.self, ["history", "--json"])
            #expect(history.runs.map(\.source) == ["dhcp-160", "manual", "manual", "manual", "dhcp-160"])
            #expect(history.changes.map(\.programming) == ["phone", "web", "phone"])
            #expect(history.changes.map(\.action) == ["unset", "set", "set"])
            #expect(history.changes.allSatisfy { $0.name == "USR_PROV_SVR_URL" })
            #expect(history.changes.map(\.new) == [nil, "\(Self.server)/web.cfg", "\(Self.server)/phone.cfg"])
            let shown = try await daemon.ctl(["history"]).output
            for line in ["web    admin from 192.0.2.9", "taken back", "‘\(Self.server)/phone.cfg’ → "] {
                #expect(shown.contains(line), "\(line) is missing in \(shown)")
            }
        }
    }

    @Test("a secret's values stay out of the history, and so does a name that would forge a line of the log")
    func secrets() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let daemon = try await Daemon.start(in: lab)
            try await daemon.set("ADMIN_PASS", "quite-secret")
            try await daemon.set("USR_PROV_SVR_URL", "http://id:quite-secret@192.0.2.7/a.cfg")
            let history = try await daemon.ctl(["history", "--json"]).output
            #expect(history.contains("***") && !history.contains("quite-secret"), "\(history)")
            await #expect(throws: ControlClientError.self) {
                try await daemon.setByWeb("CFG_CYCLIC", "Y", who: "admin\nforged")
            }
            #expect(try await daemon.value(of: "CFG_CYCLIC") == "N")
            #expect(try await daemon.ctl(["factory-reset", "--yes"]).status == 0)
            let after = try await daemon.json(History.self, ["history", "--json"])
            #expect(after.changes.map(\.action) == ["factoryReset", "set", "set"])
        }
    }
}

extension Daemon {
    /// Sets a parameter as web programming does: over the control socket, with its origin.
    func setByWeb(_ name: String, _ value: String, who: String) async throws {
        let client = try await ControlClient.connect(to: controlSocket)
        let origin = ChangeOrigin(programming: .web, who: who)
        _ = try await client.call(SetRequest(name: name, value: value, origin: origin))
    }
}
