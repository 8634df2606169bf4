@testable import ConfigurationFile
import Crypto
import CryptoExtras

/// What `openssl enc -salt` does: the other side of the reader.
struct Encryption {
    /// How the file is written.
    enum Form: CaseIterable {
        case binary
        case lines
        case oneLine
        case carriageReturns
    }

    let length: KeyLength
    let digest: PassphraseDigest
    let form: Form
    /// What the phone has.
    let key: DecryptionKey?

    private static let passphrase = "0123456789abcdef0123456789ABCDEF"
    private static let salt = Array("12345678".utf8)
    static let keys = KeyLength.allCases.map { DecryptionKey(passphrase: passphrase, length: $0) }

    /// Nil when the choice is none of the 24.
    init?(choice: UInt8) {
        guard choice < 24 else { return nil }
        let choice = Int(choice)
        length = KeyLength.allCases[choice % 3]
        digest = PassphraseDigest.allCases[choice / 3 % 2]
        form = Form.allCases[choice / 6]
        key = Self.keys[choice % 3]
    }

    func encrypt(_ plain: [UInt8]) -> [UInt8] {
        let file = EncryptedFile.magic + Self.salt + cipherText(plain)
        switch form {
        case .binary: return file
        case .lines: return Self.base64(file, lineEnd: [0x0A])
        case .oneLine: return Self.base64(file, lineEnd: [])
        case .carriageReturns: return Self.base64(file, lineEnd: [0x0D, 0x0A])
        }
    }

    private func cipherText(_ plain: [UInt8]) -> [UInt8] {
        let bytes = length.rawValue / 8
        let material = EncryptedFile.keyMaterial(
            Array(Self.passphrase.utf8),
            salt: Self.salt,
            digest: digest,
            count: bytes + EncryptedFile.blockBytes
        )
        let key = SymmetricKey(data: material.prefix(bytes))
        guard let iv = try? AES._CBC.IV(ivBytes: material.suffix(EncryptedFile.blockBytes)),
            let cipherText = try? AES._CBC.encrypt(plain, using: key, iv: iv)
        else { fatalError("AES-CBC takes a key of \(length.rawValue) bits and an IV of 16 bytes") }
        return Array(cipherText)
    }

    /// 64 characters a line, as OpenSSL writes them.
    private static func base64(_ bytes: [UInt8], lineEnd: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + bytes.count / 24 + 8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[start + $1]) : 0) }
            for index in 0..<4 {
                result.append(index <= group.count ? alphabet[value >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
            if (start / 3 + 1).isMultiple(of: 16) { result += lineEnd }
        }
        return result + lineEnd
    }
}
