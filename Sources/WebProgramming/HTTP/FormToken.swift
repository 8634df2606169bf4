import Crypto

/// What proves that a form was made by our own page: others cannot read the cookie that it is made of.
enum FormToken {
    /// The token for a session's forms, or for the sign-in form with its own cookie.
    static func of(_ cookie: String) -> String {
        let digest = SHA256.hash(data: Array("phoneprov form ".utf8) + Array(cookie.utf8))
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Compares in a time that tells nothing.
    static func isRight(_ token: String, for cookie: String) -> Bool {
        let (given, wanted) = (Array(token.utf8), Array(of(cookie).utf8))
        guard given.count == wanted.count else { return false }
        return zip(given, wanted).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A value for the sign-in form's cookie: 258 random bits in the alphabet of base64url.
    static func random() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var random = SystemRandomNumberGenerator()
        return String((0..<43).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] })
    }
}
