import ConfigurationFile
import PhoneSettings
import Testing

/// A generator whose numbers are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct WriterTests {
    @Test func aDocumentIsWrittenInTheShapeOfTheGuide() {
        let line = LineNumber.all[1]
        let text = ConfigurationWriter().document(
            initial: InitialSection(rootCertificatePaths: ["http://h/ca.pem"], standardFilePath: "http://h/s?a=1&b=2"),
            settings: [
                Setting(key: ParameterKey("SIP_PASS", line: line), value: "<&>", permission: .override),
                Setting(key: .cfgCyclic, value: "Y", permission: .readOnly, access: .both),
                Setting(key: ParameterKey("RTP_PORT_MIN"), value: "16000"),
            ]
        )
        #expect(
            text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <PANASIPPhoneConfig>
                    <Initial>
                        <Certs>
                            <CFG_ROOT_CERTIFICATE_PATH1>http://h/ca.pem</CFG_ROOT_CERTIFICATE_PATH1>
                        </Certs>
                        <CfgFiles>
                            <CFG_STANDARD_FILE_PATH>http://h/s?a=1&amp;b=2</CFG_STANDARD_FILE_PATH>
                            <CFG_PRODUCT_FILE_PATH></CFG_PRODUCT_FILE_PATH>
                            <CFG_MASTER_FILE_PATH></CFG_MASTER_FILE_PATH>
                        </CfgFiles>
                    </Initial>
                    <Device>
                        <System>
                            <Prov>
                                <CFG_CYCLIC perm="R" access="AU">Y</CFG_CYCLIC>
                            </Prov>
                        </System>
                        <Lines>
                            <Voip>
                                <RTP_PORT_MIN>16000</RTP_PORT_MIN>
                            </Voip>
                            <Line idx="2">
                                <Sip>
                                    <SIP_PASS perm="!RW">&lt;&amp;&gt;</SIP_PASS>
                                </Sip>
                            </Line>
                        </Lines>
                    </Device>
                </PANASIPPhoneConfig>

                """
        )
    }

    @Test(arguments: 1...50)
    func whatIsWrittenIsReadBack(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        var settings: [ParameterKey: Setting] = [:]
        for _ in 0..<Int.random(in: 0...200, using: &generator) {
            guard let setting = makeSetting(using: &generator) else { continue }
            settings[setting.key] = setting
        }
        let initial = InitialSection(
            rootCertificatePaths: ["a", "b", "c"].prefix(Int.random(in: 0...3, using: &generator)).map { $0 },
            standardFilePath: Bool.random(using: &generator) ? "http://h/{MAC}?a&b" : nil,
            masterFilePath: Bool.random(using: &generator) ? "tftp://192.0.2.1/m.cfg" : nil
        )
        let text = ConfigurationWriter().document(initial: initial, settings: Array(settings.values))
        let document = try ConfigurationFile.read(Array(text.utf8), as: .initial)
        #expect(document.initial == initial && !document.hasErrors)
        #expect(document.settings.count == settings.count)
        for setting in document.settings {
            let expected = try #require(settings[setting.key])
            #expect(setting.value == expected.value && setting.permission == expected.permission)
            #expect(setting.access == expected.access && setting.position != nil)
        }
    }

    private func makeSetting(using generator: inout SeededGenerator) -> Setting? {
        let definitions = ParameterDictionary.standard.definitions
        guard let definition = definitions.randomElement(using: &generator), definition.section == .device,
            let line = LineNumber.all.randomElement(using: &generator)
        else { return nil }
        let number = Int.random(in: 1...60, using: &generator)
        let value: String
        switch (definition.type, definition.constraint) {
        case (.flagYN, _): value = Bool.random(using: &generator) ? "Y" : "N"
        case (.flagYesNo, _): value = Bool.random(using: &generator) ? "Yes" : "No"
        case (_, .oneOf(let values)?): value = values.randomElement(using: &generator) ?? ""
        case (.integer, .range(let range)?): value = "\(Int.random(in: range, using: &generator))"
        case (.integer, _): value = "\(number)"
        case (.integers, _): value = "\(number),\(number)"
        case (.text, .pattern(.timeOfDay)?): value = number < 10 ? "0\(number % 10):59" : "23:10"
        case (.text, _): value = makeText(using: &generator)
        }
        let isUnknown = number == 7
        return Setting(
            key: ParameterKey(
                isUnknown ? "VENDOR_\(number)" : definition.name,
                line: definition.isLineParameter ? line : nil
            ),
            value: value,
            permission: Permission(
                userMayChange: Bool.random(using: &generator),
                overridesUser: Bool.random(using: &generator)
            ),
            access: [nil, .administrator, .user, .both].randomElement(using: &generator) ?? nil
        )
    }

    /// Text without blanks at its ends, which a file cannot carry.
    private func makeText(using generator: inout SeededGenerator) -> String {
        let alphabet = Array("abc123&<>\"' \t\n\r]]>{}漢ü€🙂")
        let inner = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
            alphabet.randomElement(using: &generator)
        }
        return "x" + String(inner) + "y"
    }
}
