/// One Via value (RFC 3261 section 20.42).
public struct SIPVia: Hashable, Sendable {
    /// The transport, for example `UDP`.
    public let transport: SIPSlice
    /// Host of sent-by; an IPv6 address with its brackets.
    public let host: SIPSlice
    /// Port of sent-by, 0 to 65535; nil when none is given.
    public let port: Int?
    /// The parameters: branch, received, rport, maddr, ttl and others.
    public let parameters: [SIPParameter]
    /// The whole value.
    public let slice: SIPSlice
}

extension SIPMessage {
    /// The first Via: the hop that this message came from.
    ///
    /// - Throws: ``SIPValueError`` when there is none or it is malformed.
    public func topVia() throws(SIPValueError) -> SIPVia {
        guard let header = first(.via) else { throw .missing(field: "Via") }
        var scanner = SIPScanner(bytes, header.valueSlice)
        return try via(&scanner)
    }

    /// All Vias, of all Via header fields.
    ///
    /// - Throws: ``SIPValueError`` when one is malformed or there are too many.
    public func vias() throws(SIPValueError) -> [SIPVia] {
        var vias: [SIPVia] = []
        for header in headers where header.name == .via {
            var scanner = SIPScanner(bytes, header.valueSlice)
            repeat {
                guard vias.count < SIPLimits.maximumValues else { throw .tooManyValues(field: "Via") }
                vias.append(try via(&scanner))
            } while scanner.consumePadded(UInt8(ascii: ","))
            guard scanner.isAtEnd else { throw .malformed(field: "Via") }
        }
        return vias
    }

    private func via(_ scanner: inout SIPScanner) throws(SIPValueError) -> SIPVia {
        scanner.skipWhitespace()
        let start = scanner.position
        guard scanner.token() != nil, scanner.consumePadded(UInt8(ascii: "/")), scanner.token() != nil,
            scanner.consumePadded(UInt8(ascii: "/")), let transport = scanner.token()
        else { throw .malformed(field: "Via") }
        let afterTransport = scanner.position
        scanner.skipWhitespace()
        guard scanner.position > afterTransport, let host = scanner.host() else { throw .malformed(field: "Via") }
        var port: Int?
        if scanner.consumePadded(UInt8(ascii: ":")) {
            port = scanner.decimal(limit: 65_535)
            if port == nil { throw .malformed(field: "Via") }
        }
        let parameters = try scanner.parameters(of: "Via")
        guard scanner.isAtEnd || scanner.peek == UInt8(ascii: ",") else { throw .malformed(field: "Via") }
        return SIPVia(
            transport: transport,
            host: host,
            port: port,
            parameters: parameters,
            slice: SIPSlice(start, scanner.position)
        )
    }
}
