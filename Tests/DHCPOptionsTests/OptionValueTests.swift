import Testing

@testable import DHCPOptions

@Suite("An option's value, cleaned")
struct OptionValueTests {
    @Test(
        "What servers add is taken away, and noted",
        arguments: [
            ("http://h/", "http://h/", []),
            ("http://h/\0", "http://h/", [OptionNote.trailingNULs(1)]),
            ("http://h/\0\0\0", "http://h/", [.trailingNULs(3)]),
            (" http://h/\t", "http://h/", [.blanks]),
            ("http://h/ \0", "http://h/", [.trailingNULs(1), .blanks]),
            ("\"http://h/\"", "http://h/", [.quotes]),
            ("'198.51.100.1'", "198.51.100.1", [.quotes]),
            ("\" http://h/\"\0", "http://h/", [.trailingNULs(1), .quotes, .blanks]),
            ("\"\"http://h/\"\"", "\"http://h/\"", [.quotes]),
            (#"http://h/a\,b"#, #"http://h/a\,b"#, [.backslash]),
            ("198.51.100.1", "198.51.100.1", []),
            ("http://h/it's", "http://h/it's", []),
            ("http://h/é", "http://h/é", []),
            ("lab\0", "lab", [.trailingNULs(1)]),
            ("host", "host", []),
        ]
    )
    func cleaned(bytes: String, text: String, notes: [OptionNote]) {
        #expect(OptionValue(bytes: Array(bytes.utf8), raw: "r") == .value(text, notes: notes, raw: "r"))
    }

    @Test(
        "Four raw bytes are an address",
        arguments: [
            ([198, 51, 100, 7], "198.51.100.7"), ([10, 0, 0, 1], "10.0.0.1"), ([192, 0, 2, 32], "192.0.2.32"),
            ([10, 1, 2, 0], "10.1.2.0"),
        ]
    )
    func binaryAddress(bytes: [UInt8], text: String) {
        #expect(OptionValue(bytes: bytes, raw: "") == .value(text, notes: [.binaryAddress], raw: ""))
    }

    @Test(
        "What nothing safe can be made of is refused, with its bytes",
        arguments: [
            ([], OptionRefusal.Reason.empty, ""),
            ([0, 0], .empty, "00 00"),
            ([0x22, 0x20, 0x22], .empty, "22 20 22"),
            (Array("x/\nE=1".utf8), .controlCharacter(10), "78 2f 0a 45 3d 31"),
            (Array("a\0bcd".utf8), .controlCharacter(0), "61 00 62 63 64"),
            ([0x61, 0x1B, 0x5B, 0x32, 0x4A], .controlCharacter(0x1B), "61 1b 5b 32 4a"),
            (Array("a\u{85}bc".utf8), .controlCharacter(0x85), "61 c2 85 62 63"),
            (Array("ab\u{2028}".utf8), .controlCharacter(0x2028), "61 62 e2 80 a8"),
            ([0x68, 0xE9], .notUTF8, "68 e9"),
            (Array("\"http".utf8), .unbalancedQuote, "22 68 74 74 70"),
            (Array("http\"".utf8), .unbalancedQuote, "68 74 74 70 22"),
            (Array("'a".utf8), .unbalancedQuote, "27 61"),
            (Array("\"".utf8), .unbalancedQuote, "22"),
            ([0, 0, 0, 1], .notUnicastAddress, "00 00 00 01"),
            ([255, 255, 255, 255], .notUnicastAddress, "ff ff ff ff"),
            ([224, 0, 1, 75], .notUnicastAddress, "e0 00 01 4b"),
        ] as [([UInt8], OptionRefusal.Reason, String)]
    )
    func refused(bytes: [UInt8], reason: OptionRefusal.Reason, hexadecimal: String) {
        guard case .refused(let refusal, "r") = OptionValue(bytes: bytes, raw: "r") else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.reason == reason)
        #expect(refusal.hexadecimal == hexadecimal)
        #expect(refusal.description.contains(hexadecimal))
    }

    @Test("A value of the greatest length is taken, one byte more is refused and its bytes are not all shown")
    func length() {
        let longest = [UInt8](repeating: UInt8(ascii: "a"), count: OptionValue.maximumLength)
        #expect(OptionValue(bytes: longest, raw: "").text?.utf8.count == OptionValue.maximumLength)
        guard case .refused(let refusal, _) = OptionValue(bytes: longest + [0x61], raw: "") else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.reason == .tooLong(OptionValue.maximumLength + 1))
        #expect(refusal.hexadecimal.utf8.count < 4 * OptionRefusal.maximumBytesShown)
        #expect(refusal.hexadecimal.hasSuffix("…"))
    }

    @Test("No variable is an absent option; an empty one is refused")
    func absent() {
        #expect(OptionValue(variable: nil) == .absent)
        #expect(OptionValue(variable: nil).text == nil)
        #expect(OptionValue(variable: "") == .refused(OptionRefusal(reason: .empty, bytes: []), raw: ""))
    }

    @Test("The raw form is what the client handed over; of an over-long one only the beginning is kept")
    func raw() {
        #expect(
            OptionValue(variable: #"http://h/?a=1\&b=2"#)
                == .value("http://h/?a=1&b=2", notes: [], raw: #"http://h/?a=1\&b=2"#)
        )
        let long = String(repeating: "a", count: ClientEncoding.maximumLength + 5)
        guard case .refused(let refusal, let raw) = OptionValue(variable: long) else {
            Issue.record("accepted")
            return
        }
        #expect(refusal.reason == .encoding(.tooLong(long.utf8.count)))
        #expect(raw.utf8.count == ClientEncoding.maximumLength)
    }

    @Test("No two bytes, whatever they are, come out with a control character or as nothing")
    func anyBytes() {
        var unclean: [[UInt8]] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                guard let text = OptionValue(bytes: [first, second], raw: "").text else { continue }
                let isClean = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                if text.isEmpty || !isClean { unclean.append([first, second]) }
            }
        }
        #expect(unclean == [])
    }
}
