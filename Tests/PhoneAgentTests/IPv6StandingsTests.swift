import Testing

@testable import PhoneAgent

/// Which IPv6 addresses can be sent from, of what the kernel writes.
struct IPv6StandingsTests {
    private static let text = """
        00000000000000000000000000000001 01 80 10 80       lo
        20010db8000000000000000000000050 02 40 00 80     eth0
        20010db8000000000000000000000051 02 40 00 40     eth0
        20010db8000000000000000000000052 02 40 00 88     eth0
        20010db8000000000000000000000053 02 40 00 20     eth0
        20010db8000000000000000000000054 02 40 00 01     eth0
        20010db8000000000000000000000055 02 40 00 21     eth0
        20010db8000000000000000000000056 1a 40 00 40     eth7
        20010db80000000000000000000057 02 40 00 40     eth0
        20010db8000000000000000000000058 02 40 00

        """

    private func rank(_ last: UInt8, on interface: UInt32 = 2) -> Int? {
        let address: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [last]
        return IPv6Standings(Self.text).rank(of: address, on: interface)
    }

    @Test func `one that is another's, or not known to be nobody's, cannot`() {
        #expect(rank(0x50) == 0)
        #expect(rank(0x51) == nil)
        #expect(rank(0x52) == nil)
    }

    @Test func `one that is to last is better than one that is not`() throws {
        let ranks = try [0x50, 0x54, 0x53, 0x55].map { try #require(rank($0)) }
        #expect(ranks == ranks.sorted() && Set(ranks).count == 4)
    }

    @Test func `what is said of an interface counts there, and what cannot be read says nothing`() {
        #expect(rank(0x56, on: 0x1A) == nil)
        #expect(rank(0x56) == 0)
        #expect(rank(0x57) == 0 && rank(0x58) == 0)
        #expect(IPv6Standings("").rank(of: [UInt8](repeating: 0, count: 16), on: 1) == 0)
    }
}
