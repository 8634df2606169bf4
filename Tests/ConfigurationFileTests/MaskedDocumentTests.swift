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
            ("<NTP_ADDR>ntp.example.com</NTP_ADDR>", "<NTP_ADDR>ntp.example.com</NTP_ADDR>"),
        ]
    )
    func masked(text: String, shown: String) throws {
        #expect(try ConfigurationFile.maskedText(Array(text.utf8)) == shown)
    }
}
