import Testing

@testable import DHCPOptions

@Suite("The file form of an event")
struct DHCPEventFileTests {
    @Test("What is written is read back, whatever the values hold")
    func roundTrip() throws {
        let variables = ["reason": "BOUND", "a": "", "b": "x=y\nz", "c": "é\\012", "new_x": "\u{1B}"]
        let bytes = try DHCPEventFile.encode(variables)
        #expect(try DHCPEventFile.decode(bytes) == variables)
        #expect(try DHCPEventFile.decode(try DHCPEventFile.encode([:])) == [:])
    }

    @Test("The form is as it is documented")
    func form() throws {
        let bytes = try DHCPEventFile.encode(["reason": "STOP", "interface": "eth0"])
        #expect(bytes == Array("phoneprovd-dhcp-event 1\ninterface=eth0\0reason=STOP\0\0".utf8))
    }

    @Test("A file cut short at any byte is refused")
    func cutShort() throws {
        let bytes = try DHCPEventFile.encode(Recorded.bound)
        for length in 0..<bytes.count {
            #expect(throws: DHCPEventFile.Failure.self, "length \(length)") {
                try DHCPEventFile.decode(Array(bytes.prefix(length)))
            }
        }
    }

    @Test(
        "What is no such file is refused, with the reason",
        arguments: [
            ("", DHCPEventFile.Failure.unknownVersion),
            ("phoneprovd-dhcp-event 2\n\0", .unknownVersion),
            ("phoneprovd-dhcp-event 1\n", .cutShort),
            ("phoneprovd-dhcp-event 1\na=1\0", .cutShort),
            ("phoneprovd-dhcp-event 1\n\0x", .trailingBytes),
            ("phoneprovd-dhcp-event 1\na=1\0b\0\0", .badEntry(2)),
            ("phoneprovd-dhcp-event 1\n=1\0\0", .badEntry(1)),
            ("phoneprovd-dhcp-event 1\na=1\0a=2\0\0", .repeatedName("a")),
        ]
    )
    func refused(text: String, failure: DHCPEventFile.Failure) {
        #expect(throws: failure) { try DHCPEventFile.decode(Array(text.utf8)) }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func notUTF8() {
        let bytes = Array("phoneprovd-dhcp-event 1\na=".utf8) + [0xFF, 0, 0]
        #expect(throws: DHCPEventFile.Failure.badEntry(1)) { try DHCPEventFile.decode(bytes) }
    }

    @Test(
        "A name or value that cannot be written is refused",
        arguments: [
            ["": "x"], ["a=b": "x"], ["a\0": "x"], ["a": "x\0"],
        ]
    )
    func notWritable(variables: [String: String]) {
        #expect(throws: DHCPEventFile.Failure.badEntry(1)) { try DHCPEventFile.encode(variables) }
    }

    @Test("The limits of size and number hold both ways")
    func limits() throws {
        let overhead = DHCPEventFile.header.utf8.count + "\na=\0\0".utf8.count
        let longest = String(repeating: "x", count: DHCPEventFile.maximumSize - overhead)
        let bytes = try DHCPEventFile.encode(["a": longest])
        #expect(bytes.count == DHCPEventFile.maximumSize)
        #expect(try DHCPEventFile.decode(bytes) == ["a": longest])
        let tooLarge = DHCPEventFile.Failure.tooLarge(DHCPEventFile.maximumSize + 1)
        #expect(throws: tooLarge) { try DHCPEventFile.encode(["a": longest + "x"]) }
        #expect(throws: tooLarge) { try DHCPEventFile.decode(bytes + [0]) }
        let many = Dictionary(uniqueKeysWithValues: (0...DHCPEventFile.maximumVariables).map { ("v\($0)", "") })
        #expect(throws: DHCPEventFile.Failure.tooManyVariables) { try DHCPEventFile.encode(many) }
    }

    @Test("Every event fits into a file")
    func everyEventFits() {
        #expect(Variable.known.count <= DHCPEventFile.maximumVariables)
        let overhead = DHCPEventFile.header.utf8.count + 2 + 2 * Variable.known.count
        #expect(DHCPEvent.maximumTotalLength + overhead <= DHCPEventFile.maximumSize)
    }

    @Test("Names sort as text in the order of their events, and are read back")
    func names() throws {
        let names = [
            DHCPEventFileName(nanoseconds: 9, process: 4_194_304, sequence: 0),
            DHCPEventFileName(nanoseconds: 10, process: 1, sequence: 9),
            DHCPEventFileName(nanoseconds: 10, process: 1, sequence: 10),
            DHCPEventFileName(nanoseconds: 10, process: 20, sequence: 0),
            DHCPEventFileName(nanoseconds: .max, process: .max, sequence: .max),
        ]
        #expect(names.shuffled().sorted() == names)
        #expect(names.map(\.text).sorted() == names.map(\.text))
        for name in names { #expect(DHCPEventFileName(name.text) == name) }
        #expect(names[0].text == "00000000000000000009-0004194304-0000000000.event")
    }

    @Test(
        "A name of another form is no event's",
        arguments: [
            "", ".event", "1-2-3.event", "00000000000000000009-0004194304-0000000000.even",
            "00000000000000000009-0004194304-0000000000-0.event", "+0000000000000000009-0004194304-0000000000.event",
            "99999999999999999999-0004194304-0000000000.event", "../00000000000000000009-0004194304-0000000000.event",
        ]
    )
    func badName(text: String) {
        #expect(DHCPEventFileName(text) == nil)
    }
}
