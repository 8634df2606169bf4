import ConfigurationFile
import PhoneSettings
import Testing

@Suite struct DocumentTests {
    /// The shape of files in the field: no XML declaration, a device part alone, an empty group, lines.
    static let fieldDocument = """
        <PANASIPPhoneConfig>
            <Device>
                <System>
                    <LoginAcc>
                        <ADMIN_ID perm="!RW" access="A">boss</ADMIN_ID>
                        <USER_PASS perm="RW" access="AU"></USER_PASS>
                    </LoginAcc>
                    <Prov>
                        <CFG_CYCLIC perm="R">Y</CFG_CYCLIC>
                        <USR_PROV_SVR_URL>https://prov.example.com/{mac}.xml</USR_PROV_SVR_URL>
                    </Prov>
                </System>
                <Lines>
                    <Codec>
                    </Codec>
                    <Voip><RTP_PORT_MIN perm="!">16000</RTP_PORT_MIN></Voip>
                    <Line idx="1">
                        <Sip>
                            <SIP_AUTHID perm="!RW" access="A">1001</SIP_AUTHID>
                            <SIP_PASS>a&amp;b&lt;c</SIP_PASS>

                        </Sip>
                    </Line>
                    <Line idx="2"><Sip><SIP_AUTHID>1002</SIP_AUTHID></Sip></Line>
                </Lines>
            </Device>
        </PANASIPPhoneConfig>

        """

