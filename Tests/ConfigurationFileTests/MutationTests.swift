import ConfigurationFile
import PhoneSettings
import Testing

@Suite struct MutationTests {
    /// Bodies that mutations start from: a plain document, one with every part, and encrypted bytes.
    static let seeds: [[UInt8]] = [
        Array(DocumentTests.fieldDocument.utf8),
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <PANASIPPhoneConfig><Initial><Certs><CFG_ROOT_CERTIFICATE_PATH1>c</CFG_ROOT_CERTIFICATE_PATH1></Certs>
            <CfgFiles><CFG_STANDARD_FILE_PATH>s</CFG_STANDARD_FILE_PATH></CfgFiles></Initial>
            <Device><System><LoginAcc><ADMIN_PASS perm="!R" access="A">Geheim4711</ADMIN_PASS></LoginAcc></System>
            <Lines><Line idx="6"><Sip><SIP_PASS><![CDATA[Geheim4711]]></SIP_PASS></Sip></Line></Lines></Device>
            </PANASIPPhoneConfig>
            """.utf8
        ),
        Array("U2FsdGVkX1+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".utf8),
        Array("Salted__12345678abcdefghijklmnopqrstuvwxyz012345".utf8),
    ]

    /// Pieces that break documents in interesting ways.
    static let pieces: [[UInt8]] =
        [
            "<", ">", "&", "&amp;", "&#0;", "&#x110000;", "]]>", "<![CDATA[", "<!--", "-->", "<?xml ", "?>",
            "<!DOCTYPE x>", "<Line idx=\"9\">", "</Device>", "\" ", "xmlns:a='b' ", "a:", "\u{FEFF}", "é",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]]

    @Test(arguments: 0..<8)
    func noMutationBreaksTheReaderOrMakesItTellAValue(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed) + 4711)
        let key = try #require(DecryptionKey(passphrase: "0123456789abcdef"))
        for _ in 0..<1000 {
            var body = try #require(Self.seeds.randomElement(using: &generator))
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&body, using: &generator) }
            do throws(ConfigurationFileError) {
                let document = try ConfigurationFile.read(body, as: .initial, key: key)
                for diagnostic in document.diagnostics {
                    #expect(!diagnostic.description.contains("Geheim"))
                    #expect((diagnostic.position?.line ?? 1) >= 1 && (diagnostic.position?.column ?? 1) >= 1)
                }
                for setting in document.settings where ParameterDictionary.standard[setting.key.name] != nil {
                    #expect(ParameterDictionary.standard.validate(setting.value, for: setting.key) == nil)
                }
            } catch {
                #expect(!error.description.contains("Geheim"))
            }
        }
    }

    private func mutate(_ body: inout [UInt8], using generator: inout SeededGenerator) {
        guard let index = body.indices.randomElement(using: &generator) else { return }
        switch Int.random(in: 0...5, using: &generator) {
        case 0: body[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: body.remove(at: index)
        case 2: body.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: index)
        case 3: body.removeSubrange(index..<min(body.count, index + 20))
        case 4: body.insert(contentsOf: body[index..<min(body.count, index + 40)], at: 0)
        default: body[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        }
    }
}
