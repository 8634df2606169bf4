/// A SIP request or response (RFC 3261 section 7), as offsets into the datagram that it came in.
///
/// Parsing finds the start line, the header fields and the body. What a header field says is read only when it is asked
/// for; so one that is malformed and not needed does no harm (RFC 3261 section 8.2).
public struct SIPMessage: Sendable {
    /// The first line.
    public enum StartLine: Hashable, Sendable {
        /// Request-Line. The URI is what stands between method and version, whether it is a URI or not.
        case request(method: SIPSlice, uri: SIPSlice, version: SIPSlice)
        /// Status-Line of SIP/2.0. The reason may be empty.
        case response(status: Int, reason: SIPSlice)
    }

    /// What the Content-Length header field says.
    public enum ContentLength: Hashable, Sendable {
        /// There is none: the body ends with the datagram (RFC 3261 section 18.3).
        case absent
        /// A number of bytes.
        case bytes(Int)
        /// Not a number, or several that differ.
        case invalid
    }

    /// The datagram.
    public let bytes: [UInt8]
    /// The first line.
    public let startLine: StartLine
    /// All header fields in their order.
    public let headers: [SIPHeader]
    /// Everything after the empty line, whatever Content-Length says.
    public let payload: SIPSlice
    /// What Content-Length says.
    public let contentLength: ContentLength
    /// False when the datagram ends without an empty line after the header fields.
    public let hasEmptyLine: Bool
    /// True when a line up to the empty one ends in LF without CR.
    public let hasBareLineFeed: Bool
    /// True when blanks around the parts of the start line are more than the grammar allows.
    public let hasStrayBlanksInStartLine: Bool
    /// Lines between start line and empty line that are no header field. They are passed over.
    public let malformedLines: Int

    /// The bytes of a part as text; bytes that are not UTF-8 become U+FFFD.
    public func text(_ slice: SIPSlice) -> String {
        String(decoding: bytes[slice.range], as: UTF8.self)
    }

    /// A header field value as text in one line: folding is replaced by one blank (RFC 3261 section 7.3.1).
    public func unfoldedText(_ slice: SIPSlice) -> String {
        let span = bytes.span
        guard slice.range.contains(where: { span[$0] == 0x0A || span[$0] == 0x0D }) else { return text(slice) }
        return String(decoding: unfolded(slice), as: UTF8.self)
    }

    func unfolded(_ slice: SIPSlice) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var index = slice.range.lowerBound
        while index < slice.range.upperBound {
            guard bytes[index] == 0x0A || bytes[index] == 0x0D else {
                result.append(bytes[index])
                index += 1
                continue
            }
            while let last = result.last, SIPCharacters.isBlank(last) { result.removeLast() }
            while index < slice.range.upperBound, SIPCharacters.isWhitespace(bytes[index]) { index += 1 }
            result.append(0x20)
        }
        return result
    }

    /// The first header field of that name.
    public func first(_ name: SIPHeader.Name) -> SIPHeader? {
        for header in headers where header.name == name { return header }
        return nil
    }

    /// How many header fields have that name.
    public func count(_ name: SIPHeader.Name) -> Int {
        var count = 0
        for header in headers where header.name == name { count += 1 }
        return count
    }

    /// The value of the first header field of that name, in one line; nil when there is none.
    public func value(_ name: SIPHeader.Name) -> String? {
        first(name).map { unfoldedText($0.valueSlice) }
    }

    /// The value of the first header field with that long name, whatever its case; for those that have no
    /// ``SIPHeader/Name``.
    public func value(named name: String) -> String? {
        let wanted = Array(name.asciiLowercased.utf8)
        for header in headers where header.nameSlice.count == wanted.count {
            if bytes[header.nameSlice.range].lazy.map(\.lowercased).elementsEqual(wanted) {
                return unfoldedText(header.valueSlice)
            }
        }
        return nil
    }

    /// The body as RFC 3261 section 18.3 cuts it out of a datagram: Content-Length bytes, or everything when there is no
    /// valid Content-Length or not enough bytes. See ``contentLength`` for whether it was so.
    public var body: ArraySlice<UInt8> {
        switch contentLength {
        case .bytes(let count) where count < payload.count:
            bytes[payload.range.lowerBound..<(payload.range.lowerBound + count)]
        case .absent, .invalid, .bytes:
            bytes[payload.range]
        }
    }

    /// Method of a request; nil for a response.
    public var method: SIPMethod? {
        guard case .request(let method, _, _) = startLine else { return nil }
        return SIPMethod(bytes, method)
    }

    /// Request-URI as text; nil for a response.
    public var requestURI: String? {
        guard case .request(_, let uri, _) = startLine else { return nil }
        return text(uri)
    }

    /// Status code of a response; nil for a request.
    public var status: Int? {
        guard case .response(let status, _) = startLine else { return nil }
        return status
    }
}