    @Test func aDocumentOfTheFieldIsReadWholeWithoutComplaint() throws {
        let document = try ConfigurationFile.read(Array(Self.fieldDocument.utf8), as: .initial)
        #expect(
            document.pairs == [
                "ADMIN_ID=boss", "USER_PASS=", "CFG_CYCLIC=Y", "USR_PROV_SVR_URL=https://prov.example.com/{mac}.xml",
                "RTP_PORT_MIN=16000", "SIP_AUTHID_1=1001", "SIP_PASS_1=a&b<c", "SIP_AUTHID_2=1002",
            ]
        )
        #expect(document.diagnostics.isEmpty)
        #expect(document.initial == nil && document.role == .initial && document.role.layer == .initialDevice)
        #expect(document.encryption == .none && document.encoding == "UTF-8")
        let permissions = document.settings.map(\.permission.attribute)
        #expect(permissions == ["!RW", "RW", "R", "RW", "!RW", "!RW", "RW", "RW"])
        #expect(document.settings.map(\.access) == [.administrator, .both, nil, nil, nil, .administrator, nil, nil])
    }

    @Test func everySettingKnowsTheLineAndColumnOfItsStartTag() throws {
        let document = try ConfigurationFile.read(Array(Self.fieldDocument.utf8), as: .standard)
        let lines = Self.fieldDocument.split(separator: "\n", omittingEmptySubsequences: false)
        for setting in document.settings {
            let position = try #require(setting.position)
            let column = try #require(position.column)
            let text = lines[position.line - 1].dropFirst(column - 1)
            #expect(text.hasPrefix("<\(setting.key.name)"), "\(setting.key) at \(position)")
        }
    }

    @Test func positionsHoldBeyondLine65535AndBehindLongTagsAndWideCharacters() throws {
        let blank = String(repeating: "\n", count: 70_000)
        let device =
            "\(blank)<System>漢字é<Prov>\n <!-- ü --> <CFG_CYCLIC\n\n   perm='R'\n>Y</CFG_CYCLIC></Prov></System>"
        let document = try read(device)
        #expect(document.settings.first?.position == SourcePosition(line: 70_002, column: 13))
        #expect(document.codes == ["stray-text"])
    }

    @Test(arguments: [
        ("PANASipPhoneConfig", "initial", "device"), ("PANASIPPhoneConfig", "Initial", "Device"),
        ("panasipphoneconfig", "INITIAL", "DEVICE"),
    ])
    func theThreeOuterNamesMatchWhateverTheirCase(root: String, initial: String, device: String) throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <\(root)><\(initial)><CfgFiles><CFG_MASTER_FILE_PATH>m</CFG_MASTER_FILE_PATH></CfgFiles></\(initial)>
            <\(device)><System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System></\(device)></\(root)>
            """
        let document = try ConfigurationFile.read(Array(text.utf8), as: .initial)
        #expect(document.initial?.masterFilePath == "m" && document.pairs == ["CFG_CYCLIC=Y"])
        let isUsual = device.lowercased() == device || device == "Device"
        #expect(document.codes == (isUsual ? [] : ["unusual-case", "unusual-case", "unusual-case"]))
    }

    @Test func theInitialPartNamesCertificatesAndFiles() throws {
        let initial = """
            <Certs><CFG_ROOT_CERTIFICATE_PATH3>c</CFG_ROOT_CERTIFICATE_PATH3>
            <CFG_ROOT_CERTIFICATE_PATH1>a</CFG_ROOT_CERTIFICATE_PATH1><CFG_ROOT_CERTIFICATE_PATH2/></Certs>
            <CfgFiles><CFG_STANDARD_FILE_PATH> http://h/Config{MAC}.cfg
            </CFG_STANDARD_FILE_PATH><CFG_PRODUCT_FILE_PATH></CFG_PRODUCT_FILE_PATH></CfgFiles>
            """
        let document = try read("", initial: initial, as: .initial)
        #expect(
            document.initial
                == InitialSection(rootCertificatePaths: ["a", "c"], standardFilePath: "http://h/Config{MAC}.cfg")
        )
        #expect(document.settings.isEmpty && document.diagnostics.isEmpty)
    }

    @Test func blanksAndLineEndsAroundAValueAreNoPartOfIt() throws {
        let text =
            "<System><LoginAcc><ADMIN_ID>\n\t a  b \r\n</ADMIN_ID><USER_ID><![CDATA[<x>]]></USER_ID>"
            + "<ADMIN_PASS>&#32;x<!-- c -->y&#x20AC;</ADMIN_PASS></LoginAcc></System>"
        #expect(try read(text).settings.map(\.value) == ["a  b", "<x>", "xy€"])
    }

    @Test func ofTwoEntriesInOneFileTheLastOneCounts() throws {
        let document = try read(
            "<System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC>\n<CFG_RTRY_INTVL>5</CFG_RTRY_INTVL>\n"
                + "<CFG_CYCLIC perm='R'>N</CFG_CYCLIC></Prov></System>"
                + "<Lines><Line idx='1'><Sip><SIP_URI>1</SIP_URI></Sip></Line>"
                + "<Line idx='2'><Sip><SIP_URI>2</SIP_URI></Sip></Line>"
                + "<Line idx='1'><Sip><SIP_URI>3</SIP_URI></Sip></Line></Lines>"
        )
        #expect(document.pairs == ["CFG_RTRY_INTVL=5", "CFG_CYCLIC=N", "SIP_URI_2=2", "SIP_URI_1=3"])
        #expect(document.codes == ["repeated-parameter", "repeated-parameter"] && !document.hasErrors)
        #expect(document.diagnostics[0].message == "CFG_CYCLIC stands in line 1 already; the last one counts")
        #expect(document.diagnostics[0].position?.line == 3)
    }

    @Test func aWrongLaterEntryLeavesTheEarlierOne() throws {
        let document = try read(
            "<System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC><CFG_CYCLIC>perhaps</CFG_CYCLIC></Prov></System>"
        )
        #expect(document.pairs == ["CFG_CYCLIC=Y"] && document.codes == ["invalid-value"])
    }

    @Test(arguments: ConfigurationRole.allCases)
    func onlyTheInitialFileNamesFiles(role: ConfigurationRole) throws {
        let part = "<CfgFiles><CFG_STANDARD_FILE_PATH>s</CFG_STANDARD_FILE_PATH></CfgFiles>"
        let document = try read("<System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System>", initial: part, as: role)
        #expect(document.initial?.standardFilePath == (role == .initial ? "s" : nil))
        #expect(document.codes == (role == .initial ? [] : ["file-names-outside-initial-file"]))
        #expect(document.pairs == ["CFG_CYCLIC=Y"])
    }

    @Test func aFileOfExactlyTheLimitIsReadAndOneByteMoreIsRefused() throws {
        let inner = document("<System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System>")
        let padding = [UInt8](repeating: 0x20, count: ConfigurationFile.maximumBytes - inner.count)
        #expect(try ConfigurationFile.read(inner + padding, as: .standard).pairs == ["CFG_CYCLIC=Y"])
        #expect(refusal(inner + padding + [0x20]) == .tooLarge(bytes: 245_761))
    }
}
