/// Why a datagram is not a SIP message. The datagram is refused whole.
public enum SIPParseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing but line ends: a keep-alive (RFC 5626 section 3.5.1), not an error of anybody.
    case empty
    /// Longer than ``SIPLimits/maximumDatagramLength``.
    case datagramTooLong(length: Int)
    /// The first line is neither a Request-Line nor a Status-Line (RFC 3261 section 7).
    case notSIP
    /// A Status-Line of another version than SIP/2.0.
    case unsupportedVersion
    /// The status code is not three digits from 100 to 699 (RFC 3261 section 7.2).
    case badStatusCode
    /// A line, counted from 1, is longer than ``SIPLimits/maximumLineLength``.
    case lineTooLong(line: Int)
    /// More header fields than ``SIPLimits/maximumHeaders``.
    case tooManyHeaders

    /// What happened, in one line.
    public var description: String {
        switch self {
        case .empty: "empty datagram (keep-alive)"
        case .datagramTooLong(let length):
            "datagram of \(length) bytes, more than the limit of \(SIPLimits.maximumDatagramLength)"
        case .notSIP: "not a SIP message: the first line is neither a request nor a status line"
        case .unsupportedVersion: "response of another SIP version than 2.0"
        case .badStatusCode: "response whose status code is not 100 to 699"
        case .lineTooLong(let line): "line \(line) is longer than the limit of \(SIPLimits.maximumLineLength) bytes"
        case .tooManyHeaders: "more header fields than the limit of \(SIPLimits.maximumHeaders)"
        }
    }
}
