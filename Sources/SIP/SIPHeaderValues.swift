/// CSeq (RFC 3261 section 20.16).
public struct SIPSequence: Hashable, Sendable {
    /// 0 to 2³¹ − 1.
    public let number: Int
    /// The method of the request that this belongs to.
    public let method: SIPMethod
}

/// Event (RFC 6665 section 8.2.1).
public struct SIPEvent: Hashable, Sendable {
    /// The event type: package and templates. Compared byte by byte.
    public let type: String
    /// Its parameters.
    public let parameters: [SIPParameter]
}

/// Content-Type (RFC 3261 section 20.15).
public struct SIPMediaType: Hashable, Sendable {
    /// Type and subtype in lower case, for example `application/url`.
    public let name: String
    /// Its parameters.
    public let parameters: [SIPParameter]
}

extension SIPMessage {
    /// What CSeq says.
    ///
    /// - Throws: ``SIPValueError`` when there is none, or it is malformed or too large (RFC 3261 section 8.1.1.5).
    public func sequence() throws(SIPValueError) -> SIPSequence {
        guard let header = first(.cseq) else { throw .missing(field: "CSeq") }
        var scanner = SIPScanner(bytes, header.valueSlice)
        guard let number = scanner.decimal(limit: 0x7FFF_FFFF) else { throw .malformed(field: "CSeq") }
        let afterNumber = scanner.position
        scanner.skipWhitespace()
        guard scanner.position > afterNumber, let method = scanner.token(), scanner.isAtEnd else {
            throw .malformed(field: "CSeq")
        }
        return SIPSequence(number: number, method: SIPMethod(bytes, method))
    }

    /// What Event says.
    ///
    /// - Throws: ``SIPValueError`` when there is none or it is malformed.
    public func event() throws(SIPValueError) -> SIPEvent {
        guard let header = first(.event) else { throw .missing(field: "Event") }
        var scanner = SIPScanner(bytes, header.valueSlice)
        guard let type = scanner.token() else { throw .malformed(field: "Event") }
        let parameters = try scanner.parameters(of: "Event")
        guard scanner.isAtEnd else { throw .malformed(field: "Event") }
        return SIPEvent(type: text(type), parameters: parameters)
    }

    /// What Content-Type says.
    ///
    /// - Throws: ``SIPValueError`` when there is none or it is malformed.
    public func mediaType() throws(SIPValueError) -> SIPMediaType {
        guard let header = first(.contentType) else { throw .missing(field: "Content-Type") }
        var scanner = SIPScanner(bytes, header.valueSlice)
        guard let type = scanner.token(), scanner.consumePadded(UInt8(ascii: "/")), let subtype = scanner.token() else {
            throw .malformed(field: "Content-Type")
        }
        let parameters = try scanner.parameters(of: "Content-Type")
        guard scanner.isAtEnd else { throw .malformed(field: "Content-Type") }
        return SIPMediaType(name: "\(text(type))/\(text(subtype))".asciiLowercased, parameters: parameters)
    }

    /// The state in Subscription-State in lower case, without its parameters; nil when there is none (RFC 6665 8.2.3).
    public var subscriptionState: String? {
        guard let header = first(.subscriptionState) else { return nil }
        var scanner = SIPScanner(bytes, header.valueSlice)
        return scanner.token().map { text($0).asciiLowercased }
    }
}
