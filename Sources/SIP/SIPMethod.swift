/// A request method. Case matters (RFC 3261 section 7.1).
public enum SIPMethod: Hashable, Sendable {
    /// NOTIFY (RFC 6665).
    case notify
    /// SUBSCRIBE (RFC 6665).
    case subscribe
    /// OPTIONS.
    case options
    /// ACK, which is never answered.
    case ack
    /// CANCEL.
    case cancel
    /// BYE.
    case bye
    /// A method of an RFC that this user agent knows but does not offer: INVITE, REGISTER, MESSAGE, …
    case known(String)
    /// Any other token.
    case unknown(String)

    init(_ bytes: [UInt8], _ slice: SIPSlice) {
        let range = slice.range
        func equals(_ literal: StaticString) -> Bool {
            // A StaticString of ASCII letters has exactly utf8CodeUnitCount readable bytes at utf8Start.
            guard literal.utf8CodeUnitCount == range.count else { return false }
            let text = literal.utf8Start
            for index in 0..<range.count where bytes[range.lowerBound + index] != text[index] { return false }
            return true
        }
        if equals("NOTIFY") {
            self = .notify
        } else if equals("SUBSCRIBE") {
            self = .subscribe
        } else if equals("OPTIONS") {
            self = .options
        } else if equals("ACK") {
            self = .ack
        } else if equals("CANCEL") {
            self = .cancel
        } else if equals("BYE") {
            self = .bye
        } else {
            let name = String(decoding: bytes[range], as: UTF8.self)
            switch name {
            case "INVITE", "REGISTER", "MESSAGE", "INFO", "UPDATE", "PRACK", "REFER", "PUBLISH": self = .known(name)
            default: self = .unknown(name)
            }
        }
    }

    /// The method as it stands on the wire.
    public var name: String {
        switch self {
        case .notify: "NOTIFY"
        case .subscribe: "SUBSCRIBE"
        case .options: "OPTIONS"
        case .ack: "ACK"
        case .cancel: "CANCEL"
        case .bye: "BYE"
        case .known(let name), .unknown(let name): name
        }
    }
}
