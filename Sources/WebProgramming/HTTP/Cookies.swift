import HTTPTypes

/// The two cookies of web programming (RFC 6265; the prefix __Host- of RFC 6265bis 4.1.3.2: for this host alone, over
/// HTTPS alone).
enum Cookie: String {
    /// Names the session.
    case session = "__Host-phoneprov"
    /// Proves that a sign-in comes from our own page.
    case form = "__Host-phoneprov-form"

    /// The value that a request brings; `nil` when it brings none, or one that we have never given.
    func value(in fields: HTTPFields) -> String? {
        for field in fields[values: .cookie] {
            for pair in field.split(separator: ";") {
                let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                guard halves.count == 2, halves[0] == rawValue else { continue }
                let value = String(halves[1])
                return Self.isOurs(value) ? value : nil
            }
        }
        return nil
    }

    /// Set-Cookie with a value. It goes when the browser ends; the daemon ends the session before.
    func setting(_ value: String) -> String { "\(rawValue)=\(value); Path=/; Secure; HttpOnly; SameSite=Strict" }

    /// Set-Cookie that takes it away.
    var clearing: String { "\(rawValue)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict" }

    private static func isOurs(_ value: String) -> Bool {
        value.utf8.count == 43 && value.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2D || $0 == 0x5F }
    }
}
