import Foundation
import LabSupport
import Testing

/// A phone with its pages, and what tests of them need.
struct WebSite {
    static let mac = "0080F0ABCDEF"
    static let phone = "/phones/\(mac)"
    static let server = "http://198.51.100.1"

    let lab: LabNetwork
    let daemon: Daemon
    let web: WebProgram
    let nginx: Nginx

    /// A device file with what an engineer's has: accounts, `R`, `!`, lines, one value that is not taken.
    static func device(admin: String? = nil, user: String? = nil, label: String = "Reception") -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <PANASIPPhoneConfig>
          <Device>
            <System>
              <LoginAcc>
                \(admin.map { "<ADMIN_PASS>\($0)</ADMIN_PASS>" } ?? "")
                \(user.map { "<USER_PASS>\($0)</USER_PASS>" } ?? "")
              </LoginAcc>
              <Prov>
                <CFG_RTRY_INTVL>15</CFG_RTRY_INTVL>
                <CFG_CYCLIC perm="R">Y</CFG_CYCLIC>
                <CFG_CYCLIC_INTVL perm="!">4320</CFG_CYCLIC_INTVL>
                <OPTION66_ENABLE>maybe</OPTION66_ENABLE>
              </Prov>
            </System>
            <Network><NTP><NTP_ADDR>ntp.example.com</NTP_ADDR></NTP></Network>
            <Lines>
              <Line idx="1">
                <Sip>
                  <SIP_RGSTR_ADDR>pbx.example.com</SIP_RGSTR_ADDR>
                  <SIP_AUTHID>1001</SIP_AUTHID>
                  <SIP_PASS>hidden-secret</SIP_PASS>
                  <DISPLAY_NAME>\(label)</DISPLAY_NAME>
                </Sip>
              </Line>
            </Lines>
          </Device>
        </PANASIPPhoneConfig>
        """
    }

    /// Makes a lab with one phone, its server and its pages.
    static func with(
        files: [String: String] = ["a.cfg": device()],
        phones: [DaemonConfiguration.Phone] = [.init()],
        _ body: (WebSite) async throws -> Void
    ) async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: files)
            let daemon = try await Daemon.start(in: lab, .init(phones: phones, pnpTimeoutSeconds: 1))
            let web = try await WebProgram.start(in: lab, for: daemon)
            try await body(WebSite(lab: lab, daemon: daemon, web: web, nginx: nginx))
        }
    }

    /// The password that counts until there is another.
    func firstPassword() async throws -> String {
        let done = try await daemon.ctl(["web-password"])
        guard done.status == 0 else {
            throw LabError.commandFailed(
                command: "phoneprovctl web-password",
                status: "\(done.exit)",
                output: done.errors
            )
        }
        return done.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Signs in as a person does.
    func signIn(_ browser: Browser, as account: String = "admin", with password: String? = nil) async throws {
        try await browser.open("/sign-in")
        try await browser.type(account, into: "#account")
        let known = if let password { password } else { try await firstPassword() }
        try await browser.type(known, into: "#password")
        try await browser.click("main button[type=submit]")
        try await eventuallyTrue("the page after signing in") { try await browser.has("form.out") }
    }
}
