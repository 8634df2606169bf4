import PhoneSettings

/// The length of an AES key, as `CFG_FILE_KEY_LENGTH` gives it. Raw values are bits.
public enum KeyLength: Int, Hashable, Sendable, Codable, CaseIterable {
    /// AES-128.
    case bits128 = 128
    /// AES-192.
    case bits192 = 192
    /// AES-256.
    case bits256 = 256

    /// The length in bytes.
    var bytes: Int { rawValue / 8 }
}

/// The digest that makes a key from a pass phrase.
public enum PassphraseDigest: String, Hashable, Sendable, Codable, CaseIterable {
    /// MD5, the default of OpenSSL up to 1.0.2.
    case md5 = "MD5"
    /// SHA-256, the default of OpenSSL since 1.1.0.
    case sha256 = "SHA-256"
}

/// What opens encrypted configuration files: the values of `CFG_FILE_KEY` and `CFG_FILE_KEY_LENGTH`.
public struct DecryptionKey: Hashable, Sendable {
    /// The pass phrase, byte for byte what stands in `CFG_FILE_KEY`.
    let passphrase: [UInt8]
    /// The length of the AES key.
    public let length: KeyLength

    /// The key of these two values; `nil` when `passphrase` is empty.
    public init?(passphrase: String, length: KeyLength = .bits128) {
        guard !passphrase.isEmpty else { return nil }
        self.passphrase = Array(passphrase.utf8)
        self.length = length
    }

    /// The key that the phone has now; `nil` when it has none.
    public init?(_ settings: EffectiveSettings) {
        self.init(
            passphrase: settings.text(.cfgFileKey),
            length: settings.integer(.cfgFileKeyLength).flatMap(KeyLength.init) ?? .bits128
        )
    }
}

extension DecryptionKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The length alone; the key is never shown.
    public var description: String { "key of \(length.rawValue) bits" }
    /// The same as `description`.
    public var debugDescription: String { description }
    /// No parts, so that a dump shows no key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
