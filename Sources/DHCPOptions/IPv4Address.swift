/// An IPv4 address.
public struct IPv4Address: Hashable, Sendable {
    /// Its 32 bits, the first byte of the dotted quad the most significant.
    public let bits: UInt32

    /// An address of these bits.
    public init(bits: UInt32) { self.bits = bits }

    /// Reads a dotted quad of four decimal numbers from 0 to 255; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let byte = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        self.bits = bits
    }

    /// Reads exactly four bytes.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 else { return nil }
        bits = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// 0.0.0.0: no address.
    public static let none = IPv4Address(bits: 0)

    /// The four bytes in network order.
    public var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) } }
}

extension IPv4Address: CustomStringConvertible {
    /// The dotted quad.
    public var description: String { bytes.map(String.init).joined(separator: ".") }
}
