import Testing

@testable import DHCPOptions

@Suite("Asking by DHCPINFORM, RFC 2131 section 4.4.3")
struct DHCPInformTests {
    private static let hardwareAddress: [UInt8] = [0, 0x80, 0xF0, 0xAB, 0xCD, 0xEF]
    private static let question = DHCPInform.Question(
        address: IPv4Address(bits: 0xC633_6432),
        hardwareAddress: hardwareAddress,
        vendorClass: "Panasonic",
        transaction: 0x0102_0304
    )

    private static func inform() -> DHCPInform { DHCPInform(question, waits: [.seconds(1), .seconds(2)]) }

    private static func answer(
        _ options: [UInt8],
        _ change: (inout DHCPMessageTests.Answer) -> Void = { _ in }
    ) -> [UInt8] {
        var answer = DHCPMessageTests.Answer()
        answer.options =
            DHCPMessageTests.option(53, [5]) + DHCPMessageTests.option(54, [198, 51, 100, 1]) + options + [255]
        change(&answer)
        return answer.bytes
    }

    private static let url = DHCPMessageTests.option(160, "http://h/")

    @Test("It asks for the phone's options, with its own address and the maker's class, and for no lease")
    func question() throws {
        var inform = Self.inform()
        guard case .send(let bytes) = inform.handle(.start).first else {
            Issue.record("nothing is sent")
            return
        }
        let message = try DHCPMessage(bytes: bytes)
        #expect(message.operation == .request && message.kind == .inform)
        #expect(message.clientAddress == Self.question.address && message.yourAddress == .none)
        #expect(message.hardwareAddress == Self.hardwareAddress && !message.wantsBroadcast)
        #expect(message.options[55]?.prefix(3) == [160, 159, 66])
        #expect(message.options[60] == Array("Panasonic".utf8))
        // RFC 2131 table 5: a DHCPINFORM has neither a requested address nor a lease time nor a server.
        for code in [50, 51, 54] as [UInt8] { #expect(message.options[code] == nil) }
    }

    @Test("Without an answer it asks again after each wait, and then gives up")
    func silence() {
        var inform = Self.inform()
        let sent = DHCPInform.Action.send(inform.message.bytes)
        #expect(inform.handle(.start) == [sent, .wait(.seconds(1))])
        #expect(inform.handle(.timeout) == [sent, .wait(.seconds(2))])
        #expect(inform.handle(.timeout) == [.finish(.silence)])
        #expect(inform.sends == 2)
    }

    @Test("The first answer with an option of the phone's is the answer")
    func answered() {
        var inform = Self.inform()
        _ = inform.handle(.start)
        let bytes = Self.answer(Self.url)
        #expect(inform.handle(.datagram(bytes)) == [.finish(.answered(bytes))])
    }

    @Test("An answer without any waits a moment for another server's, and counts when none comes")
    func poorAnswer() {
        let poor = Self.answer([])
        let rich = Self.answer(Self.url)
        var inform = Self.inform()
        _ = inform.handle(.start)
        #expect(inform.handle(.datagram(poor)) == [.wait(DHCPInform.settling)])
        #expect(inform.handle(.datagram(poor)) == [])
        var other = inform
        #expect(inform.handle(.timeout) == [.finish(.answered(poor))])
        #expect(other.handle(.datagram(rich)) == [.finish(.answered(rich))])
    }

    @Test("A message of somebody else's exchange is passed over")
    func foreign() {
        var inform = Self.inform()
        _ = inform.handle(.start)
        #expect(inform.handle(.datagram(Self.answer(Self.url) { $0.transaction = [1, 2, 3, 5] })) == [])
        #expect(inform.handle(.datagram(Self.answer(Self.url) { $0.operation = 1 })) == [])
    }

    @Test("An answer that RFC 2131 does not allow is not taken, and told; at most so often")
    func wrong() {
        let wrong = [
            Self.answer(Self.url) { $0.address = [0, 0x80, 0xF0, 0xAB, 0xCD, 0xEE] },
            Self.answer(Self.url) { $0.client = [198, 51, 100, 51] },
            Self.answer(Self.url) { $0.next = [224, 0, 0, 1] },
            Self.answer(Self.url) { $0.options[2] = 6 },
            Self.answer(Self.url) { $0.options[2] = 2 },
            Self.answer(Self.url) { $0.options[5] = 0 },
            Self.answer(Self.url) { $0.options[3] = 12 },
            Array(Self.answer(Self.url).prefix(200)),
        ]
        for bytes in wrong {
            var inform = Self.inform()
            _ = inform.handle(.start)
            guard case .note(let text) = inform.handle(.datagram(bytes)).first else {
                Issue.record("taken: \(bytes)")
                continue
            }
            #expect(text.contains("not taken") || text.contains("no DHCP message"))
        }
        var inform = Self.inform()
        _ = inform.handle(.start)
        let notes = (0..<100).flatMap { _ in inform.handle(.datagram([1])) }
        #expect(notes.count == DHCPInform.maximumNotes)
    }

    @Test("An answer to no address is for the one that asked (RFC 2131 table 3 allows ciaddr 0)")
    func noClientAddress() {
        var inform = Self.inform()
        _ = inform.handle(.start)
        let bytes = Self.answer(Self.url) { $0.client = [0, 0, 0, 0] }
        #expect(inform.handle(.datagram(bytes)) == [.finish(.answered(bytes))])
    }

    @Test("The waits double, are spread, and never exceed the limit", arguments: [1, 400, 1_000, 4_250, 10_000])
    func waits(milliseconds: Int) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let waits = DHCPInform.waits(within: .milliseconds(milliseconds), using: &random)
            #expect(waits.reduce(.zero, +) == .milliseconds(milliseconds))
            #expect(waits.allSatisfy { $0 > .zero } && waits.count <= 4)
            if waits.count > 1 { #expect(waits.allSatisfy { $0 >= .milliseconds(500) }) }
        }
    }

