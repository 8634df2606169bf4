import Testing

@testable import PhoneAgent

@Suite("Datagrams lost for want of room")
struct ReceiveLossesTests {
    private static let names =
        "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors"

    @Test("are added up over both families")
    func sum() {
        let lines = [
            "Tcp: RtoAlgorithm RtoMin", "Tcp: 1 200", Self.names + "\n", "Udp: 2076 0 1001 2552 1001 7 0 0 0\n",
            "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors", "UdpLite: 0 0 0 0 55",
            "Udp6InErrors                    \t9\n", "Udp6RcvbufErrors                \t4\n",
            "UdpLite6RcvbufErrors            \t66\n",
        ]
        #expect(ReceiveLosses.count(in: lines) == 1_005)
    }

    @Test("are none where the kernel does not tell, or tells what is not to be read")
    func nothing() {
        for lines in [
            [], ["Udp: InDatagrams", "Udp: 5"], [Self.names], [Self.names, "Udp: 1 2"], [Self.names, "Udp: 1 2 3 4 x"],
            ["Udp6RcvbufErrors"], ["", "Udp:"],
        ] {
            #expect(ReceiveLosses.count(in: lines) == 0, "\(lines)")
        }
    }

    @Test("are read from this kernel, once for all who ask together")
    func kernel() {
        var losses = ReceiveLosses()
        let first = losses.count(at: .zero)
        #expect(first >= 0)
        #expect(losses.count(at: .milliseconds(49)) == first)
        #expect(losses.count(at: .milliseconds(51)) >= first)
    }
}
