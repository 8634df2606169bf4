import PhoneSettings

/// What the `initial` part of a document holds. An empty element names nothing.
public struct InitialSection: Hashable, Sendable {
    /// The URLs of root certificates, PATH1 first; empty ones are left out.
    public var rootCertificatePaths: [String]
    /// The URL of the standard file.
    public var standardFilePath: String?
    /// The URL of the product file.
    public var productFilePath: String?
    /// The URL of the master file.
    public var masterFilePath: String?

    /// The initial part that names these files.
    public init(
        rootCertificatePaths: [String] = [],
        standardFilePath: String? = nil,
        productFilePath: String? = nil,
        masterFilePath: String? = nil
    ) {
        self.rootCertificatePaths = rootCertificatePaths
        self.standardFilePath = standardFilePath
        self.productFilePath = productFilePath
        self.masterFilePath = masterFilePath
    }

    /// Whether it names nothing at all.
    public var isEmpty: Bool { self == InitialSection() }
}

/// How a file was encrypted.
public enum DocumentEncryption: Hashable, Sendable {
    /// It was not.
    case none
    /// AES in CBC mode with a key of this length; the digest made the key from the pass phrase.
    case aes(KeyLength, PassphraseDigest)
}

/// A configuration file that was accepted.
public struct ConfigurationDocument: Hashable, Sendable {
    /// What the file was read as.
    public let role: ConfigurationRole
    /// The `initial` part; `nil` when the document has none, and in any file but the initial one.
    public let initial: InitialSection?
    /// What the `device` part sets, in the order of the file. A parameter that stands twice is here once, as it
    /// stands last.
    public let settings: [Setting]
    /// What is to be said about the document, in the order of the file.
    public let diagnostics: [ConfigurationDiagnostic]
    /// How the file was encrypted.
    public let encryption: DocumentEncryption
    /// The character encoding, for example `UTF-8`.
    public let encoding: String

    /// Whether settings were left out.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// At most `limit` of the diagnostics, in the order of the file: warnings make room for errors.
    public func diagnostics(atMost limit: Int) -> [ConfigurationDiagnostic] {
        var errors = limit
        var warnings = limit - diagnostics.count { $0.severity == .error }
        return diagnostics.filter { diagnostic in
            switch diagnostic.severity {
            case .error:
                errors -= 1
                return errors >= 0
            case .warning:
                warnings -= 1
                return warnings >= 0
            }
        }
    }
}