    @Test("The answer's values are normalised as a client's are, and sname stands for option 66")
    func lease() throws {
        let plain = DHCPMessageTests.option(160, "\"http://h/\"\0") + DHCPMessageTests.option(159, [198, 51, 100, 9])
        let message = try DHCPMessage(bytes: Self.answer(plain) { $0.serverName = Array("tftp.example.com".utf8) })
        let lease = IPv4Lease(answer: message, address: Self.question.address)
        #expect(lease.option160.text == "http://h/" && lease.option159.text == "198.51.100.9")
        #expect(lease.option66 == .value("tftp.example.com", notes: [.serverNameField], raw: "tftp.example.com"))
        #expect(lease.address == "198.51.100.50" && lease.serverIdentifier == "198.51.100.1" && lease.expiry == nil)
        let named = try DHCPMessage(
            bytes: Self.answer(DHCPMessageTests.option(66, "a\nb")) { $0.serverName = Array("x".utf8) }
        )
        guard case .refused = IPv4Lease(answer: named, address: Self.question.address).option66 else {
            Issue.record("option 66 counts before sname, and this one is refused")
            return
        }
    }
}

@Suite("UDP in IPv4, as a packet socket gives it")
struct UDPDatagramTests {
    private static func packet(
        header: UInt8 = 0x45,
        total: UInt16? = nil,
        fragment: UInt16 = 0,
        protocolNumber: UInt8 = 17,
        ports: (UInt16, UInt16) = (67, 68),
        length: UInt16? = nil,
        content: String = "hello"
    ) -> [UInt8] {
        func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
        let count = UInt16(content.utf8.count)
        let words = Int(header & 0x0F)
        let whole = UInt16(words * 4) + 8 + count
        return [header, 0] + big(total ?? whole) + [0, 0] + big(fragment) + [64, protocolNumber, 0, 0]
            + [198, 51, 100, 1, 198, 51, 100, 50] + [UInt8](repeating: 0, count: max(0, words * 4 - 20))
            + big(ports.0) + big(ports.1) + big(length ?? 8 + count) + [0, 0] + Array(content.utf8)
    }

    private static func content(_ packet: [UInt8]) -> [UInt8]? {
        UDPDatagram(packet: packet[...], from: 67, to: 68)?.content
    }

    @Test("A whole packet gives its content, with header options and with padding of the frame")
    func whole() {
        #expect(Self.content(Self.packet()) == Array("hello".utf8))
        #expect(Self.content(Self.packet(header: 0x4F)) == Array("hello".utf8))
        #expect(Self.content(Self.packet() + [0, 0, 0]) == Array("hello".utf8))
        #expect(Self.content(Self.packet(fragment: 0x4000)) == Array("hello".utf8), "do not fragment")
        #expect(Self.content(Self.packet(content: "")) == [])
    }

    @Test("Anything else is none, and no cut of a packet is read beyond its end")
    func none() {
        let others = [
            Self.packet(header: 0x65), Self.packet(header: 0x44), Self.packet(fragment: 0x2000),
            Self.packet(fragment: 1), Self.packet(protocolNumber: 6), Self.packet(ports: (68, 67)),
            Self.packet(ports: (67, 69)), Self.packet(length: 7), Self.packet(length: 14), Self.packet(total: 27),
            Self.packet(total: 34),
        ]
        for packet in others { #expect(Self.content(packet) == nil) }
        let whole = Self.packet()
        for length in 0..<whole.count { #expect(Self.content(Array(whole.prefix(length))) == nil) }
    }
}
