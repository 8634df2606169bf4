import ConfigurationFile
import Foundation
import PhoneSettings
import Testing

/// Encrypts with the `openssl` command, as a provisioning server does.
func openssl(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("openssl-\(UUID().uuidString)")
    try Data(input).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let stdout = Pipe()
    process.standardInput = try FileHandle(forReadingFrom: file)
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try #require(try stdout.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return Array(output)
}

@Suite struct EncryptionTests {
    static let passphrase = "0123456789abcdef0123456789ABCDEF"
    static let plain = Array(DocumentTests.fieldDocument.utf8)

    static func encrypted(
        _ plain: [UInt8] = plain,
        length: KeyLength = .bits128,
        digest: String = "md5",
        options: [String] = ["-a"],
        passphrase: String = passphrase
    ) throws -> [UInt8] {
        try openssl(
            ["enc", "-aes-\(length.rawValue)-cbc", "-salt", "-md", digest, "-pass", "pass:\(passphrase)"] + options,
            plain
        )
    }

    static func key(
        _ length: KeyLength = .bits128,
        _ passphrase: String = passphrase
    ) throws -> DecryptionKey {
        try #require(DecryptionKey(passphrase: passphrase, length: length))
    }

    @Test(arguments: KeyLength.allCases, PassphraseDigest.allCases)
    func filesOfTheOpensslCommandAreRead(length: KeyLength, digest: PassphraseDigest) throws {
        for options in [["-a"], ["-a", "-A"], []] {
            let name = digest == .md5 ? "md5" : "sha256"
            let file = try Self.encrypted(length: length, digest: name, options: options)
            #expect(ConfigurationFile.isEncrypted(file))
            let document = try ConfigurationFile.read(file, as: .standard, key: try Self.key(length))
            #expect(document.encryption == .aes(length, digest) && document.settings.count == 8)
        }
    }

    @Test func carriageReturnsAndATailOfBlanksDoNotMatter() throws {
        let lines = try Self.encrypted().split(separator: 0x0A)
        let file = Array(lines.joined(separator: [0x0D, 0x0A])) + [0x20, 0x0A]
        #expect(try ConfigurationFile.read(file, as: .standard, key: try Self.key()).settings.count == 8)
    }

    @Test(arguments: [[0x0A], [0x20, 0x20], [0xEF, 0xBB, 0xBF]])
    func blanksAndAMarkBeforeBase64DoNotMatter(start: [UInt8]) throws {
        let file = start + (try Self.encrypted())
        #expect(ConfigurationFile.isEncrypted(file))
        #expect(try ConfigurationFile.read(file, as: .standard, key: try Self.key()).settings.count == 8)
    }

    @Test func aPlainFileIsAcceptedWithAKey() throws {
        #expect(!ConfigurationFile.isEncrypted(Self.plain))
        #expect(try ConfigurationFile.read(Self.plain, as: .standard, key: try Self.key()).encryption == .none)
    }

    @Test func withoutAKeyAnEncryptedFileIsRefused() throws {
        #expect(refusal(try Self.encrypted()) == .encryptedWithoutKey)
        #expect(refusal(try Self.encrypted(options: [])) == .encryptedWithoutKey)
    }

    @Test func aWrongKeyIsNamedAsSuch() throws {
        let file = try Self.encrypted()
        // One wrong key in 256 leaves valid padding, so many are tried.
        for index in 0..<300 {
            let key = try Self.key(.bits128, "wrong \(index)")
            #expect(refusal(file, key: key) == .wrongKey(configured: .bits128, fits: nil))
        }
    }

    @Test func aWrongKeyLengthIsNamedWithTheOneThatFits() throws {
        let error = refusal(try Self.encrypted(length: .bits256), key: try Self.key(.bits128))
        #expect(error == .wrongKey(configured: .bits128, fits: .bits256))
        #expect(error?.message.contains("set CFG_FILE_KEY_LENGTH to 256") == true)
    }

    @Test func aMistakeInTheDocumentIsNoWrongKey() throws {
        let broken = try Self.encrypted(Array("<PANASIPPhoneConfig><Device>\n&\n</Device></PANASIPPhoneConfig>".utf8))
        let error = refusal(broken, key: try Self.key())
        #expect(error?.code == "not-well-formed" && error?.position?.line == 2)
        let text = try Self.encrypted(Array("# PCC Standard Format File #\n".utf8))
        #expect(refusal(text, key: try Self.key()) == .foreignDialect(.pccText))
        #expect(refusal(try Self.encrypted([]), key: try Self.key()) == .empty)
    }

