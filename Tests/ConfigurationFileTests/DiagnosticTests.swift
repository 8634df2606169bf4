import ConfigurationFile
import PhoneSettings
import Testing

@Suite struct DiagnosticTests {
    /// A device part, the settings that come of it, and what is said about it.
    struct Case: Sendable, CustomTestStringConvertible {
        let device: String
        let pairs: [String]
        let said: [String]
        var testDescription: String { said.first ?? device }
    }

    static let cases: [Case] = [
        Case(
            device: "<System><Prov><CFG_RTRY_INTVL>0</CFG_RTRY_INTVL></Prov></System>",
            pairs: [],
            said: [
                "warning: the document sets no parameter and names no file",
                "1:43: error: the value does not fit CFG_RTRY_INTVL: expected an integer from 1 to 1440; left out, "
                    + "as if it were not there",
            ]
        ),
        Case(
            device: "<System><Prov><CFG_CYCLIK>Y</CFG_CYCLIK></Prov></System>",
            pairs: ["CFG_CYCLIK=Y"],
            said: ["1:43: warning: CFG_CYCLIK is not known: did you mean CFG_CYCLIC? Kept"]
        ),
        Case(
            device: "<Lines><Line idx='2'><Sip><VENDOR_X>Y</VENDOR_X></Sip></Line></Lines>",
            pairs: ["VENDOR_X_2=Y"],
            said: ["1:55: warning: VENDOR_X is not known; kept"]
        ),
        Case(
            device: "<Lines><SIP_AUTHID_2>1002</SIP_AUTHID_2></Lines>",
            pairs: ["SIP_AUTHID_2=1002"],
            said: [
                "1:36: warning: SIP_AUTHID_2 is not known; kept. In a file, SIP_AUTHID of line 2 is written "
                    + "<SIP_AUTHID> inside <Line idx=\"2\">"
            ]
        ),
        Case(
            device: "<CFG_CYCLIC>Y</CFG_CYCLIC>",
            pairs: ["CFG_CYCLIC=Y"],
            said: ["1:29: warning: CFG_CYCLIC stands in no group, but belongs in System/Prov; applied all the same"]
        ),
        Case(
            device: "<Network><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></Network>",
            pairs: ["CFG_CYCLIC=Y"],
            said: [
                "1:44: warning: CFG_CYCLIC stands in Network/Prov, but belongs in System/Prov; applied all the same"
            ]
        ),
        Case(
            device: "<Lines><Line idx='1'><Sip><CFG_CYCLIC>Y</CFG_CYCLIC></Sip></Line></Lines>",
            pairs: ["CFG_CYCLIC=Y"],
            said: [
                "1:55: warning: CFG_CYCLIC stands in Lines/Line/Sip, but belongs in System/Prov; applied all the same"
            ]
        ),
        Case(
            device: "<Lines><Sip><SIP_AUTHID>1</SIP_AUTHID></Sip></Lines>",
            pairs: [],
            said: [
                "warning: the document sets no parameter and names no file",
                "1:41: error: SIP_AUTHID belongs to a line: put it inside <Line idx=\"…\">; left out",
            ]
        ),
        Case(
            device: "<Lines><Line><Sip><SIP_AUTHID>1</SIP_AUTHID><CFG_CYCLIC>Y</CFG_CYCLIC></Sip></Line></Lines>",
            pairs: [],
            said: [
                "warning: the document sets no parameter and names no file",
                "1:36: error: Line has no number: write <Line idx=\"1\"> to <Line idx=\"6\">; its settings are left out",
            ]
        ),
        Case(
            device: "<Lines><Line idx='7'><Sip><SIP_URI>1</SIP_URI></Sip></Line>"
                + "<Line idx='x'/><Line idx='06'><Sip><SIP_URI>6</SIP_URI></Sip></Line></Lines>",
            pairs: ["SIP_URI_6=6"],
            said: [
                "1:36: error: Line has a number that the phone does not have: idx is 1 to 6; "
                    + "its settings are left out",
                "1:88: error: Line has a number that the phone does not have: idx is 1 to 6; "
                    + "its settings are left out",
            ]
        ),
        Case(
            device: "<System><Prov perm='R'><CFG_CYCLIC perm='W' access='X' note='y'>Y</CFG_CYCLIC></Prov></System>",
            pairs: ["CFG_CYCLIC=Y"],
            said: [
                "1:37: warning: Prov has the attribute perm, which means nothing here; ignored",
                "1:52: warning: CFG_CYCLIC has the attribute note, which means nothing here; ignored",
                "1:52: warning: perm of CFG_CYCLIC is none of RW, R, !, !R, !RW; treated as absent, "
                    + "the user may change the value",
                "1:52: warning: access of CFG_CYCLIC is none of A, U, AU; treated as absent",
            ]
        ),
        Case(
            device: "<System><Prov><CFG_CYCLIC xml:lang='en' x:perm='R' x:access='U'>Y</CFG_CYCLIC></Prov></System>",
            pairs: ["CFG_CYCLIC=Y"],
            said: [
                "1:43: warning: CFG_CYCLIC has the attribute xml:lang, which means nothing here; ignored",
                "1:43: warning: CFG_CYCLIC has the attribute x:perm, which means nothing here; ignored",
                "1:43: warning: CFG_CYCLIC has the attribute x:access, which means nothing here; ignored",
            ]
        ),
        Case(
            device: "<Lines><Line idx='1' x:idx='2'><Sip><SIP_URI>1</SIP_URI></Sip></Line></Lines>",
            pairs: ["SIP_URI_1=1"],
            said: ["1:36: warning: Line has the attribute x:idx, which means nothing here; ignored"]
        ),
        Case(
            device: "<Lines><Line idx='7\n'/></Lines>",
            pairs: [],
            said: [
                "warning: the document sets no parameter and names no file",
                "1:36: error: Line has a number that the phone does not have: idx is 1 to 6; "
                    + "its settings are left out",
            ]
        ),
        Case(
            device: "<System><Prov>hello<CFG_CYCLIC>Y</CFG_CYCLIC></Prov><LoginAcc>x</LoginAcc></System>",
            pairs: ["CFG_CYCLIC=Y"],
            said: [
                "1:37: warning: text directly inside Prov belongs to no parameter; ignored",
                "1:81: warning: text directly inside LoginAcc belongs to no parameter; ignored",
            ]
        ),
        Case(
            device: "<System><Prov><CFG_CYCLIC>Y<USR_PROV_SVR_URL>u</USR_PROV_SVR_URL></CFG_CYCLIC>"
                + "<CFG_RTRY_INTVL>7</CFG_RTRY_INTVL></Prov></System>",
            pairs: ["CFG_RTRY_INTVL=7"],
            said: [
                "1:43: error: CFG_CYCLIC holds other elements where its value should stand: is an end tag missing? "
                    + "Left out"
            ]
        ),
        Case(
            device: "<CfgFiles><CFG_MASTER_FILE_PATH>x</CFG_MASTER_FILE_PATH></CfgFiles><Extra/><NEW/>",
            pairs: ["NEW="],
            said: [
                "1:39: error: CFG_MASTER_FILE_PATH counts only in the initial file, at the provisioning URL; left out",
                "1:96: warning: there is no group Extra; nothing stands in it, so nothing is lost",
                "1:104: warning: NEW is not known; kept",
            ]
        ),
        Case(
            device: "<System><Prov><CFG_FILE_KEY>short</CFG_FILE_KEY></Prov></System>",
            pairs: ["CFG_FILE_KEY=short"],
            said: ["1:43: warning: CFG_FILE_KEY is not 32 bytes long, as the phone's guide asks for"]
        ),
    ]

