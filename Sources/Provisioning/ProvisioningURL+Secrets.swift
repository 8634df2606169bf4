extension ProvisioningURL {
    /// Names of query parameters whose values are secrets, in lower case; a longer name that ends in one of them is one
    /// as well (`access_token`, `sessionKey`).
    static let secretNames = [
        "auth", "hash", "hmac", "key", "pass", "passwd", "password", "pin", "pwd", "secret", "sig", "signature",
        "token",
    ]

    /// A text with URLs in it, such as an error message, in which the values of query parameters that look like secrets
    /// are shown as `***`: provisioning servers write passwords, tokens and one-time hashes there.
    ///
    /// Only names that end in one of a list of words are masked (``secretNames``), so that `?mac=0080f0abcdef` can still
    /// be read.
    public static func maskingQuerySecrets(in text: String) -> String {
        guard text.contains("=") else { return text }
        var result = ""
        var rest = Substring(text)
        while let mark = rest.firstIndex(where: { $0 == "?" || $0 == "&" || $0 == ";" }) {
            let start = rest.index(after: mark)
            let name = rest[start...].prefix(while: isNameCharacter)
            guard !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "=", isSecret(name) else {
                result += rest[..<start]
                rest = rest[start...]
                continue
            }
            let value = rest.index(after: name.endIndex)
            var end = rest[value...].firstIndex(where: endsValue) ?? rest.endIndex
            // What follows a URL in a sentence is no part of it.
            while end > value, ":,;.)".contains(rest[rest.index(before: end)]) { end = rest.index(before: end) }
            result += rest[..<value] + (end > value ? "***" : "")
            rest = rest[end...]
        }
        return result + rest
    }

    private static func isSecret(_ name: Substring) -> Bool {
        let lower = name.lowercased()
        return secretNames.contains { lower.hasSuffix($0) }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-.[]".contains(character))
    }

    private static func endsValue(_ character: Character) -> Bool {
        character == "&" || character == "#" || character.isWhitespace || "\"'‘’<>".contains(character)
    }
}
