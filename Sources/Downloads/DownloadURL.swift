import CCurl

/// A URL that has been checked for downloading.
///
/// It is taken apart by libcurl's own parser, so that what is checked here is what is connected to later.
public struct DownloadURL: Sendable, Hashable {
    /// The number of bytes that a URL may have: 2,048.
    public static let maximumLength = 2048

    /// The schemes that are downloaded from.
    public enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// HTTP, RFC 9110.
        case http
        /// HTTP over TLS.
        case https
        /// FTP, RFC 959.
        case ftp
        /// TFTP, RFC 1350.
        case tftp

        /// Whether what is sent and received is encrypted.
        public var isEncrypted: Bool { self == .https }

        var isHTTP: Bool { self == .http || self == .https }
    }

    /// Why a text is not a URL for downloading.
    public enum Problem: Error, Sendable, Equatable {
        /// The scheme is another one.
        case unsupportedScheme(String)
        /// The text is malformed; the string says in what.
        case malformed(String)
    }

    /// The scheme.
    public let scheme: Scheme

    /// The name or address of the server, in lower case; an IPv6 address in brackets.
    public let host: String

    /// The port, the scheme's own when the URL names none.
    public let port: Int

    /// What stands before the host, percent-decoded. `nil` when nothing does.
    public let credentials: Credentials?

    /// The whole URL with `***` in place of the password: the only form that may be shown.
    public let masked: String

    /// The whole URL without credentials, as libcurl gets it.
    let bare: String

    /// Checks a text: length, characters, scheme, host, and for FTP that it names a file.
    /// - Throws: ``Problem``.
    public init(_ text: String) throws(Problem) {
        try Self.checkCharacters(text)
        scheme = try Self.scheme(of: text)

        guard let parser = curl_url() else { throw .malformed("out of memory") }
        defer { curl_url_cleanup(parser) }
        let code = curl_url_set(parser, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else { throw .malformed(Self.explanation(of: code, in: text)) }

        guard let host = Self.part(CURLUPART_HOST, of: parser), !host.isEmpty else {
            throw .malformed("it has no host")
        }
        self.host = host.lowercased()
        guard let port = Self.part(CURLUPART_PORT, of: parser, CURLU_DEFAULT_PORT).flatMap({ Int($0) }) else {
            throw .malformed("it has no port")
        }
        self.port = port
        if scheme == .ftp || scheme == .tftp {
            let path = Self.part(CURLUPART_PATH, of: parser) ?? "/"
            guard !path.hasSuffix("/") else { throw .malformed("it names a folder, and \(scheme) needs a file") }
        }

        credentials = try Self.credentials(of: parser)
        guard credentials != nil else {
            bare = try Self.whole(parser)
            masked = bare
            return
        }
        if Self.part(CURLUPART_PASSWORD, of: parser) != nil { _ = curl_url_set(parser, CURLUPART_PASSWORD, "***", 0) }
        masked = try Self.whole(parser)
        _ = curl_url_set(parser, CURLUPART_PASSWORD, nil, 0)
        _ = curl_url_set(parser, CURLUPART_USER, nil, 0)
        bare = try Self.whole(parser)
    }

    private static func whole(_ parser: OpaquePointer) throws(Problem) -> String {
        guard let text = part(CURLUPART_URL, of: parser) else { throw .malformed("it cannot be written out") }
        return text
    }

    /// What stands before the host.
    private static func credentials(of parser: OpaquePointer) throws(Problem) -> Credentials? {
        let hasUser = part(CURLUPART_USER, of: parser) != nil
        let hasPassword = part(CURLUPART_PASSWORD, of: parser) != nil
        guard hasUser || hasPassword else { return nil }
        let user = part(CURLUPART_USER, of: parser, CURLU_URLDECODE)
        let password = part(CURLUPART_PASSWORD, of: parser, CURLU_URLDECODE)
        // libcurl gives no text for a part whose decoded form has control characters.
        guard (user != nil) == hasUser, (password != nil) == hasPassword else {
            throw .malformed("its user name or password has control characters")
        }
        return Credentials(user: user ?? "", password: password ?? "")
    }

    /// Host and port: downloads from the same server wait for each other when it has many.
    var server: String { "\(host):\(port)" }

    /// Whether the host is written as an address, so that no name server is asked.
    var hostIsAddress: Bool {
        host.hasPrefix("[") || host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// The absolute URL that a `Location` header means (RFC 3986 section 5). A text that cannot be taken apart
    /// stays as it is, and so does one in a scheme that is not downloaded from.
    func resolving(_ location: String) -> String {
        // Servers do send blanks in a Location; browsers take them.
        let location = location.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "%20")
        guard let parser = curl_url() else { return location }
        defer { curl_url_cleanup(parser) }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        guard curl_url_set(parser, CURLUPART_URL, bare, 0) == CURLUE_OK,
            curl_url_set(parser, CURLUPART_URL, location, flags) == CURLUE_OK
        else { return location }
        return Self.part(CURLUPART_URL, of: parser) ?? location
    }

    /// A text that may be no URL at all, fit to be shown: everything between `:` and the last `@` is hidden.
    public static func masked(_ text: String) -> String {
        if let url = try? DownloadURL(text) { return url.masked }
        guard let at = text.lastIndex(of: "@") else { return SafeText.line(text) }
        let start = text.range(ofScheme: "://") ?? text.startIndex
        guard start < at else { return SafeText.line(text) }
        let user = text[start..<at].prefix { $0 != ":" }
        return SafeText.line("\(text[..<start])\(user):***\(text[at...])")
    }

    private static func checkCharacters(_ text: String) throws(Problem) {
        let bytes = text.utf8
        guard !bytes.isEmpty else { throw .malformed("it is empty") }
        guard bytes.count <= maximumLength else {
            throw .malformed("it has \(bytes.count) bytes, and at most \(maximumLength) are allowed")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw .malformed("it has control characters")
        }
    }

    private static func scheme(of text: String) throws(Problem) -> Scheme {
        guard let end = text.range(ofScheme: "://") else {
            throw .malformed("it has no scheme; write http://, https://, ftp:// or tftp:// before the server's name")
        }
        let name = text[..<end].dropLast(3).lowercased()
        guard let scheme = Scheme(rawValue: name) else { throw .unsupportedScheme(SafeText.line(name)) }
        // libcurl would pass over a third slash, as browsers do, and take the first folder for the host.
        guard !text[end...].hasPrefix("/") else { throw .malformed("it has no host") }
        return scheme
    }

    private static func part(_ part: CURLUPart, of parser: OpaquePointer, _ flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parser, part, &text, UInt32(bitPattern: flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func explanation(of code: CURLUcode, in text: String) -> String {
        let words = curl_url_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        if text.contains(" ") { return "\(words); write a space as %20" }
        if text.filter({ $0 == "@" }).count > 1 { return "\(words); write @ in a user name or password as %40" }
        return words
    }
}

extension String {
    /// The position after the first `://`.
    fileprivate func range(ofScheme separator: String) -> String.Index? {
        var rest = utf8[...]
        while !rest.isEmpty {
            if rest.starts(with: separator.utf8) { return rest.index(rest.startIndex, offsetBy: separator.utf8.count) }
            rest.removeFirst()
        }
        return nil
    }
}
