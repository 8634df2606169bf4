/// Writes UDP messages as a capture file that Wireshark and tshark read: pcapng (draft-ietf-opsawg-pcapng).
///
/// The link type is raw IP. The phone sees UDP payloads only, so the IP and UDP headers are made anew from the addresses;
/// the file says so.
public struct PacketCapture: Sendable {
    /// A UDP message.
    public struct Packet: Sendable, Hashable {
        /// When, in microseconds since 1970-01-01T00:00:00Z.
        public let microseconds: UInt64
        /// Four bytes for IPv4, sixteen for IPv6. Both ends are of the same family.
        public let source: [UInt8]
        /// The sender's port.
        public let sourcePort: UInt16
        /// As ``source``.
        public let destination: [UInt8]
        /// The receiver's port.
        public let destinationPort: UInt16
        /// What the message holds.
        public let payload: [UInt8]
        /// One line about it, shown beside the packet.
        public let comment: String

        /// Makes a packet.
        public init(
            microseconds: UInt64,
            source: [UInt8],
            sourcePort: UInt16,
            destination: [UInt8],
            destinationPort: UInt16,
            payload: [UInt8],
            comment: String
        ) {
            self.microseconds = microseconds
            self.source = source
            self.sourcePort = sourcePort
            self.destination = destination
            self.destinationPort = destinationPort
            self.payload = payload
            self.comment = comment
        }
    }

    /// Why a packet cannot be written.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The addresses are not both IPv4 or both IPv6.
        case addresses
        /// The payload is longer than UDP carries (RFC 768).
        case tooLong(bytes: Int)

        /// What is wrong.
        public var description: String {
            switch self {
            case .addresses: "the addresses of a packet are not of one family"
            case .tooLong(let bytes): "a packet has \(bytes) bytes, more than UDP carries"
            }
        }
    }

    private let application: String
    private let interface: String

    /// Prepares a capture.
    ///
    /// - Parameters:
    ///   - application: the program's name, for the file's header.
    ///   - interface: the name of the interface that the packets went over.
    public init(application: String, interface: String) {
        self.application = application
        self.interface = interface
    }

    /// The whole file.
    ///
    /// - Throws: ``Failure``; then there is no file.
    public func file(_ packets: [Packet]) throws(Failure) -> [UInt8] {
        var bytes = sectionHeader() + interfaceDescription()
        for packet in packets {
            bytes += block(6, try enhancedPacket(packet))
        }
        return bytes
    }

    // MARK: Blocks

    private func sectionHeader() -> [UInt8] {
        var body = word(0x1A2B_3C4D) + half(1) + half(0) + [UInt8](repeating: 0xFF, count: 8)
        body += option(4, Array(application.utf8)) + endOfOptions
        return block(0x0A0D_0D0A, body)
    }

    private func interfaceDescription() -> [UInt8] {
        // LINKTYPE_RAW: the packet begins with its IP header.
        var body = half(101) + half(0) + word(0)
        body += option(2, Array(interface.utf8))
        body += option(1, Array("UDP payloads as phoneprovd saw them; IP and UDP headers are synthesized".utf8))
        // Time stamps count microseconds.
        body += option(9, [6]) + endOfOptions
        return block(1, body)
    }

    private func enhancedPacket(_ packet: Packet) throws(Failure) -> [UInt8] {
        let data = try datagram(packet)
        var body = word(0)
        body += word(UInt32(truncatingIfNeeded: packet.microseconds >> 32))
        body += word(UInt32(truncatingIfNeeded: packet.microseconds))
        body += word(UInt32(data.count)) + word(UInt32(data.count)) + padded(data)
        if !packet.comment.isEmpty { body += option(1, Array(packet.comment.utf8.prefix(1_024))) + endOfOptions }
        return body
    }

    private func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = word(UInt32(body.count + 12))
        return word(type) + length + body + length
    }

    private func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        half(code) + half(UInt16(value.count)) + padded(value)
    }

    private var endOfOptions: [UInt8] { word(0) }

    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    private func half(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }

    // MARK: Headers

    private func datagram(_ packet: Packet) throws(Failure) -> [UInt8] {
        let length = packet.payload.count + 8
        guard length <= 65_515 else { throw .tooLong(bytes: packet.payload.count) }
        var udp = big(packet.sourcePort) + big(packet.destinationPort) + big(UInt16(length)) + [0, 0] + packet.payload
        let sum = checksum(packet.source + packet.destination + [0, 17] + big(UInt16(length)) + udp)
        // A sum of zero is sent as all ones: zero says that there is none (RFC 768).
        udp.replaceSubrange(6..<8, with: big(sum == 0 ? 0xFFFF : sum))
        switch (packet.source.count, packet.destination.count) {
        case (4, 4):
            var header: [UInt8] = [0x45, 0] + big(UInt16(length + 20)) + [0, 0, 0x40, 0, 64, 17, 0, 0]
            header += packet.source + packet.destination
            header.replaceSubrange(10..<12, with: big(checksum(header)))
            return header + udp
        case (16, 16):
            return [0x60, 0, 0, 0] + big(UInt16(length)) + [17, 64] + packet.source + packet.destination + udp
        default:
            throw .addresses
        }
    }

    private func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }

    /// The Internet checksum (RFC 1071).
    private func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        var index = 0
        while index < bytes.count {
            let low = index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0
            sum += UInt32(bytes[index]) << 8 | low
            if sum > 0xFFFF { sum = (sum & 0xFFFF) + 1 }
            index += 2
        }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
