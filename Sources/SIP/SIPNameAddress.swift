/// A From, To or Contact value (RFC 3261 section 20.10): a URI with a display name and parameters.
public struct SIPNameAddress: Hashable, Sendable {
    /// The display name as written, without quotes; nil when there is none.
    public let displayName: SIPSlice?
    /// The URI, without angle brackets.
    public let uri: SIPSlice
    /// The parameters of the header field, not those of the URI.
    public let parameters: [SIPParameter]
}

extension SIPMessage {
    /// The address in the first header field of that name.
    ///
    /// - Throws: ``SIPValueError`` when there is none or it is malformed.
    public func nameAddress(_ name: SIPHeader.Name) throws(SIPValueError) -> SIPNameAddress {
        let field = name.longForm ?? "address"
        guard let header = first(name) else { throw .missing(field: field) }
        var scanner = SIPScanner(bytes, header.valueSlice)
        let (displayName, uri) = try address(&scanner, field)
        let parameters = try scanner.parameters(of: field)
        guard scanner.isAtEnd || name == .contact && scanner.peek == UInt8(ascii: ",") else {
            throw .malformed(field: field)
        }
        return SIPNameAddress(displayName: displayName, uri: uri, parameters: parameters)
    }

    /// The tag of From or To; nil when there is none or the value is malformed.
    public func tag(_ name: SIPHeader.Name) -> String? {
        guard let header = first(name) else { return nil }
        let field = name.longForm ?? "address"
        var scanner = SIPScanner(bytes, header.valueSlice)
        var tag: SIPParameter?
        var count = 0
        do throws(SIPValueError) {
            _ = try address(&scanner, field)
            while let parameter = try scanner.nextParameter(of: field) {
                count += 1
                if tag == nil, isNamed("tag", parameter) { tag = parameter }
            }
        } catch {
            return nil
        }
        guard scanner.isAtEnd, count <= SIPLimits.maximumParameters else { return nil }
        return tag.map(value)
    }

    private func address(
        _ scanner: inout SIPScanner,
        _ field: String
    ) throws(SIPValueError) -> (displayName: SIPSlice?, uri: SIPSlice) {
        scanner.skipWhitespace()
        let start = scanner.position
        var displayName: SIPSlice?
        if scanner.peek == UInt8(ascii: "\"") {
            displayName = scanner.quotedString()
            scanner.skipWhitespace()
            guard displayName != nil, scanner.peek == UInt8(ascii: "<") else { throw .malformed(field: field) }
        } else {
            var displayEnd = start
            while scanner.token() != nil {
                displayEnd = scanner.position
                scanner.skipWhitespace()
            }
            switch scanner.peek {
            case UInt8(ascii: "<"):
                if displayEnd > start { displayName = SIPSlice(start, displayEnd) }
            case UInt8(ascii: ":") where displayEnd == scanner.position && displayEnd > start:
                return (nil, bareAddress(&scanner, start))
            default: throw .malformed(field: field)
            }
        }
        guard scanner.consume(UInt8(ascii: "<")) else { throw .malformed(field: field) }
        let uri = scanner.run { $0 != UInt8(ascii: ">") && !SIPCharacters.isWhitespace($0) && $0 != UInt8(ascii: "<") }
        guard !uri.isEmpty, scanner.consume(UInt8(ascii: ">")) else { throw .malformed(field: field) }
        return (displayName, uri)
    }

    /// `addr-spec`: a URI without brackets, in which comma, semicolon and question mark may not stand.
    private func bareAddress(_ scanner: inout SIPScanner, _ start: Int) -> SIPSlice {
        _ = scanner.run {
            !SIPCharacters.isWhitespace($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
                && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
                && $0 != UInt8(ascii: "\"")
        }
        return SIPSlice(start, scanner.position)
    }
}
