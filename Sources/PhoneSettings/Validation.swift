extension ParameterDefinition {
    /// The most bytes that a value can have: as many as a whole configuration file (Administrator Guide: 240 KB).
    public static let maximumValueBytes = 245_760

    /// Why `value` does not fit this parameter; `nil` when it does.
    ///
    /// An empty value always fits: an empty element is an empty value, and the phone then does what it does by
    /// default.
    public func validate(_ value: String) -> ValueProblem? {
        if value.isEmpty { return nil }
        guard value.utf8.count <= Self.maximumValueBytes else { return .tooLong(limit: Self.maximumValueBytes) }
        switch type {
        case .flagYN: return value == "Y" || value == "N" ? nil : .expectedFlag(yes: "Y", no: "N")
        case .flagYesNo: return value == "Yes" || value == "No" ? nil : .expectedFlag(yes: "Yes", no: "No")
        case .integer: return validateInteger(value)
        case .integers:
            let parts = value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            return parts.allSatisfy { Self.integer(Substring($0)) != nil } ? nil : .expectedIntegers
        case .text: return validateText(value)
        }
    }

    private func validateInteger(_ value: String) -> ValueProblem? {
        switch constraint {
        case .range(let range)?:
            guard let number = Self.integer(value[...]), range.contains(number) else {
                return .expectedInteger(range)
            }
            return nil
        case .oneOf(let values)?:
            return values.contains(value) ? nil : .expectedOneOf(values)
        case .pattern?, nil:
            return Self.integer(value[...]) == nil ? .expectedInteger(nil) : nil
        }
    }

    private func validateText(_ value: String) -> ValueProblem? {
        if case .oneOf(let values)? = constraint, !values.contains(value) { return .expectedOneOf(values) }
        if case .pattern(let pattern)? = constraint, !pattern.matches(value) { return .expectedPattern(pattern) }
        return value.canStandInXML ? nil : .controlCharacter
    }

    /// A decimal integer, perhaps with a minus sign; `nil` for anything else, also for `+5` and for blanks.
    static func integer(_ text: Substring) -> Int? {
        text.utf8.first == UInt8(ascii: "+") ? nil : Int(text)
    }
}

extension ValuePattern {
    /// Whether `text` has this form.
    func matches(_ text: String) -> Bool {
        switch self {
        case .timeOfDay: TimeOfDay(text) != nil
        case .url: text.utf8.count <= Self.maximumURLBytes
        }
    }
}

/// A time of day as `CFG_RESYNC_TIME` gives it, in hours and minutes of the phone's local time.
public struct TimeOfDay: Hashable, Sendable {
    /// The hour, 0 to 23.
    public let hour: Int
    /// The minute, 0 to 59.
    public let minute: Int

    /// Reads `HH:MM`; `nil` for any other text.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
        hour = digits[0] * 10 + digits[1]
        minute = digits[2] * 10 + digits[3]
        guard hour <= 23, minute <= 59 else { return nil }
    }
}

extension String {
    /// Whether every character is one that XML 1.0 allows (XML 1.0, production 2 "Char").
    var canStandInXML: Bool {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x80 }) { return true }
        return unicodeScalars.allSatisfy {
            switch $0.value {
            case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
            default: false
            }
        }
    }
}
