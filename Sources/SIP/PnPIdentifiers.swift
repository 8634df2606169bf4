/// The unguessable parts of one exchange. The Call-ID is what an answer is known by, as it is the only thing that all
/// PnP servers copy; so it must come from a cryptographic source.
public struct PnPIdentifiers: Hashable, Sendable {
    /// Why identifiers were refused: one of them is empty, longer than 128 bytes or not a token (RFC 3261 section 25.1).
    public struct NotATokenError: Error, Hashable, Sendable {}

    /// Call-ID without a host part.
    public let callID: String
    /// Branch of the Via, with the magic cookie `z9hG4bK` in front.
    public let branch: String
    /// Tag of the From.
    public let fromTag: String

    /// Takes identifiers from elsewhere, for example in a test.
    ///
    /// - Throws: ``NotATokenError``.
    public init(callID: String, branch: String, fromTag: String) throws(NotATokenError) {
        for text in [callID, branch, fromTag] {
            guard !text.isEmpty, text.utf8.count <= SubscribeRequest.maximumTextLength,
                text.utf8.allSatisfy({ SIPCharacters.isToken($0) || $0 == UInt8(ascii: "@") })
            else { throw NotATokenError() }
        }
        self.callID = callID
        self.branch = branch
        self.fromTag = fromTag
    }

    /// 128 random bits for each, from the system's generator.
    ///
    /// - Parameter callIDPrefix: stands before the random part of the Call-ID; see ``randomCallIDPrefix()``.
    public static func random(callIDPrefix: String = "") -> PnPIdentifiers {
        var generator = SystemRandomNumberGenerator()
        return PnPIdentifiers(
            callID: callIDPrefix + hex128(&generator),
            trustedBranch: "z9hG4bK" + hex128(&generator),
            fromTag: hex128(&generator)
        )
    }

    /// Eight hexadecimal digits from the system's generator, for the Call-IDs of one socket.
    public static func randomCallIDPrefix() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: SIPLimits.minimumCallIDPrefix - digits.count) + digits
    }

    private init(callID: String, trustedBranch: String, fromTag: String) {
        self.callID = callID
        self.branch = trustedBranch
        self.fromTag = fromTag
    }

    private static func hex128(_ generator: inout SystemRandomNumberGenerator) -> String {
        (0..<2).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
