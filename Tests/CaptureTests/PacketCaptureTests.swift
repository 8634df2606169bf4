import Capture
import Testing

/// pcapng, read back by hand; the lab lets tshark read it too.
struct PacketCaptureTests {
    private let capture = PacketCapture(application: "test", interface: "eth0")

    private func packet(_ payload: [UInt8], source: [UInt8] = [192, 0, 2, 1], destination: [UInt8] = [224, 0, 1, 75])
        -> PacketCapture.Packet
    {
        PacketCapture.Packet(
            microseconds: 1_780_000_000_123_456,
            source: source,
            sourcePort: 5060,
            destination: destination,
            destinationPort: 5061,
            payload: payload,
            comment: "step 3"
        )
    }

    /// The blocks of a file: each carries its length at both ends and fills whole words.
    private func blocks(_ file: [UInt8]) throws -> [(type: UInt32, body: [UInt8])] {
        var rest = file[...]
        var result: [(UInt32, [UInt8])] = []
        func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << ($1.offset * 8) }
        }
        while !rest.isEmpty {
            try #require(rest.count >= 12)
            let type = word(rest.prefix(4))
            let length = Int(word(rest.dropFirst(4).prefix(4)))
            try #require(length % 4 == 0 && length <= rest.count)
            let block = rest.prefix(length)
            try #require(Int(word(block.suffix(4))) == length)
            result.append((type, Array(block.dropFirst(8).dropLast(4))))
            rest = rest.dropFirst(length)
        }
        return result
    }

    @Test(arguments: [0, 1, 2, 3, 4, 1_400, 65_507])
    func `a packet comes back with its headers and its payload`(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let file = try capture.file([packet(payload)])
        let all = try blocks(file)
        #expect(all.map(\.type) == [0x0A0D_0D0A, 1, 6])
        let body = all[2].body
        let data = Array(body.dropFirst(20).prefix(count + 28))
        #expect(data[0] == 0x45 && data[9] == 17)
        #expect(Array(data[12..<20]) == [192, 0, 2, 1, 224, 0, 1, 75])
        #expect(Array(data[20..<24]) == [0x13, 0xC4, 0x13, 0xC5])
        #expect(Array(data.dropFirst(28)) == payload)
        #expect(sum(Array(data.prefix(20))) == 0xFFFF, "the checksum of the IP header")
        let pseudo = Array(data[12..<20]) + [0, 17] + Array(data[24..<26])
        #expect(sum(pseudo + data.dropFirst(20)) == 0xFFFF, "the checksum of UDP")
    }

    private func sum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return sum
    }

    @Test func `IPv6 is written too, a mixture is refused, and so is what UDP cannot carry`() throws {
        let six = [UInt8](repeating: 1, count: 16)
        #expect(try blocks(capture.file([packet([1], source: six, destination: six)])).count == 3)
        #expect(throws: PacketCapture.Failure.addresses) { try capture.file([packet([1], source: six)]) }
        #expect(throws: PacketCapture.Failure.tooLong(bytes: 65_508)) {
            try capture.file([packet([UInt8](repeating: 0, count: 65_508))])
        }
    }
}
