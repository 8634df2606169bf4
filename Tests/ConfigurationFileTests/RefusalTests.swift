import ConfigurationFile
import PhoneSettings
import Testing

@Suite struct RefusalTests {
    /// A body, its error's code and place, and a part of the message that tells what to do.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let body: [UInt8]
        let code: String
        let place: String?
        let part: String
        var testDescription: String { name }

        init(_ name: String, _ body: String, _ code: String, _ place: String?, _ part: String) {
            self.init(name, bytes: Array(body.utf8), code, place, part)
        }

        init(_ name: String, bytes: [UInt8], _ code: String, _ place: String?, _ part: String) {
            (self.name, self.code, self.place, self.part) = (name, code, place, part)
            body = bytes
        }
    }

    static let laughs =
        "<!DOCTYPE lolz [<!ENTITY e0 \"lol\">"
        + (1...9).map { level in
            "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">"
        }.joined() + "]><PANASIPPhoneConfig>&e9;</PANASIPPhoneConfig>"

    static let good = "<PANASIPPhoneConfig><Device><System><Prov><CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System></Device>"

    static let cases: [Case] = [
        Case("nothing", "", "empty-file", nil, "see why the server sends nothing"),
        Case("blanks", " \r\n\t\n", "empty-file", nil, "empty"),
        Case("a mark alone", bytes: [0xEF, 0xBB, 0xBF], "empty-file", nil, "empty"),
        Case("HTML 5", "\n<!doctype html>\n<p>Sign in", "html-page", nil, "look at it in a browser"),
        Case("HTML", "<HTML><body>404</body></HTML>", "html-page", nil, "HTML"),
        Case(
            "XHTML",
            "<?xml version='1.0'?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\"><html/>",
            "html-page",
            nil,
            "HTML"
        ),
        Case("XHTML without type", "<?xml version='1.0'?>\n<html xmlns='x'><br></html>", "html-page", nil, "HTML"),
        Case("access denied", "Access denied\n", "access-denied", nil, "check its password and MAC there"),
        Case("text", "file not found", "not-xml", nil, "see what the server sends"),
        Case("an unknown MAC", "invalid mac address", "invalid-mac-address", nil, "add its MAC there"),
        Case("JSON", "\n{\"error\":\"no such device\"}", "json", nil, "for programs, not for phones"),
        Case("a JSON list", "[]", "json", nil, "JSON"),
        Case("a template that was not filled in", "{%- for line in lines -%}", "not-xml", nil, "text, but not XML"),
        Case("an INI file", "[ network ]\npath = x\n", "not-xml", nil, "text, but not XML"),
        Case("a piece of HTML", "<h1>Not Found</h1>", "html-page", nil, "HTML"),
        Case("HTML behind a comment", "<!-- x -->\n<!doctype html>\n<p>Sign in", "html-page", nil, "HTML"),
        Case(
            "PHP alone",
            "<br />\n<b>Fatal error</b>: Uncaught Error in x.php",
            "php-message",
            nil,
            "the server's own program fails"
        ),
        Case("PHP without HTML", "Fatal error: Uncaught Error in x.php", "php-message", nil, "PHP"),
        Case("gzip", bytes: [0x1F, 0x8B, 8, 0, 0, 0], "binary-data", nil, "compressed by gzip, not text"),
        Case("ZIP", bytes: Array("PK\u{3}\u{4}\u{14}".utf8), "binary-data", nil, "a ZIP archive"),
        Case("PNG", bytes: [0x89] + Array("PNG\r\n".utf8), "binary-data", nil, "an image"),
        Case("PDF", "%PDF-1.7\n", "binary-data", nil, "a PDF document"),
        Case("a program", bytes: [0x7F] + Array("ELF\u{2}\u{1}\u{1}\0".utf8), "binary-data", nil, "a program"),
        Case("firmware", bytes: [UInt8](0...255), "binary-data", nil, "binary data, not text"),
        Case("noise without NUL", bytes: [UInt8](1...31), "binary-data", nil, "binary data, not text"),
        Case("DER", bytes: [0x30, 0x82, 0x01, 0x0A, 0x02, 0x00], "binary-data", nil, "binary data, not text"),
        Case(
            "KX-UT",
            "# Panasonic SIP Phone Standard Format File #\nADMIN_ID=\"admin\"\n",
            "foreign-dialect",
            nil,
            "KX-UT, KX-TGP and KX-HDV"
        ),
        Case("PCC", "# PCC Standard Format File #\n", "foreign-dialect", nil, "PCC"),
        Case(
            "KX-UT670",
            "<?xml version='1.0'?>\n<Config><A/><Prov><CyclicEnable CFG_CYCLIC=\"N\"/></Prov></Config>",
            "foreign-dialect",
            nil,
            "KX-UT670"
        ),
        Case(
            "another root",
            "<?xml version='1.0'?>\n <settings><phone-settings/></settings>",
            "wrong-root",
            "2:2",
            "the root element is settings where PANASIPPhoneConfig should stand: offer the XML file"
        ),
        Case("a part as root", "<Device><System/></Device>", "wrong-root", "1:1", "Device"),
        Case(
            "a blank line before the declaration",
            "\n\n<?xml version='1.0'?>\n\(good)</PANASIPPhoneConfig>",
            "content-before-declaration",
            "1:1",
            "2 bytes stand before"
        ),
        Case(
            "a PHP warning",
            "<br />\n<b>Warning</b>: x in y.php\n<?xml version='1.0'?>\(good)</PANASIPPhoneConfig>",
            "content-before-declaration",
            "1:1",
            "let the server send the file from <?xml on"
        ),
        Case(
            "a bare ampersand",
            "\(good)\n<Device><System><LoginAcc><ADMIN_PASS>a&b</ADMIN_PASS>",
            "not-well-formed",
            "2",
            "inside ADMIN_PASS: EntityRef: expecting ';'; correct the file (write &amp; for &"
        ),
        Case("an ampersand and a blank", "\(good)<X>a & b</X>", "not-well-formed", "1", "xmlParseEntityRef: no name"),
        Case(
            "a wrong end tag",
            "<PANASIPPhoneConfig>\n<Device>\n<System>\n<Prov>\n</System>",
            "not-well-formed",
            "5",
            "inside Prov: Opening and ending tag mismatch: Prov line 4 and System"
        ),
        Case("cut short", good, "not-well-formed", "1", "inside PANASIPPhoneConfig: Premature end of data"),
        Case(
            "text after the root",
            "\(good)</PANASIPPhoneConfig>\nThank you",
            "not-well-formed",
            "2",
            "Extra content at the end of the document"
        ),
        Case(
            "an attribute twice",
            "<PANASIPPhoneConfig><Device a='1' a='2'/>",
            "not-well-formed",
            "1",
            "Attribute … redefined"
        ),
        Case(
            "a NUL byte",
            "<PANASIPPhoneConfig><Device>\n\0</Device></PANASIPPhoneConfig>",
            "not-well-formed",
            "2",
            "Char 0x0 out of allowed range"
        ),
        Case(
            "a control character",
            "<PANASIPPhoneConfig><Device>\u{1B}[2J</Device></PANASIPPhoneConfig>",
            "not-well-formed",
            "1",
            "PCDATA invalid Char value 27"
        ),
        Case(
            "bytes that are no UTF-8",
            bytes: Array("<PANASIPPhoneConfig><Device>a".utf8) + [0xE4, 0x62]
                + Array("</Device></PANASIPPhoneConfig>".utf8),
            "not-well-formed",
            "1",
            "Input is not proper UTF-8, indicate encoding !; save the file as UTF-8"
        ),
        Case(
            "an unknown encoding",
            "<?xml version='1.0' encoding='x-none'?><PANASIPPhoneConfig/>",
            "not-well-formed",
            "1",
            "Unsupported encoding"
        ),
        Case("a billion laughs", laughs, "document-type", "1:1", "refused for safety"),
        Case(
            "an external entity",
            "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><PANASIPPhoneConfig>&x;</PANASIPPhoneConfig>",
            "document-type",
            "1:1",
            "DOCTYPE"
        ),
        Case(
            "an external document type",
            "<?xml version='1.0'?>\n<!DOCTYPE PANASIPPhoneConfig SYSTEM \"http://192.0.2.1/x.dtd\"><PANASIPPhoneConfig/>",
            "document-type",
            "2:1",
            "take it out"
        ),
        Case(
            "depth 300",
            "<PANASIPPhoneConfig>" + (1...300).map { "<G\($0)>" }.joined(),
            "too-deep",
            "1:327",
            "elements nest deeper than 64"
        ),
        Case(
            "too large",
            bytes: [UInt8](repeating: 0x20, count: 300_000),
            "too-large",
            nil,
            "the file has more than 245760 bytes, the most that the phone takes"
        ),
    ]

    @Test(arguments: cases)
    func aBodyThatIsRefused(example: Case) throws {
        let error = try #require(refusal(example.body))
        #expect(error.code == example.code, "\(error)")
        if let place = example.place {
            // The column of a parser's error is libxml2's affair and differs from version to version.
            let isLibxml2s = error.code == "not-well-formed"
            let position = error.position.map { isLibxml2s ? "\($0.line)" : "\($0)" }
            #expect(position == place, "\(error)")
        }
        #expect(error.message.contains(example.part), "\(error)")
        #expect(error.description.hasSuffix(error.message))
    }

    /// libxml2 stops at such a NUL as at the end of the file.
    @Test(arguments: ["\0", "\n<!-- ü -->\0\0\0", "\0<Device>"])
    func aNULBehindTheRootElementIsSeen(tail: String) throws {
        let wide = "\u{FEFF}\(Self.good)</PANASIPPhoneConfig>\(tail)".utf16.flatMap {
            [UInt8($0 & 0xFF), UInt8($0 >> 8)]
        }
        #expect(refusal(wide)?.code == "not-well-formed")
        let error = try #require(refusal(Array("\(Self.good)</PANASIPPhoneConfig>\(tail)".utf8)))
        #expect(error.code == "not-well-formed")
        #expect(
            error.position == (tail.hasPrefix("\0") ? SourcePosition(line: 1, column: 115) : .init(line: 2, column: 11))
        )
    }

    /// No prefix of a document makes the reader crash, hang, or accept half of it.
    @Test func noPartOfADocumentIsAccepted() throws {
        let bytes = Array(DocumentTests.fieldDocument.utf8)
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: ">")))
        for count in 0...end { #expect(refusal(Array(bytes.prefix(count))) != nil, "\(count) bytes") }
    }

    @Test func theReaderIsFreeOfSharedState() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let example = Self.cases[index % Self.cases.count]
                    return refusal(example.body)?.code == example.code
                        && refusal(Array("\(Self.good)</PANASIPPhoneConfig>".utf8)) == nil
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