    @Test func otherEncodingsAreReadFromEncryptedFilesToo() throws {
        let latin =
            Array(
                "<?xml version='1.0' encoding='ISO-8859-1'?><PANASIPPhoneConfig><Device><System><LoginAcc><ADMIN_ID>"
                    .utf8
            )
            + [0xFC] + Array("</ADMIN_ID></LoginAcc></System></Device></PANASIPPhoneConfig>".utf8)
        let document = try ConfigurationFile.read(try Self.encrypted(latin), as: .standard, key: try Self.key())
        #expect(document.settings.map(\.value) == ["ü"])
        let wide = String(decoding: Self.plain, as: UTF8.self).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let unmarked = Array("<?xml version='1.0' encoding='UTF-16'?>".utf8.flatMap { [$0, 0] }) + wide
        #expect(
            try ConfigurationFile.read(try Self.encrypted(unmarked), as: .standard, key: try Self.key()).settings.count
                == 8
        )
    }

    /// What makes the text no document must not look like a wrong key.
    @Test(arguments: [[0x01], [0x00], [0xFC]])
    func aByteThatNoDocumentHasIsNoWrongKey(bytes: [UInt8]) throws {
        let text = Array("<PANASIPPhoneConfig><Device>".utf8) + bytes + Array("</Device></PANASIPPhoneConfig>".utf8)
        #expect(refusal(try Self.encrypted(text), key: try Self.key())?.code == "not-well-formed")
    }

    @Test func truncationIsRefusedWherever() throws {
        let binary = try Self.encrypted(options: [])
        let key = try Self.key()
        for count in 8..<binary.count {
            let error = try #require(refusal(Array(binary.prefix(count)), key: key))
            let cipherText = max(0, count - 16)
            if cipherText == 0 || !cipherText.isMultiple(of: 16) {
                #expect(error == .truncatedEncryption(bytes: cipherText))
            } else {
                #expect(error == .wrongKey(configured: .bits128, fits: nil))
            }
        }
        let text = try Self.encrypted()
        for count in stride(from: 10, to: text.count - 1, by: 7) {
            let error = try #require(refusal(Array(text.prefix(count)), key: key))
            #expect(["truncated-encryption", "wrong-key"].contains(error.code))
        }
    }

    @Test(arguments: [
        (20, UInt8(ascii: "*"), 20), (20, UInt8(ascii: "="), 20), (22, UInt8(ascii: "="), 23), (30, 0, 30),
        (40, 0xC3, 40),
    ])
    func whatIsNotBase64IsNamedWithItsPlace(offset: Int, byte: UInt8, place: Int) throws {
        var file = try Self.encrypted()
        file[offset] = byte
        #expect(refusal(file, key: try Self.key()) == .badBase64(offset: place))
    }

    @Test func theLimitHoldsForTheFileAsReceived() throws {
        let key = try Self.key()
        let padding = [UInt8](repeating: 0x20, count: 245_760)
        // "Salted__", the salt and at least one byte of padding come on top of the plain file.
        let largest = 245_760 - 16 - 1
        let fits = try Self.encrypted(Array((Self.plain + padding).prefix(largest)), options: [])
        #expect(fits.count == 245_760 && refusal(fits, key: key) == nil)
        let larger = try Self.encrypted(Array((Self.plain + padding).prefix(largest + 1)), options: [])
        #expect(refusal(larger, key: key) == .tooLarge(bytes: larger.count))
    }

    @Test func anEncryptedFileThatDoesNotNameTheKeyDoesNotTakeItAway() throws {
        let device = "<System><Prov><CFG_FILE_KEY_LENGTH>256</CFG_FILE_KEY_LENGTH></Prov></System>"
        let had = EffectiveSettings(layers: [
            .standard: [
                Setting(key: .cfgFileKey, value: Self.passphrase, permission: .readOnly),
                Setting(key: .cfgFileKeyLength, value: "192"),
            ]
        ])
        func kept(_ bytes: [UInt8], as role: ConfigurationRole = .standard) throws -> [String] {
            try ConfigurationFile.read(bytes, as: role, key: DecryptionKey(had)).settings(keepingKeyOf: had).map {
                "\($0.key)=\($0.value)[\($0.permission.attribute)]"
            }
        }
        let whole = try Self.encrypted(document("<System/>"), length: .bits192)
        #expect(try kept(whole) == ["CFG_FILE_KEY=\(Self.passphrase)[R]", "CFG_FILE_KEY_LENGTH=192[RW]"])
        let longer = try Self.encrypted(document(device), length: .bits192)
        #expect(try kept(longer) == ["CFG_FILE_KEY_LENGTH=256[RW]", "CFG_FILE_KEY=\(Self.passphrase)[R]"])
        // What another layer has is not this one's, a plain file does as it says, and so does one that names it.
        #expect(try kept(whole, as: .product) == [])
        #expect(try kept(document(device)) == ["CFG_FILE_KEY_LENGTH=256[RW]"])
        let empty = try Self.encrypted(document("<System><Prov><CFG_FILE_KEY/></Prov></System>"), length: .bits192)
        #expect(try kept(empty) == ["CFG_FILE_KEY=[RW]"])
    }

    @Test func aKeyComesFromTheSettingsAndIsNeverPrinted() throws {
        #expect(DecryptionKey(EffectiveSettings(layers: [:])) == nil)
        #expect(DecryptionKey(passphrase: "") == nil)
        let settings = EffectiveSettings(layers: [
            .standard: [
                Setting(key: .cfgFileKey, value: Self.passphrase), Setting(key: .cfgFileKeyLength, value: "192"),
            ]
        ])
        let key = try #require(DecryptionKey(settings))
        #expect(key == DecryptionKey(passphrase: Self.passphrase, length: .bits192))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("0123")) }
    }
}
