/// Why a NOTIFY brings no provisioning URL.
public enum PnPURLProblem: Hashable, Sendable, CustomStringConvertible {
    /// There is no body, and no URL in Content-Type either.
    case empty
    /// Longer than ``SIPLimits/maximumURLLength``.
    case tooLong(length: Int)
    /// A control character, a NUL for example, stands in it.
    case controlCharacter
    /// A blank stands in it, or there are several lines.
    case blank
    /// Not UTF-8.
    case notText
    /// A scheme other than tftp, http, https and ftp.
    case scheme(String)
    /// There is no host in it, or what should be the host is none.
    case noHost
    /// The phone could not load its configuration from it: why.
    case unusable(String)

    /// What is wrong, in a few words.
    public var description: String {
        switch self {
        case .empty: "the body is empty"
        case .tooLong(let length): "\(length) bytes, more than the limit of \(SIPLimits.maximumURLLength)"
        case .controlCharacter: "it has a control character"
        case .blank: "it has a blank or several lines"
        case .notText: "it is not UTF-8 text"
        case .scheme(let scheme): "scheme \"\(scheme.printable())\" is none of tftp, http, https and ftp"
        case .noHost: "it has no valid host"
        case .unusable(let reason): reason.printable()
        }
    }
}

/// Finds the provisioning URL in a NOTIFY.
struct PnPURL {
    /// The URL as the server wrote it, without blanks around it.
    private(set) var url: Result<String, ProblemError>
    /// What the server did otherwise than the RFCs say.
    var deviations: Set<SIPDeviation> = []

    struct ProblemError: Error, Hashable {
        let problem: PnPURLProblem
    }

    /// Refuses a URL that the phone could not use.
    mutating func check(by urlProblem: (String) -> String?) {
        guard case .success(let text) = url, let problem = urlProblem(text) else { return }
        url = .failure(ProblemError(problem: .unusable(problem)))
    }

    static let schemes = ["tftp", "http", "https", "ftp"]

    init(in message: SIPMessage) {
        var deviations: Set<SIPDeviation> = []
        let mediaType = try? message.mediaType()
        if message.first(.contentType) != nil, mediaType == nil { deviations.insert(.malformedHeader) }
        if let mediaType, mediaType.name == "message/external-body",
            let url = message.value(of: "url", in: mediaType.parameters), !url.isEmpty
        {
            deviations.formUnion([.urlInContentType, .otherContentType])
            self.init(url: Self.check(Self.trim(Array(url.utf8)[...])), deviations: deviations)
            return
        }
        let payload = message.bytes[message.payload.range]
        if !payload.isEmpty {
            if message.first(.contentType) == nil { deviations.insert(.noContentType) }
            if let mediaType, mediaType.name != "application/url" { deviations.insert(.otherContentType) }
        }
        switch message.contentLength {
        case .bytes(let count) where count > payload.count: deviations.insert(.contentLengthTooLarge)
        case .bytes(let count) where count < payload.count:
            self.init(payload, shorterBy: payload.count - count, deviations)
            return
        case .bytes: break
        case .absent, .invalid: deviations.insert(.noContentLength)
        }
        let trimmed = Self.trim(payload)
        if trimmed.endIndex < payload.endIndex, !trimmed.isEmpty { deviations.insert(.blanksAfterURL) }
        self.init(url: Self.check(trimmed), deviations: deviations)
    }

    /// A Content-Length smaller than the body. What lies beyond it does not belong to the message (RFC 3261 section
    /// 18.3) when it begins after a line end. But one server computes the length from a constant, so when the text goes
    /// on without a break, a URL cut off in the middle is the worse guess.
    private init(_ payload: ArraySlice<UInt8>, shorterBy excess: Int, _ earlier: Set<SIPDeviation>) {
        var deviations = earlier
        let cut = payload.endIndex - excess
        let rest = payload[cut...]
        let isCutInside = cut > payload.startIndex && payload[cut - 1] > 0x20
        let goesOn = isCutInside ? rest.prefix { $0 > 0x20 } : rest.prefix(0)
        if Self.trim(rest).isEmpty {
            deviations.insert(.blanksAfterURL)
        } else {
            deviations.insert(.contentLengthTooSmall)
        }
        self.init(url: Self.check(Self.trim(payload[..<goesOn.endIndex])), deviations: deviations)
    }

    private init(url: Result<String, ProblemError>, deviations: Set<SIPDeviation>) {
        self.url = url
        self.deviations = deviations
    }

    /// Without blanks and line ends around it. A NUL is neither.
    static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = bytes
        while let first = slice.first, SIPCharacters.isWhitespace(first) { slice.removeFirst() }
        while let last = slice.last, SIPCharacters.isWhitespace(last) { slice.removeLast() }
        return slice
    }

    /// A URL of a scheme the phone can load, or the host alone, to which the caller adds what is missing.
    static func check(_ bytes: ArraySlice<UInt8>) -> Result<String, ProblemError> {
        func fail(_ problem: PnPURLProblem) -> Result<String, ProblemError> { .failure(ProblemError(problem: problem)) }
        guard !bytes.isEmpty else { return fail(.empty) }
        guard bytes.count <= SIPLimits.maximumURLLength else { return fail(.tooLong(length: bytes.count)) }
        guard let text = String(validating: bytes, as: UTF8.self) else { return fail(.notText) }
        if bytes.contains(where: SIPCharacters.isWhitespace) { return fail(.blank) }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return fail(.controlCharacter)
        }
        var rest = bytes
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isScheme(bytes[..<colon]) {
            let scheme = String(decoding: bytes[..<colon], as: UTF8.self)
            let after = bytes[(colon + 1)...]
            if after.starts(with: "//".utf8) {
                guard schemes.contains(scheme.asciiLowercased) else { return fail(.scheme(scheme)) }
                rest = after.dropFirst(2)
            } else if !isPort(after)
                && !bytes[colon...].prefix(while: { $0 != UInt8(ascii: "/") })
                    .contains(UInt8(ascii: "@"))
            {
                return fail(schemes.contains(scheme.asciiLowercased) ? .noHost : .scheme(scheme))
            } else if scheme.asciiLowercased == "mailto" || scheme.asciiLowercased == "sip" {
                return fail(.scheme(scheme))
            }
        }
        return isAuthority(
            rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        )
            ? .success(text) : fail(.noHost)
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first?.isLetter == true
            && bytes.allSatisfy {
                $0.isAlphanumeric || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.prefix(while: \.isDigit)
        let next = bytes.dropFirst(digits.count).first
        return (1...5).contains(digits.count) && (next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?"))
    }

    /// `[user[:password]@]host[:port]` (RFC 3986 section 3.2).
    private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
        var host = bytes
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) { host = bytes[(at + 1)...] }
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")),
                host.distance(from: host.startIndex, to: close) > 2
            else { return false }
            let address = host[(host.startIndex + 1)..<close]
            guard address.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }) else {
                return false
            }
            return isPortPart(host[(close + 1)...])
        }
        let name = host.prefix {
            $0.isAlphanumeric || hostPunctuation.contains($0)
        }
        return !name.isEmpty && isPortPart(host[name.endIndex...])
    }

    /// What may stand in a host beside letters and digits: also that of macros, `{MAC}` and `$mac`.
    private static let hostPunctuation = Array(".-_{}$".utf8)

    private static func isPortPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        let digits = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy(\.isDigit) else { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }
}
