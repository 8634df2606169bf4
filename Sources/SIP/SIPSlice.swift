/// A part of a datagram: two offsets into its bytes. Datagrams are at most 65,535 bytes long, so two bytes each do.
public struct SIPSlice: Hashable, Sendable {
    let lower: UInt16
    let upper: UInt16

    /// The caller sees to it that both offsets lie within a datagram of legal length.
    init(_ lower: Int, _ upper: Int) {
        self.lower = UInt16(truncatingIfNeeded: lower)
        self.upper = UInt16(truncatingIfNeeded: max(lower, upper))
    }

    /// Offsets of the first byte and of the byte after the last.
    public var range: Range<Int> { Int(lower)..<Int(upper) }

    /// Number of bytes.
    public var count: Int { Int(upper) - Int(lower) }

    /// No byte at all.
    public var isEmpty: Bool { lower == upper }
}
