/// A header field of a message: which one it is, and where its name and value stand.
public struct SIPHeader: Hashable, Sendable {
    /// The header fields that a user agent reads, and ``other`` for the rest, which are kept all the same.
    public enum Name: UInt8, Hashable, Sendable, CaseIterable {
        /// A header field that has no meaning here. It is kept with its name.
        case other
        /// `Via`, compact `v`.
        case via
        /// `From`, compact `f`.
        case from
        /// `To`, compact `t`.
        case to
        /// `Call-ID`, compact `i`.
        case callID
        /// `CSeq`.
        case cseq
        /// `Event`, compact `o` (RFC 6665 section 8.2.1).
        case event
        /// `Subscription-State` (RFC 6665).
        case subscriptionState
        /// `Contact`, compact `m`.
        case contact
        /// `Content-Type`, compact `c`.
        case contentType
        /// `Content-Length`, compact `l`.
        case contentLength
        /// `Max-Forwards`.
        case maxForwards
        /// `Record-Route`.
        case recordRoute
        /// `Require`.
        case require
        /// `User-Agent`.
        case userAgent
        /// `Server`.
        case server
        /// `Expires`.
        case expires
    }

    /// Which header field it is.
    public let name: Name
    /// The name as written, long or compact.
    public let nameSlice: SIPSlice
    /// The value without blanks around it, still with the line ends of folded lines.
    public let valueSlice: SIPSlice
}

extension SIPHeader.Name {
    /// Recognises a header field name, long or compact, whatever its case.
    ///
    /// `bytes` is the whole datagram, `lower` and `upper` the place of the name in it.
    static func recognise(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> SIPHeader.Name {
        func matches(_ literal: StaticString) -> Bool {
            // A StaticString of ASCII letters has exactly utf8CodeUnitCount readable bytes at utf8Start.
            guard literal.utf8CodeUnitCount == upper - lower else { return false }
            let text = literal.utf8Start
            for index in 0..<(upper - lower) where bytes[lower + index].lowercased != text[index] { return false }
            return true
        }
        switch upper - lower {
        case 1: return compact(bytes[lower].lowercased)
        case 2: return matches("to") ? .to : .other
        case 3: return matches("via") ? .via : .other
        case 4: return matches("from") ? .from : matches("cseq") ? .cseq : .other
        case 5: return matches("event") ? .event : .other
        case 6: return matches("server") ? .server : .other
        case 7:
            return matches("call-id")
                ? .callID
                : matches("contact") ? .contact : matches("expires") ? .expires : matches("require") ? .require : .other
        case 10: return matches("user-agent") ? .userAgent : .other
        case 12:
            return matches("content-type")
                ? .contentType
                : matches("max-forwards")
                    ? .maxForwards
                    : matches("record-route") ? .recordRoute : .other
        case 14: return matches("content-length") ? .contentLength : .other
        case 18: return matches("subscription-state") ? .subscriptionState : .other
        default: return .other
        }
    }

    private static func compact(_ letter: UInt8) -> SIPHeader.Name {
        switch letter {
        case UInt8(ascii: "v"): .via
        case UInt8(ascii: "f"): .from
        case UInt8(ascii: "t"): .to
        case UInt8(ascii: "i"): .callID
        case UInt8(ascii: "o"): .event
        case UInt8(ascii: "m"): .contact
        case UInt8(ascii: "c"): .contentType
        case UInt8(ascii: "l"): .contentLength
        default: .other
        }
    }

    /// The long name as RFC 3261 writes it; nil for ``other``.
    public var longForm: String? {
        switch self {
        case .other: nil
        case .via: "Via"
        case .from: "From"
        case .to: "To"
        case .callID: "Call-ID"
        case .cseq: "CSeq"
        case .event: "Event"
        case .subscriptionState: "Subscription-State"
        case .contact: "Contact"
        case .contentType: "Content-Type"
        case .contentLength: "Content-Length"
        case .maxForwards: "Max-Forwards"
        case .recordRoute: "Record-Route"
        case .require: "Require"
        case .userAgent: "User-Agent"
        case .server: "Server"
        case .expires: "Expires"
        }
    }
}
