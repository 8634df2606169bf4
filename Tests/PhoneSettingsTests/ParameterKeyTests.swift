import Testing

@testable import PhoneSettings

@Suite struct ParameterKeyTests {
    @Test(arguments: [
        ("SIP_AUTHID_2", "SIP_AUTHID", 2), ("SIP_AUTHID_6", "SIP_AUTHID", 6),
        ("ACD_REASONCODE_NAME10_1", "ACD_REASONCODE_NAME10", 1), ("SIP_TIMER_T1_3", "SIP_TIMER_T1", 3),
        ("SIP_403_REG_SUB_RTX_4", "SIP_403_REG_SUB_RTX", 4),
        // No line suffix: the name itself, or a name that is not known with it.
        ("SIP_AUTHID", "SIP_AUTHID", nil), ("SIP_AUTHID_0", "SIP_AUTHID_0", nil),
        ("SIP_AUTHID_7", "SIP_AUTHID_7", nil), ("SIP_AUTHID_12", "SIP_AUTHID_12", nil),
        ("SIP_AUTHID_", "SIP_AUTHID_", nil), ("SIP_AUTHID_x", "SIP_AUTHID_x", nil),
        ("DIAL_TONE1_FRQ", "DIAL_TONE1_FRQ", nil), ("ACD_REASONCODE_NAME10", "ACD_REASONCODE_NAME10", nil),
        ("CFG_ROOT_CERTIFICATE_PATH1", "CFG_ROOT_CERTIFICATE_PATH1", nil),
        // Only a line's parameter takes a line.
        ("CFG_CYCLIC_2", "CFG_CYCLIC_2", nil), ("NO_SUCH_NAME_2", "NO_SUCH_NAME_2", nil),
        ("", "", nil), ("_1", "_1", nil), ("Ä_1", "Ä_1", nil),
    ])
    func parsing(text: String, name: String, line: Int?) {
        let key = ParameterKey(parsing: text)
        #expect(key == ParameterKey(name, line: line.flatMap(LineNumber.init)))
        #expect(key.description == text)
    }

    @Test func everyKeyOfTheDictionaryIsParsedBack() {
        for definition in ParameterDictionary.standard.definitions {
            let lines: [LineNumber?] = definition.isLineParameter ? LineNumber.all : [nil]
            for line in lines {
                let key = ParameterKey(definition.name, line: line)
                #expect(ParameterKey(parsing: key.description) == key)
            }
        }
    }

    @Test func linesAreOneToSix() {
        #expect(LineNumber.all.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
        for number in [0, -1, 7, 256, 257, Int.max, Int.min] { #expect(LineNumber(rawValue: number) == nil) }
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("CFG_CYCLIK", "CFG_CYCLIC"), ("cfg_cyclic", "CFG_CYCLIC"), ("CFG_RETRY_INTVL", "CFG_RTRY_INTVL"),
        ("SIPPNP_ENABEL", "SIPPNP_ENABLE"), ("OPTION_160_ENABLE", "OPTION160_ENABLE"),
        ("USR_PROV_SRV_URL", "USR_PROV_SVR_URL"), ("SIP_AUTID_2", "SIP_AUTHID_2"), ("SIP_AUTID", "SIP_AUTHID"),
        ("OPTION161_ENABLE", "OPTION160_ENABLE"), ("sip_authid_2", "SIP_AUTHID_2"), ("SIP_AUTHID_7", "SIP_AUTHID"),
        ("SIP_RGSTR_ADR_3", "SIP_RGSTR_ADDR_3"), ("CFG_CYCLIC_2", "CFG_CYCLIC"),
    ])
    func aSlipIsRecognised(name: String, expected: String) {
        #expect(ParameterDictionary.standard.nearest(to: name) == expected)
    }

    @Test(arguments: ["", "X", "FOO", "COMPLETELY_OTHER", String(repeating: "CFG_CYCLIC", count: 1000), "日本語"])
    func whatIsNotCloseHasNoNearest(name: String) {
        #expect(ParameterDictionary.standard.nearest(to: name) == nil)
    }

    @Test(arguments: [
        ("AB", "AB", 0), ("AB", "BA", 1), ("AB", "ABC", 1), ("ABC", "AB", 1), ("ABCD", "ABXD", 1), ("ABC", "CAB", 2),
        ("AAAA", "BBBB", nil), ("", "AB", 2),
    ])
    func distances(a: String, b: String, expected: Int?) {
        #expect(NearestName.distance(Array(a.utf8), Array(b.utf8), limit: 3) == expected)
    }
}
