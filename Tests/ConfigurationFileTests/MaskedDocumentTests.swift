import ConfigurationFile
import Testing

@Suite("A document as a person may see it")
struct MaskedDocumentTests {
    @Test(
        "has no secret in it, wherever it stands, and every line where it was",
        arguments: [
            ("<SIP_PASS>abc</SIP_PASS>", "<SIP_PASS>***</SIP_PASS>"),
            ("<SIP_PASS perm=\"!R\">a\nb</SIP_PASS>x", "<SIP_PASS perm=\"!R\">***\n</SIP_PASS>x"),
            ("<!-- <ADMIN_PASS>abc</ADMIN_PASS> -->", "<!-- <ADMIN_PASS>***</ADMIN_PASS> -->"),
            ("<CFG_FILE_KEY><![CDATA[abc]]></CFG_FILE_KEY>", "<CFG_FILE_KEY>***</CFG_FILE_KEY>"),
            ("<SIP_PASS>abc", "<SIP_PASS>***"), ("<SIP_PASS/>a", "<SIP_PASS/>a"),
            ("<SIP_PASS> </SIP_PASS>", "<SIP_PASS> </SIP_PASS>"),
            ("<A>http://id:secret@h/x.cfg</A>\n<B>c</B>", "<A>http://id:***@h/x.cfg</A>\n<B>c</B>"),
            ("<p:SIP_PASS>abc</p:SIP_PASS>", "<p:SIP_PASS>***</p:SIP_PASS>"),
            ("<MY-PASSWORD>abc</MY-PASSWORD>", "<MY-PASSWORD>***</MY-PASSWORD>"),
            ("<!--PASS--><A>b</A>", "<!--PASS--><A>b</A>"),
            ("<!--<A>PASS</A>--><B>c</B>", "<!--<A>PASS</A>--><B>c</B>"),
            ("<NTP_ADDR>ntp.example.com</NTP_ADDR>", "<NTP_ADDR>ntp.example.com</NTP_ADDR>"),
        ]
    )
    func masked(text: String, shown: String) throws {
        #expect(try ConfigurationFile.maskedText(Array(text.utf8)) == shown)
    }

    @Test("has none either when it is in an encoding in which a tag is other bytes")
    func encodings() throws {
        let body = "<PANASIPPhoneConfig><Device><SIP_PASS>abcü</SIP_PASS></Device></PANASIPPhoneConfig>"
        let shown = body.replacing("abcü", with: "***")
        for isBigEndian in [true, false] {
            let bytes = ("\u{FEFF}" + body).utf16.flatMap {
                isBigEndian ? [UInt8($0 >> 8), UInt8($0 & 0xFF)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)]
            }
            #expect(try ConfigurationFile.maskedText(bytes) == shown)
        }
        // UTF-7 writes every character that it likes to as base64 of UTF-16 (RFC 2152).
        let hidden =
            "<?xml version=\"1.0\" encoding=\"UTF-7\"?><PANASIPPhoneConfig><Device>+ADw-SIP_PASS+AD4-abc+ADw-/SIP_PASS+AD4-"
            + "</Device></PANASIPPhoneConfig>"
        let text = try ConfigurationFile.maskedText(Array(hidden.utf8))
        #expect(text.contains("<SIP_PASS>***</SIP_PASS>") && !text.contains("abc"))
    }
}
