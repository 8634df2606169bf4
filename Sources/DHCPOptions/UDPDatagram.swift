/// The content of a UDP datagram (RFC 768) in an IPv4 packet (RFC 791), as a packet socket gives it.
public struct UDPDatagram: Hashable, Sendable {
    /// What it carries.
    public let content: [UInt8]

    private static let minimumHeader = 20
    private static let udpHeader = 8
    private static let udp: UInt8 = 17

    /// Takes a packet apart.
    ///
    /// The checksums are the kernel's: it has seen the IPv4 header's already, and leaves UDP's to a sender on the same
    /// machine unfinished (packet(7), TP_STATUS_CSUMNOTREADY), so it is not looked at.
    ///
    /// - Returns: `nil` when it is no whole IPv4 packet with UDP, a fragment, or between other ports.
    public init?(packet: ArraySlice<UInt8>, from source: UInt16, to destination: UInt16) {
        let bytes = Array(packet)
        guard bytes.count >= Self.minimumHeader, bytes[0] >> 4 == 4 else { return nil }
        func number(_ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }
        let header = Int(bytes[0] & 0x0F) * 4
        let total = number(2)
        // More fragments, or not the first one.
        guard header >= Self.minimumHeader, number(6) & 0x3FFF == 0, bytes[9] == Self.udp,
            total >= header + Self.udpHeader, total <= bytes.count
        else { return nil }
        let length = number(header + 4)
        guard number(header) == Int(source), number(header + 2) == Int(destination),
            length >= Self.udpHeader, header + length <= total
        else { return nil }
        content = Array(bytes[(header + Self.udpHeader)..<(header + length)])
    }
}
