/// A SIP or SIPS URI (RFC 3261 section 19.1), or another URI of which only the scheme is read.
public struct SIPURI: Hashable, Sendable {
    /// Scheme in lower case; empty when the text has none, as the Request-URI of some servers.
    public let scheme: String
    /// User part as written, with its escapes and without a password; nil when there is none.
    public let user: String?
    /// Password; nil when there is none.
    public let password: String?
    /// Host in lower case; IPv6 with its brackets. Empty when the scheme is neither `sip` nor `sips`.
    public let host: String
    /// Port; nil when there is none.
    public let port: Int?
    /// URI parameters: what stands after the first semicolon, which is not part of it.
    public let parameters: String
    /// Headers: what stands after the question mark, which is not part of it; nil when there is none.
    public let headers: String?

    /// Reads a URI.
    ///
    /// - Parameters:
    ///   - text: the URI, without angle brackets.
    ///   - schemeRequired: false takes `10.0.0.1:5060` and `user@host` as SIP URIs whose scheme was forgotten.
    /// - Throws: ``SIPValueError``.
    public init(_ text: String, schemeRequired: Bool = true) throws(SIPValueError) {
        let bytes = Array(text.utf8.prefix(SIPLimits.maximumLineLength + 1))
        guard !bytes.isEmpty, bytes.count <= SIPLimits.maximumLineLength,
            !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") })
        else { throw .malformed(field: "URI") }
        var scanner = SIPScanner(bytes, SIPSlice(0, bytes.count))
        let scheme = Self.scheme(&scanner)
        if let scheme, scheme != "sip", scheme != "sips", schemeRequired || !Self.mayBeHostAndPort(bytes) {
            self.scheme = scheme
            (user, password, host, port, parameters, headers) = (nil, nil, "", nil, "", nil)
            return
        }
        if scheme == "sip" || scheme == "sips" {
            self.scheme = scheme ?? ""
        } else {
            guard !schemeRequired else { throw .malformed(field: "URI") }
            self.scheme = ""
            scanner = SIPScanner(bytes, SIPSlice(0, bytes.count))
        }
        let start = scanner.position
        if let at = bytes[start...].firstIndex(of: UInt8(ascii: "@")) {
            guard at > start else { throw .malformed(field: "URI") }
            let colon = bytes[start..<at].firstIndex(of: UInt8(ascii: ":"))
            user = String(decoding: bytes[start..<(colon ?? at)], as: UTF8.self)
            password = colon.map { String(decoding: bytes[($0 + 1)..<at], as: UTF8.self) }
            scanner = SIPScanner(bytes, SIPSlice(at + 1, bytes.count))
        } else {
            (user, password) = (nil, nil)
        }
        guard let host = scanner.host() else { throw .malformed(field: "URI") }
        self.host = String(decoding: bytes[host.range], as: UTF8.self).asciiLowercased
        if scanner.consume(UInt8(ascii: ":")) {
            guard let number = scanner.decimal(limit: 65_535) else { throw .malformed(field: "URI") }
            port = number
        } else {
            port = nil
        }
        if scanner.consume(UInt8(ascii: ";")) {
            let slice = scanner.run { $0 != UInt8(ascii: "?") }
            parameters = String(decoding: bytes[slice.range], as: UTF8.self)
        } else {
            parameters = ""
        }
        if scanner.consume(UInt8(ascii: "?")) {
            let slice = scanner.run { _ in true }
            headers = String(decoding: bytes[slice.range], as: UTF8.self)
        } else {
            headers = nil
        }
        guard scanner.isAtEnd else { throw .malformed(field: "URI") }
    }

    /// Whether the scheme is `sip` or `sips`.
    public var isSIP: Bool { scheme == "sip" || scheme == "sips" }

    /// The user part with its escapes replaced; nil when there is none.
    public var unescapedUser: String? { user.map(Self.unescape) }

    /// Replaces `%hh`; what is no escape stays as it is.
    public static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexValue,
                let low = bytes[index + 2].hexValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func scheme(_ scanner: inout SIPScanner) -> String? {
        guard scanner.peek?.isLetter == true else { return nil }
        let slice = scanner.run {
            $0.isAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard scanner.consume(UInt8(ascii: ":")) else { return nil }
        return String(decoding: scanner.bytes[slice.range], as: UTF8.self).asciiLowercased
    }

    /// `host:5060`, which looks like a URI of the scheme `host`.
    private static func mayBeHostAndPort(_ bytes: [UInt8]) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return true }
        return bytes[(colon + 1)...].first?.isDigit == true || bytes[..<colon].contains(UInt8(ascii: "@"))
    }
}
