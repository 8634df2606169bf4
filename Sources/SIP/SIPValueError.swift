/// Why a header field value cannot be read.
public enum SIPValueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value does not follow the grammar of RFC 3261 section 25.1.
    case malformed(field: String)
    /// More than ``SIPLimits/maximumParameters`` parameters.
    case tooManyParameters(field: String)
    /// More than ``SIPLimits/maximumValues`` values.
    case tooManyValues(field: String)
    /// The header field is missing.
    case missing(field: String)

    /// What is wrong, short enough for a reason phrase.
    public var description: String {
        switch self {
        case .malformed(let field): "Malformed \(field)"
        case .tooManyParameters(let field): "Too many parameters in \(field)"
        case .tooManyValues(let field): "Too many values of \(field)"
        case .missing(let field): "Missing \(field)"
        }
    }
}
