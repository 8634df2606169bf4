import Crypto
import CryptoExtras

/// The file format of `openssl enc -aes-128-cbc -salt -pass pass:KEY`, with `-a` (base64) or without
/// (Administrator Guide, "Encrypted configuration files").
enum EncryptedFile {
    /// How an encrypted file is written.
    enum Form {
        case base64
        case binary
    }

    /// What a file was before it was encrypted.
    struct Opened {
        let bytes: [UInt8]
        let encryption: DocumentEncryption
    }

    static let magic = Array("Salted__".utf8)
    /// How base64 of `Salted__` begins, as far as the salt has no part in it.
    static let base64Magic = Array("U2FsdGVkX1".utf8)
    static let saltBytes = 8
    static let blockBytes = 16

    /// How the file is encrypted, as its first bytes say; `nil` when it is not.
    ///
    /// Base64 is text, so blanks and a byte order mark before it do not make it something else.
    static func form(of bytes: [UInt8]) -> Form? {
        if bytes.starts(with: magic) { return .binary }
        return Content.trimmedStart(bytes).starts(with: base64Magic) ? .base64 : nil
    }

    /// The plain file: `bytes` as they stand when they are not encrypted.
    static func opened(_ bytes: [UInt8], key: DecryptionKey?) throws(ConfigurationFileError) -> Opened {
        guard let form = form(of: bytes) else { return Opened(bytes: bytes, encryption: .none) }
        guard let key else { throw .encryptedWithoutKey }
        let raw = form == .base64 ? try Base64.decode(bytes) : bytes
        let header = magic.count + saltBytes
        let cipherText = raw.dropFirst(header)
        guard raw.starts(with: magic), !cipherText.isEmpty, cipherText.count.isMultiple(of: blockBytes) else {
            throw .truncatedEncryption(bytes: cipherText.count)
        }
        let salt = Array(raw[magic.count..<header])
        if let opened = open(cipherText, salt: salt, passphrase: key.passphrase, length: key.length) { return opened }
        // Only to tell the user what to correct: the file is refused all the same.
        let fits = KeyLength.allCases.first {
            $0 != key.length && open(cipherText, salt: salt, passphrase: key.passphrase, length: $0) != nil
        }
        throw .wrongKey(configured: key.length, fits: fits)
    }

    /// MD5 first, then SHA-256: the guide does not name the digest. `nil` when neither gives a document.
    private static func open(
        _ cipherText: ArraySlice<UInt8>,
        salt: [UInt8],
        passphrase: [UInt8],
        length: KeyLength
    ) -> Opened? {
        for digest in PassphraseDigest.allCases {
            let material = keyMaterial(passphrase, salt: salt, digest: digest, count: length.bytes + blockBytes)
            let key = SymmetricKey(data: material.prefix(length.bytes))
            // Bad padding is the sign of a wrong key or digest, so the next one is tried.
            guard let iv = try? AES._CBC.IV(ivBytes: material.suffix(blockBytes)),
                let plain = try? AES._CBC.decrypt(cipherText, using: key, iv: iv)
            else { continue }
            let bytes = [UInt8](plain)
            if looksLikeText(bytes) { return Opened(bytes: bytes, encryption: .aes(length, digest)) }
        }
        return nil
    }

    /// OpenSSL's `EVP_BytesToKey` with one iteration: digests of (the digest before, pass phrase, salt) one after
    /// the other until there is enough for key and IV.
    static func keyMaterial(_ passphrase: [UInt8], salt: [UInt8], digest: PassphraseDigest, count: Int) -> [UInt8] {
        var material: [UInt8] = []
        var block: [UInt8] = []
        while material.count < count {
            let input = block + passphrase + salt
            switch digest {
            case .md5: block = Array(Insecure.MD5.hash(data: input))
            case .sha256: block = Array(SHA256.hash(data: input))
            }
            material += block
        }
        return Array(material.prefix(count))
    }

    /// Whether the bytes can be a document in some encoding, well-formed or not.
    ///
    /// One wrong key in 256 leaves valid padding by chance; what it leaves is no text. Whether a text is a document
    /// is judged later, so that a mistake in it is named as such and not as a wrong key.
    static func looksLikeText(_ bytes: [UInt8]) -> Bool {
        let start = Content.trimmedStart(bytes)
        if start.starts(with: "<?xml".utf8) || bytes.starts(with: [0xFF, 0xFE, 0x3C, 0]) { return true }
        if bytes.starts(with: [0xFE, 0xFF, 0, 0x3C]) { return true }
        // UTF-16 without a mark: `<?` or `<P`.
        if Content.encoding(bytes) == "UTF-16", bytes.prefix(4).count(where: { $0 == 0 }) == 2 { return true }
        // A tag in plain letters, whatever follows.
        let tag = start.prefix(blockBytes)
        if tag.count == blockBytes, tag.first == UInt8(ascii: "<"),
            tag.allSatisfy({ (0x20...0x7E).contains($0) || Content.isBlank($0) })
        {
            return true
        }
        let isControl = { (byte: UInt8) in byte < 0x20 && !Content.isBlank(byte) }
        return !bytes.contains(where: isControl) && String(validating: bytes, as: UTF8.self) != nil
    }
}
