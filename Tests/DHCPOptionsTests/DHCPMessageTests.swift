import Testing

@testable import DHCPOptions

@Suite("DHCP messages, RFC 2131 section 2 and RFC 3396")
struct DHCPMessageTests {
    /// The other side: a server's answer, field by field.
    struct Answer {
        var operation: UInt8 = 2
        var hardware: [UInt8] = [1, 6]
        var transaction: [UInt8] = [1, 2, 3, 4]
        var client: [UInt8] = [198, 51, 100, 50]
        var next: [UInt8] = [0, 0, 0, 0]
        var address: [UInt8] = [0, 0x80, 0xF0, 0xAB, 0xCD, 0xEF]
        var serverName: [UInt8] = []
        var bootFile: [UInt8] = []
        var cookie: [UInt8] = [99, 130, 83, 99]
        var options: [UInt8] = []

        var bytes: [UInt8] {
            func field(_ content: [UInt8], _ length: Int) -> [UInt8] {
                content + [UInt8](repeating: 0, count: length - content.count)
            }
            return [operation] + hardware + [0] + transaction + [0, 0, 0x80, 0] + client + [0, 0, 0, 0] + next
                + [0, 0, 0, 0] + field(address, 16) + field(serverName, 64) + field(bootFile, 128) + cookie + options
        }
    }

    static func option(_ code: UInt8, _ content: [UInt8]) -> [UInt8] { [code, UInt8(content.count)] + content }
    static func option(_ code: UInt8, _ text: String) -> [UInt8] { option(code, Array(text.utf8)) }

    @Test("Every field and option is read")
    func fields() throws {
        var answer = Answer()
        answer.next = [198, 51, 100, 1]
        answer.serverName = Array("tftp.example.com".utf8)
        answer.bootFile = Array("boot".utf8)
        answer.options = [0, 0] + Self.option(53, [5]) + Self.option(160, "http://h/") + [255, 1, 2, 3]
        let message = try DHCPMessage(bytes: answer.bytes)
        #expect(message.operation == .reply && message.transaction == 0x0102_0304 && message.wantsBroadcast)
        #expect(message.clientAddress == IPv4Address("198.51.100.50") && message.nextServer.bytes == answer.next)
        #expect(message.hardwareAddress == answer.address && message.kind == .ack)
        #expect(message.serverName == answer.serverName && message.bootFile == answer.bootFile)
        #expect(message.options == [53: [5], 160: Array("http://h/".utf8)])
    }

    @Test("Parts of a long option are joined, over all three fields, in RFC 3396's order")
    func longOption() throws {
        var answer = Answer()
        answer.options = Self.option(160, "one,") + Self.option(52, [3]) + Self.option(160, "two,") + [255]
        answer.bootFile = Self.option(160, "three,") + [255]
        answer.serverName = Self.option(160, "four") + Self.option(66, "h") + [255]
        let message = try DHCPMessage(bytes: answer.bytes)
        #expect(message.options[160] == Array("one,two,three,four".utf8))
        #expect(message.options[66] == Array("h".utf8) && message.options[52] == nil)
        #expect(message.serverName.isEmpty && message.bootFile.isEmpty)
    }

    @Test(
        "Option 52 decides which fields hold options",
        arguments: [(UInt8(1), true, false), (2, false, true), (3, true, true)]
    )
    func overload(value: UInt8, file: Bool, name: Bool) throws {
        var answer = Answer()
        answer.options = Self.option(52, [value]) + [255]
        answer.bootFile = Self.option(67, "f") + [255]
        answer.serverName = Self.option(66, "s") + [255]
        let message = try DHCPMessage(bytes: answer.bytes)
        #expect((message.options[67] != nil) == file && (message.options[66] != nil) == name)
        #expect(message.bootFile.isEmpty == file && message.serverName.isEmpty == name)
    }

    @Test("What is malformed is refused whole")
    func refused() {
        func expect(_ failure: DHCPMessage.Failure, _ change: (inout Answer) -> Void) {
            var answer = Answer()
            answer.options = Self.option(53, [5]) + [255]
            change(&answer)
            #expect(throws: failure) { try DHCPMessage(bytes: answer.bytes) }
            #expect(!failure.description.isEmpty)
        }
        expect(.operation(3)) { $0.operation = 3 }
        expect(.hardwareAddress) { $0.hardware = [1, 17] }
        expect(.hardwareAddress) { $0.hardware = [32, 6] }
        expect(.noCookie) { $0.cookie = [99, 130, 83, 98] }
        expect(.optionEndsEarly(code: 160, offset: 243)) { $0.options = Self.option(53, [5]) + [160, 2, 65] }
        expect(.optionEndsEarly(code: 160, offset: 243)) { $0.options = Self.option(53, [5]) + [160] }
        expect(.optionEndsEarly(code: 67, offset: 108)) {
            $0.options = Self.option(52, [1]) + [255]
            $0.bootFile = [67, 127]
        }
        expect(.overload) { $0.options = Self.option(52, [4]) + [255] }
        expect(.overload) { $0.options = Self.option(52, [1]) + Self.option(52, [1]) + [255] }
        expect(.overload) {
            $0.options = Self.option(52, [1]) + [255]
            $0.bootFile = Self.option(52, [2]) + [255]
        }
        expect(.size(DHCPMessage.maximumSize + 1)) {
            $0.options = [UInt8](repeating: 0, count: DHCPMessage.maximumSize + 1 - 240)
        }
    }

    @Test("Each cut of a message is refused or says no more than the whole")
    func cut() throws {
        var answer = Answer()
        answer.options = Self.option(53, [5]) + Self.option(160, "http://h/") + Self.option(66, "h") + [255]
        let bytes = answer.bytes
        let whole = try DHCPMessage(bytes: bytes)
        for length in 0..<bytes.count {
            guard let part = try? DHCPMessage(bytes: Array(bytes.prefix(length))) else { continue }
            #expect(length >= 240)
            for (code, content) in part.options { #expect(whole.options[code] == content) }
        }
    }

    @Test(
        "What is written is read back, an option of more than 255 bytes too, and is no shorter than BOOTP's 300 bytes"
    )
    func written() throws {
        let address: [UInt8] = [0, 0x80, 0xF0, 0xAB, 0xCD, 0xEF]
        let client = try #require(IPv4Address("198.51.100.50"))
        var message = DHCPMessage(transaction: 0xFFFF_FFFE, clientAddress: client, hardwareAddress: address)
        message.seconds = 7
        message.options = [53: [8], 52 + 3: [160], 160: [UInt8](repeating: 0x61, count: 600), 12: []]
        #expect(try DHCPMessage(bytes: message.bytes) == message)
        message.options = [53: [8]]
        #expect(message.bytes.count == 300)
        #expect(try DHCPMessage(bytes: message.bytes) == message)
    }

    @Test(
        "A dotted quad is an address, and nothing else is",
        arguments: [
            ("198.51.100.1", true), ("0.0.0.0", true), ("255.255.255.255", true), ("1.2.3", false),
            ("1.2.3.256", false),
            ("1.2.3.4.5", false), ("1.2.3.+4", false), ("", false), ("1.2.3. 4", false), ("1.2.3.0004", false),
        ]
    )
    func addresses(text: String, isAddress: Bool) {
        #expect((IPv4Address(text) != nil) == isAddress)
        if isAddress { #expect(IPv4Address(text)?.description == text) }
    }
}