    @Test(arguments: cases)
    func whatIsSaidAboutADevicePart(example: Case) throws {
        let document = try read(example.device)
        #expect(document.pairs == example.pairs)
        #expect(document.diagnostics.map(\.description) == example.said)
        #expect(document.hasErrors == example.said.contains { $0.contains("error:") })
    }

    @Test func aSectionThatIsNeitherInitialNorDeviceIsLeftOut() throws {
        let text =
            "<PANASIPPhoneConfig a='b'><System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System>"
            + "<Device version='1'><System><Prov><CFG_RTRY_INTVL>7</CFG_RTRY_INTVL></Prov></System></Device>"
            + "</PANASIPPhoneConfig>"
        let document = try ConfigurationFile.read(Array(text.utf8), as: .standard)
        #expect(document.pairs == ["CFG_RTRY_INTVL=7"])
        #expect(document.codes == ["unknown-attribute", "unknown-section", "unknown-attribute"])
        #expect(document.diagnostics[1].kind == .unknownSection(name: "System"))
    }

    @Test func aLongURLWorksWithAWarningUpTo2048Bytes() throws {
        for (length, codes) in [(384, []), (385, ["long-url"]), (2048, ["long-url"])] {
            let url = "http://h/" + String(repeating: "x", count: length - 9)
            let document = try read("<System><Prov><USR_PROV_SVR_URL>\(url)</USR_PROV_SVR_URL></Prov></System>")
            #expect(document.codes == codes && document.settings.first?.value == url)
        }
        let url = "http://h/" + String(repeating: "x", count: 2040)
        let document = try read("<System><Prov><USR_PROV_SVR_URL>\(url)</USR_PROV_SVR_URL></Prov></System>")
        #expect(document.codes == ["nothing-inside", "invalid-value"])
        // A letter and its accent are two characters of XML, though one on a screen.
        let accents = String(repeating: "e\u{301}", count: 190)
        #expect(
            try read("<System><Prov><USR_PROV_SVR_URL>http://h/\(accents)</USR_PROV_SVR_URL></Prov></System>").codes
                == ["long-url"]
        )
    }

    @Test func theInitialPartIsJudgedAsTheDevicePartIs() throws {
        let path = "<CFG_MASTER_FILE_PATH perm='X' access='Y'>a</CFG_MASTER_FILE_PATH>"
        let document = try read("", initial: "<CfgFiles>\(path)\(path)</CfgFiles>", as: .initial)
        #expect(
            document.codes == [
                "unknown-permission", "unknown-access", "unknown-permission", "unknown-access", "repeated-parameter",
            ]
        )
    }

    @Test func aByteOrderMarkIsWarnedAbout() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + document("<System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System>")
        let document = try ConfigurationFile.read(bytes, as: .standard)
        #expect(document.codes == ["byte-order-mark"] && document.pairs == ["CFG_CYCLIC=Y"])
    }

    @Test func anEmptyDocumentIsAcceptedWithAWarning() throws {
        let document = try ConfigurationFile.read(Array("<PANASIPPhoneConfig/>".utf8), as: .master)
        #expect(document.codes == ["nothing-inside"])
    }

    @Test func theNumberOfDiagnosticsIsLimitedAndTheRestIsCounted() throws {
        let document = try read(String(repeating: "<A/>", count: 20_000))
        #expect(document.diagnostics.count == ConfigurationFile.maximumDiagnostics + 1)
        // Each is unknown, and all but the first are repeated.
        #expect(document.diagnostics.last?.kind == .andMore(20_000 + 19_999 - ConfigurationFile.maximumDiagnostics))
        #expect(document.pairs == ["A="])
    }

    @Test func noErrorIsLostAmongManyWarnings() throws {
        let many = String(repeating: "<A/>", count: 2_000)
        let wrong = "<CFG_RTRY_INTVL>0</CFG_RTRY_INTVL>"
        let document = try read("\(many)<System><Prov>\(wrong)</Prov></System>\(many)")
        #expect(document.hasErrors && document.diagnostics.count == ConfigurationFile.maximumDiagnostics + 1)
        #expect(document.codes.count { $0 == "invalid-value" } == 1)
        let few = document.diagnostics(atMost: 3)
        #expect(few.map(\.severity) == [.warning, .warning, .error])
        #expect(few.first?.position?.column == 29)
        let errors = try read(String(repeating: wrong, count: 1_200))
        #expect(errors.diagnostics.last?.kind == .andMore(201))
    }

    /// What is said of a small file stays small, whatever it is that repeats in the messages.
    @Test func longNamesAreCutInMessages() throws {
        let name = String(repeating: "N", count: 20_000)
        let attributes = (0..<1_000).map { "a\($0)='1'" }.joined(separator: " ")
        let pieces = String(repeating: "x<A/>", count: 1_000)
        let inside = String(repeating: "<q/>", count: 1_000)
        for device in [
            "<\(name) \(attributes)>1</\(name)>", "<\(name)>\(pieces)</\(name)>", "<\(name)>\(inside)</\(name)>",
            "<G><\(name)>\(String(repeating: "<CFG_CYCLIC>Y</CFG_CYCLIC>", count: 1_000))</\(name)></G>",
        ] {
            let said = try read(device).diagnostics.reduce(0) { $0 + $1.message.utf8.count }
            #expect(said < 400_000)
        }
    }

    @Test func noDiagnosticAndNoErrorTellsAValue() throws {
        let secret = "Geheim4711"
        let device =
            "<System><LoginAcc><ADMIN_PASS perm='X' \(secret.lowercased())='1'>\(secret)\u{85}</ADMIN_PASS>"
            + "<USER_PASS><b>\(secret)</b></USER_PASS>\(secret)</LoginAcc><Prov><CFG_CYCLIC>\(secret)</CFG_CYCLIC>"
            + "<CFG_FILE_KEY>\(secret)</CFG_FILE_KEY></Prov></System>"
        for diagnostic in try read(device).diagnostics {
            #expect(!diagnostic.message.contains(secret) && !"\(diagnostic.kind)".contains(secret))
        }
        for damage in [
            "&\(secret);", "<\(secret)", "<\(secret) \(secret)x", "</\(secret)>", "&\(secret)", "<\(secret)>",
        ] {
            let bytes = document("<System><LoginAcc><ADMIN_PASS>\(secret)\(damage)</ADMIN_PASS></LoginAcc></System>")
            let error = try #require(refusal(bytes), "\(damage)")
            #expect(error.code == "not-well-formed", "\(damage)")
            #expect(!"\(error)".contains(secret) && !String(reflecting: error).contains(secret), "\(damage): \(error)")
        }
    }
}
