import PhoneSettings

/// Reads what a provisioning server sends: decryption, the XML document, its settings.
public enum ConfigurationFile {
    /// The largest file: 240 KB (Administrator Guide). A file never grows when it is decrypted, so the limit on what
    /// is received is one on what comes of it.
    public static let maximumBytes = 245_760
    /// How deep elements may nest. The phone's own documents nest six deep; libxml2 itself stops at 256.
    public static let maximumDepth = 64
    /// How many diagnostics a document can have. Those beyond are counted.
    public static let maximumDiagnostics = 1000

    /// Reads the bytes of a file that was received as `role`. `key` opens it when its first bytes say that it is
    /// encrypted; a plain file is accepted with or without a key.
    ///
    /// The value of a parameter is the text between its tags without blanks and line ends around it.
    ///
    /// - Throws: why the file is refused as a whole. What leaves out single settings is in the document's
    ///   diagnostics.
    public static func read(
        _ bytes: [UInt8],
        as role: ConfigurationRole,
        key: DecryptionKey? = nil,
        dictionary: ParameterDictionary = .standard
    ) throws(ConfigurationFileError) -> ConfigurationDocument {
        guard bytes.count <= maximumBytes else { throw .tooLarge(bytes: bytes.count) }
        let plain = try EncryptedFile.opened(bytes, key: key)
        try Content.check(plain.bytes)
        var builder = DocumentBuilder(role: role, dictionary: dictionary)
        builder.settings.reserveCapacity(plain.bytes.count / DocumentBuilder.leastBytesOfParameter)
        do {
            try XMLDocumentReader.read(plain.bytes, into: &builder)
        } catch {
            throw Content.explain(error, of: plain.bytes)
        }
        return builder.document(of: plain)
    }

    /// Whether a file is encrypted, as its first bytes say.
    public static func isEncrypted(_ bytes: [UInt8]) -> Bool { EncryptedFile.form(of: bytes) != nil }
}
