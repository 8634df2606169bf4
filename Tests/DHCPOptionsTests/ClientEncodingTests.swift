import Testing

@testable import DHCPOptions

@Suite("dhclient's two ways to write an option")
struct ClientEncodingTests {
    /// The right side is what the server sent, the left side what dhclient 4.4.3-P1 made of it.
    @Test(
        "Escaped text comes back as the server sent it",
        arguments: [
            (#"http://198.51.100.1/p/{MODEL}.cfg?a=1\&b=2"#, "http://198.51.100.1/p/{MODEL}.cfg?a=1&b=2"),
            (#"\"http://q.example.net/a\'b\$c\`d\|e\\f\""#, #""http://q.example.net/a'b$c`d|e\f""#),
            (#"http://x/\012EVIL=1"#, "http://x/\nEVIL=1"),
            (#"h\303\251"#, "hé"),
            ("https://new.example.net/", "https://new.example.net/"),
            ("raw?a=1&b=\"2\"", "raw?a=1&b=\"2\""),
            ("", ""),
        ]
    )
    func escapedText(variable: String, sent: String) throws {
        #expect(try ClientEncoding.bytes(of: variable) == Array(sent.utf8))
    }

    @Test("Octal escapes give single bytes, so an address in binary comes back as four")
    func octal() throws {
        #expect(try ClientEncoding.bytes(of: #"\3063d\007"#) == [198, 51, 100, 7])
        #expect(try ClientEncoding.bytes(of: #"\000\377"#) == [0, 255])
    }

    @Test("Colon hexadecimal without leading zeros comes back, when a byte is not printable")
    func colonHexadecimal() throws {
        #expect(try ClientEncoding.bytes(of: "68:74:74:70:3a:2f:2f:78:2f:a") == Array("http://x/\n".utf8))
        #expect(try ClientEncoding.bytes(of: "c6:33:64:7") == [198, 51, 100, 7])
    }

    @Test(
        "Text that only looks like colon hexadecimal stays text",
        arguments: [
            "ab:80", "68:74:74", "68:74:74:70", "2001:db8::1:1:1", "00a:1:2:3", ":1:2:3:4", "1:2:3:", "g:1:2:3",
        ]
    )
    func looksLikeHexadecimal(text: String) throws {
        #expect(try ClientEncoding.bytes(of: text) == Array(text.utf8))
    }

    @Test(
        "An escape that dhclient never writes is refused, with its place",
        arguments: [
            (#"a\"#, 1), (#"\n"#, 0), (#"ab\08x"#, 2), (#"\400"#, 0), (#"\01"#, 0), (#"x\,y"#, 1), (#"\\\"#, 2),
        ]
    )
    func badEscape(text: String, offset: Int) {
        #expect(throws: ClientEncoding.Failure.badEscape(offset: offset)) { try ClientEncoding.bytes(of: text) }
    }

    @Test("A variable of the greatest length is read, one byte more is refused")
    func length() throws {
        let longest = String(repeating: "a", count: ClientEncoding.maximumLength)
        #expect(try ClientEncoding.bytes(of: longest).count == ClientEncoding.maximumLength)
        #expect(throws: ClientEncoding.Failure.tooLong(ClientEncoding.maximumLength + 1)) {
            try ClientEncoding.bytes(of: longest + "a")
        }
    }

    @Test("Whatever bytes dhclient escapes come back, for every byte")
    func everyByte() throws {
        for byte in UInt8.min...UInt8.max {
            let bytes: [UInt8] = [byte, UInt8(ascii: "x"), byte]
            #expect(try ClientEncoding.bytes(of: Self.prettyEscape(bytes)) == bytes, "byte \(byte)")
        }
    }

    /// The other side: what `pretty_escape` of dhclient does to bytes.
    private static func prettyEscape(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let character = String(UnicodeScalar(byte))
            if "\"'$`\\|&".contains(character) { return "\\" + character }
            if byte >= 0x20, byte < 0x7F { return character }
            let octal = String(byte, radix: 8)
            return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
        }.joined()
    }
}