@Suite struct EncodingTests {
    static let text = "<System><LoginAcc><ADMIN_ID>漢字ü</ADMIN_ID></LoginAcc></System>"

    private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        let mark: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
        return mark
            + text.utf16.flatMap {
                bigEndian ? [UInt8($0 >> 8), UInt8($0 & 0xFF)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)]
            }
    }

    @Test(arguments: [true, false], ["<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n", ""])
    func utf16IsConvertedWithAWarning(bigEndian: Bool, declaration: String) throws {
        let text = "\(declaration)<PANASIPPhoneConfig><Device>\(Self.text)</Device></PANASIPPhoneConfig>"
        let document = try ConfigurationFile.read(utf16(text, bigEndian: bigEndian), as: .standard)
        #expect(document.settings.map(\.value) == ["漢字ü"])
        #expect(document.codes == ["encoding"] && document.encoding == "UTF-16")
        #expect(document.settings.first?.position == SourcePosition(line: declaration.isEmpty ? 1 : 2, column: 47))
    }

    @Test(arguments: [
        ("ISO-8859-1", [0xFC], "ü"), ("Shift_JIS", [0x8A, 0xBF, 0x8E, 0x9A], "漢字"), ("windows-1252", [0x80], "€"),
    ])
    func otherEncodingsAreConvertedWithAWarning(name: String, bytes: [UInt8], value: String) throws {
        let head =
            "<?xml version=\"1.0\" encoding=\"\(name)\"?>\n<PANASIPPhoneConfig><Device><System><LoginAcc><ADMIN_ID>"
        let tail = "</ADMIN_ID></LoginAcc></System></Device></PANASIPPhoneConfig>"
        let document = try ConfigurationFile.read(Array(head.utf8) + bytes + Array(tail.utf8), as: .standard)
        #expect(document.settings.map(\.value) == [value])
        #expect(document.diagnostics.map(\.kind) == [.encoding(name)])
    }

    @Test func theEncodingThatIsNamedIsTheOneThatWasRead() throws {
        let body = "<PANASIPPhoneConfig><Device>\(Self.text)</Device></PANASIPPhoneConfig>"
        let wide = try ConfigurationFile.read(
            utf16("<?xml version='1.0' encoding='UTF-8'?>\(body)", bigEndian: false),
            as: .standard
        )
        #expect(wide.codes == ["encoding"] && wide.encoding == "UTF-16" && wide.settings.map(\.value) == ["漢字ü"])
        let narrow = try ConfigurationFile.read(
            [0xEF, 0xBB, 0xBF] + Array("<?xml version='1.0' encoding='ISO-8859-1'?>\(body)".utf8),
            as: .standard
        )
        #expect(narrow.codes == ["encoding", "byte-order-mark"] && narrow.settings.map(\.value) != ["漢字ü"])
    }

    @Test(arguments: ["UTF-8", "utf-8", "US-ASCII"])
    func utf8AndASCIIAreNotWarnedAbout(name: String) throws {
        let text =
            "<?xml version='1.0' encoding='\(name)'?><PANASIPPhoneConfig><Device><System><Prov>"
            + "<CFG_CYCLIC>Y</CFG_CYCLIC></Prov></System></Device></PANASIPPhoneConfig>"
        #expect(try ConfigurationFile.read(Array(text.utf8), as: .standard).diagnostics.isEmpty)
    }
}
