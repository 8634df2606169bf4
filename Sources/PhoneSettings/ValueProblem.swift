/// Why a value does not fit a parameter. It never holds the value itself, which may be a secret.
public enum ValueProblem: Error, Hashable, Sendable {
    /// The parameter is a flag.
    case expectedFlag(yes: String, no: String)
    /// The parameter is an integer, of this range where one is known.
    case expectedInteger(ClosedRange<Int>?)
    /// The parameter is a list of integers with commas.
    case expectedIntegers
    /// The parameter takes these values only.
    case expectedOneOf([String])
    /// The parameter's text has to have this form.
    case expectedPattern(ValuePattern)
    /// The value has a character that no XML 1.0 document can hold.
    case controlCharacter
    /// The value has more than `limit` bytes.
    case tooLong(limit: Int)
}

extension ValueProblem: CustomStringConvertible {
    /// What was expected, for example `expected an integer from 1 to 1440`.
    public var description: String {
        switch self {
        case .expectedFlag(let yes, let no): "expected \(yes) or \(no)"
        case .expectedInteger(nil): "expected an integer"
        case .expectedInteger(let range?): "expected an integer from \(range.lowerBound) to \(range.upperBound)"
        case .expectedIntegers: "expected integers with commas between them, like 350,440"
        case .expectedOneOf(let values):
            "expected \(values.dropLast().joined(separator: ", "))\(values.count > 1 ? " or " : "")\(values.last ?? "")"
        case .expectedPattern(.timeOfDay): "expected a time of day HH:MM, from 00:00 to 23:59"
        case .expectedPattern(.url): "expected a URL of at most \(ValuePattern.maximumURLBytes) bytes"
        case .controlCharacter: "expected text without control characters"
        case .tooLong(let limit): "expected at most \(limit) bytes"
        }
    }
}
