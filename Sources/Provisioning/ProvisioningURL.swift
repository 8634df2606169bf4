/// A provisioning URL as it was given, and what the phone asks for because of it (Administrator Guide 2014-05, p. 36).
public struct ProvisioningURL: Sendable, Hashable {
    /// The protocols a phone downloads with, in the order in which they are tried when a URL names none.
    public enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// RFC 3617.
        case tftp
        /// RFC 9110.
        case http
        /// RFC 9110, over TLS.
        case https
        /// RFC 1738.
        case ftp
    }

    /// Why a text is no provisioning URL.
    public enum Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        /// Nothing but blanks.
        case empty
        /// Longer than ``ProvisioningURL/maximumBytes``.
        case tooLong(bytes: Int)
        /// A character that no URL has (RFC 3986 2); with its place, from 1.
        case character(scalar: UInt32, position: Int)
        /// Another protocol than the four.
        case scheme(String)
        /// No server between the protocol and the path.
        case noHost
        /// A port outside 1 to 65535.
        case port(String)
        /// An IPv6 address without its closing bracket, or a character that no host has.
        case host(String)

        /// What is wrong, and what to do.
        public var description: String {
            switch self {
            case .empty: "the URL is empty: give a server, or a URL of one"
            case .tooLong(let bytes):
                "the URL has \(bytes) bytes: at most \(ProvisioningURL.maximumBytes) are taken"
            case .character(let scalar, let position):
                "the URL has the character U+\(hexadecimal(scalar)) at position \(position): percent-encode it"
            case .scheme(""): "the URL names no protocol: use tftp, http, https or ftp"
            case .scheme(let scheme): "the URL's protocol is ‘\(scheme)’: use tftp, http, https or ftp"
            case .noHost: "the URL names no server: write protocol://server/…"
            case .port(""): "the URL's port is not a number from 1 to 65535; percent-encode a password's / : @ ? #"
            case .port(let port): "the URL's port ‘\(port)’ is not a number from 1 to 65535"
            case .host(let host): "the URL's server ‘\(host)’ is no address and no name"
            }
        }

        private func hexadecimal(_ value: UInt32) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// The longest URL that is taken, in bytes.
    public static let maximumBytes = 2_048
    /// The longest URL that a phone of the family is documented to take, in bytes (KX-HDV130). A longer one works here.
    public static let documentedBytes = 384

    /// The URL as it was given, without blanks around it.
    public let text: String
    /// What to ask for, in this order, macros replaced: one URL, or four when the text names no protocol.
    public let candidates: [String]
    /// What was added or is worth knowing, for the trace.
    public let notes: [String]

    /// Completes a provisioning URL: a missing file name, a missing protocol, the macros.
    ///
    /// - Throws: ``Invalid`` when it is no URL that a phone could ask for.
    public init(completing given: String, for identity: PhoneIdentity) throws(Invalid) {
        try self.init(given, identity: identity, addsFileName: true)
    }

    /// Completes the path of a device file or a root certificate that stands in an initial file.
    ///
    /// With a protocol it stands for itself. Without one it is relative to the initial file (RFC 3986 5.2) when it
    /// starts with `/` or `.`, or has no `/`; otherwise its first part is a server, as in a provisioning URL.
    ///
    /// - Throws: ``Invalid`` when the result is no URL that a phone could ask for.
    public init(path: String, inFileAt base: String, for identity: PhoneIdentity) throws(Invalid) {
        let trimmed = Self.trimmed(path)
        let text = Self.isRelative(path) ? Self.resolve(trimmed, against: base) : trimmed
        try self.init(text, identity: identity, addsFileName: false)
    }

    /// Whether a path in an initial file means something only beside the URL of that file.
    public static func isRelative(_ path: String) -> Bool {
        let trimmed = trimmed(path)
        guard splitScheme(trimmed) == nil, !trimmed.isEmpty else { return false }
        return trimmed.hasPrefix("/") || trimmed.hasPrefix(".") || !trimmed.contains("/")
    }

    /// A URL that is asked for as it stands, macros replaced: that of the redirection server.
    ///
    /// - Throws: ``Invalid`` when it is no URL, or names no protocol.
    public init(exactly given: String, for identity: PhoneIdentity) throws(Invalid) {
        guard Self.splitScheme(Self.trimmed(given)) != nil else { throw .scheme("") }
        try self.init(given, identity: identity, addsFileName: false)
    }

    private init(_ given: String, identity: PhoneIdentity, addsFileName: Bool) throws(Invalid) {
        let text = Self.trimmed(given)
        self.text = text
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong(bytes: text.utf8.count) }
        for (index, scalar) in text.unicodeScalars.enumerated() where !Self.mayStand(scalar) {
            throw .character(scalar: scalar.value, position: index + 1)
        }
        var notes: [String] = []
        if text.utf8.count > Self.documentedBytes {
            notes.append("the URL has \(text.utf8.count) bytes: phones are documented to take \(Self.documentedBytes)")
        }
        let scheme: Scheme?
        let rest: Substring
        if let (name, after) = Self.splitScheme(text) {
            guard let known = Scheme(rawValue: name.lowercased()) else { throw .scheme(String(name)) }
            scheme = known
            rest = after
        } else {
            scheme = nil
            rest = Substring(text)
        }
        let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) ?? rest.endIndex
        try Self.check(authority: rest[..<end])
        let tail = rest[end...]
        let completed = addsFileName ? Self.addingFileName(to: tail) : String(tail)
        if completed.utf8.count != tail.utf8.count {
            notes.append("no file name in the URL: {MODEL}.cfg added")
        }
        let body = identity.expandingMacros(in: String(rest[..<end]) + completed)
        let bytes = body.utf8.count + (scheme ?? .https).rawValue.utf8.count + 3
        guard bytes <= Self.maximumBytes else { throw .tooLong(bytes: bytes) }
        if let brace = body.firstIndex(of: "{"), let close = body[brace...].firstIndex(of: "}") {
            notes.append("the macro \(body[brace...close]) is not known: it stays as it stands")
        }
        if let scheme {
            candidates = ["\(scheme.rawValue)://\(body)"]
        } else {
            notes.append("no protocol in the URL: tftp, http, https, ftp are tried in turn")
            candidates = Scheme.allCases.map { "\($0.rawValue)://\(body)" }
        }
        self.notes = notes
    }

    /// What RFC 3986 allows in a URL (2.2, 2.3, and %), and the braces of macros.
    private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
        (0x21...0x7E).contains(scalar.value) && !"\"<>\\^`|".unicodeScalars.contains(scalar)
    }

    /// A macro that is not known stands in what would be asked for: RFC 3986 has no braces.
    public var hasUnknownMacro: Bool { candidates.contains { $0.contains("{") || $0.contains("}") } }

    private static func trimmed(_ text: String) -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
        var slice = Substring(text).drop(while: blank)
        while let last = slice.last, blank(last) { slice.removeLast() }
        return String(slice)
    }

    /// Splits `scheme://`; a name and port (`server:8080`) is no scheme.
    static func splitScheme(_ text: String) -> (name: Substring, rest: Substring)? {
        let utf8 = text.utf8
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")), colon != utf8.startIndex,
            utf8[colon...].starts(with: "://".utf8),
            utf8[..<colon].allSatisfy({ $0.isHexadecimalDigit || $0.isLetter || "+-.".utf8.contains($0) })
        else { return nil }
        return (text[..<colon], text[utf8.index(colon, offsetBy: 3)...])
    }

    private static func check(authority: Substring) throws(Invalid) {
        var server = authority
        if let at = server.lastIndex(of: "@") { server = server[server.index(after: at)...] }
        let host: Substring
        let port: Substring?
        if server.hasPrefix("[") {
            guard let close = server.firstIndex(of: "]") else { throw .host(String(server)) }
            host = server[...close]
            let after = server[server.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .host(String(server)) }
            port = after.isEmpty ? nil : after.dropFirst()
            guard host.dropFirst().dropLast().utf8.allSatisfy({ $0.isHexadecimalDigit || ":.".utf8.contains($0) }),
                host.contains(":")
            else { throw .host(String(host)) }
        } else {
            let colon = server.firstIndex(of: ":")
            host = server[..<(colon ?? server.endIndex)]
            port = colon.map { server[server.index(after: $0)...] }
            guard host.utf8.allSatisfy({ $0.isLetter || $0.isHexadecimalDigit || "-._~{}%".utf8.contains($0) }) else {
                throw .host(String(host))
            }
        }
        guard !host.isEmpty else { throw .noHost }
        if let port {
            // What is not even digits may be a part of a password.
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .port("") }
            guard let number = UInt16(port), number > 0 else { throw .port(String(port)) }
        }
    }

    /// A last segment is a file name when it has a dot or a macro, or when a query follows it; otherwise a folder.
    private static func addingFileName(to tail: Substring) -> String {
        let pathEnd = tail.firstIndex(where: { $0 == "?" || $0 == "#" }) ?? tail.endIndex
        let path = tail[..<pathEnd]
        if pathEnd != tail.endIndex, tail[pathEnd] == "?" { return String(tail) }
        let segment = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path
        if segment.contains(".") || segment.contains("{") { return String(tail) }
        return String(path) + (segment.isEmpty && !path.isEmpty ? "{MODEL}.cfg" : "/{MODEL}.cfg") + tail[pathEnd...]
    }

    private static func resolve(_ reference: String, against base: String) -> String {
        guard let (name, rest) = splitScheme(base) else { return reference }
        let authorityEnd = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) ?? rest.endIndex
        let root = "\(name)://\(rest[..<authorityEnd])"
        if reference.hasPrefix("/") { return root + reference }
        let tail = rest[authorityEnd...]
        let path = tail[..<(tail.firstIndex(where: { $0 == "?" || $0 == "#" }) ?? tail.endIndex)]
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return root + folder + reference
    }
}

