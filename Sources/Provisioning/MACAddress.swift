/// The hardware address of a phone, 48 bits.
///
/// Provisioning servers know a phone by it: it stands in the SUBSCRIBE of SIP PnP, in `{MAC}` and `{mac}`, and in the
/// User-Agent.
public struct MACAddress: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Twelve upper-case hexadecimal digits without separators, as the macro `{MAC}` gives them: `0080F0ABCDEF`.
    public let upperCase: String

    /// Twelve lower-case hexadecimal digits without separators, as the macro `{mac}` gives them.
    public var lowerCase: String { upperCase.lowercased() }

    /// The same as ``upperCase``.
    public var description: String { upperCase }

    /// Reads twelve hexadecimal digits in any case, bare or in pairs joined by `:` or `-`.
    ///
    /// - Returns: `nil` when the text is anything else, or the address is all zeros or has the group bit set (IEEE 802).
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        var digits: [UInt8] = []
        switch bytes.count {
        case 12:
            digits = bytes
        case 17:
            let separator = bytes[2]
            guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-") else { return nil }
            for (index, byte) in bytes.enumerated() {
                if index % 3 == 2 {
                    guard byte == separator else { return nil }
                } else {
                    digits.append(byte)
                }
            }
        default:
            return nil
        }
        guard digits.allSatisfy(\.isHexadecimalDigit) else { return nil }
        let upper = String(decoding: digits, as: UTF8.self).uppercased()
        guard let value = UInt64(upper, radix: 16), value != 0, value >> 40 & 1 == 0 else { return nil }
        upperCase = upper
    }

    /// Orders addresses by their number.
    public static func < (left: MACAddress, right: MACAddress) -> Bool { left.upperCase < right.upperCase }

    /// Reads the form that ``encode(to:)`` writes.
    ///
    /// - Throws: `DecodingError` when the text is no hardware address.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = MACAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "‘\(text)’ is no hardware address")
        }
        self = address
    }

    /// Writes the twelve upper-case digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(upperCase)
    }
}

extension UInt8 {
    var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default:
            false
        }
    }
}
