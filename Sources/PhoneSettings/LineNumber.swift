/// The number of one of the phone's lines, 1 to 6 (KX-UTG200B and KX-UTG300B have six).
///
/// In a configuration file it is the attribute `idx` of `<Line idx="2">`.
public struct LineNumber: RawRepresentable, Hashable, Comparable, Sendable {
    /// The numbers that a line can have.
    public static let range = 1...6

    /// Every line of the phone, in order.
    public static let all: [LineNumber] = range.compactMap(LineNumber.init(rawValue:))

    private let number: UInt8

    /// The number itself, 1 to 6.
    public var rawValue: Int { Int(number) }

    /// A line by its number; `nil` unless `rawValue` is 1 to 6.
    public init?(rawValue: Int) {
        guard Self.range.contains(rawValue) else { return nil }
        number = UInt8(rawValue)
    }

    /// Lines in the order of their numbers.
    public static func < (a: LineNumber, b: LineNumber) -> Bool { a.number < b.number }
}

extension LineNumber: CustomStringConvertible {
    /// The number in decimal digits.
    public var description: String { String(number) }
}

extension LineNumber: Codable {}