extension ProvisioningURL {
    /// A URL for screens and logs: credentials are shown as `id:***@`, or `***@` without a password's colon, and what
    /// looks like a secret in the query as `token=***`; see ``maskingQuerySecrets(in:)``.
    ///
    /// A password that should have been percent-encoded (`http://id:a/b@server/`) makes the text no URL at all; it is
    /// hidden all the same, up to the last `@`.
    public static func masked(_ url: String) -> String {
        var text = url
        // A secret of the query may hold the `@` behind which the credentials seemed to end; four rounds are more than any
        // URL needs.
        for _ in 0..<4 {
            let next = maskingQuerySecrets(in: maskingCredentials(in: text))
            if next == text { break }
            text = next
        }
        return text
    }

    private static func maskingCredentials(in url: String) -> String {
        let rest = splitScheme(url).map(\.rest) ?? Substring(url)
        let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) ?? rest.endIndex
        let authority = rest[..<end]
        let at: Substring.Index
        if let inside = authority.lastIndex(of: "@") {
            at = inside
        } else if let colon = authority.firstIndex(of: ":"), !authority.hasPrefix("["),
            UInt16(authority[authority.index(after: colon)...]) == nil, let later = rest.lastIndex(of: "@")
        {
            at = later
        } else {
            return url
        }
        let user = rest[..<at]
        let shown = user.firstIndex(of: ":").map { "\(user[..<$0]):***" } ?? "***"
        return "\(url[..<rest.startIndex])\(shown)\(rest[at...])"
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
