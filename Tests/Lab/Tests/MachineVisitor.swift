import LabSupport
import Testing

/// Who visits the pages of web programming from the machine itself: curl, which keeps cookies as a browser does.
struct MachineVisitor {
    /// An answer, after the redirections that it asked for.
    struct Answer {
        let status: String
        let body: String
    }

    let machine: Machine

    private static let jar = "/root/cookies"
    /// curl's exit status when nobody listens (curl(1), "EXIT CODES").
    private static let couldNotConnect: Int32 = 7

    /// Asks for a page.
    /// - Parameter options: further options of curl.
    func open(_ path: String, _ options: [String] = []) async throws -> Answer {
        let words = ["curl", "-ksSL", "-m", "25", "-b", Self.jar, "-c", Self.jar, "-w", "\n%{http_code}"]
        let output = try await machine.require(words + options + [WebProgram.origin + path])
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(status: String(lines.last ?? ""), body: lines.dropLast().joined(separator: "\n"))
    }

    /// Sends a form of a page.
    func send(_ fields: [String: String], from page: String, to path: String? = nil) async throws -> Answer {
        let body = try await open(page).body
        let start = try #require(body.firstRange(of: "name=\"csrf\" value=\"")?.upperBound, "\(body)")
        let all = fields.merging(["csrf": String(body[start...].prefix { $0 != "\"" })]) { $1 }
        return try await open(path ?? page, all.flatMap { ["--data-urlencode", "\($0)=\($1)"] })
    }

    /// Signs in as the administrator, with the password that counts until there is another.
    func signIn() async throws -> Answer {
        let password = try await machine.require(["phoneprovctl", "web-password"]).filter { !$0.isNewline }
        return try await send(["account": "admin", "password": password], from: "/sign-in")
    }

    /// Whether nobody listens where the pages would be.
    func isRefused() async throws -> Bool {
        try await machine.run(["curl", "-ks", WebProgram.origin]).status == Self.couldNotConnect
    }

    /// Whether what listens there has the certificate that is kept, and the names in it lead there.
    func trustsKeptCertificate() async throws -> Bool {
        let words = ["curl", "-sS", "-o", "/dev/null", "--cacert", "/var/lib/phoneprov-web/certificate.pem"]
        return try await machine.run(words + [WebProgram.origin + "/sign-in"]).status == 0
    }
}
