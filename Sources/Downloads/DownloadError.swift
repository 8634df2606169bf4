/// Why a download failed: what happened, at which URL, and (in ``description``) what to do about it.
public struct DownloadError: Error, Sendable, Equatable {
    /// The URL that failed, credentials masked (`http://id:***@host/`). After redirects, the last one.
    public let url: String

    /// The URL that was asked for, credentials masked. The same as ``url`` unless there were redirects.
    public let requestedURL: String

    /// What happened.
    public let reason: Reason

    /// An error; the URLs are to be masked already (``DownloadURL/masked(_:)``).
    public init(url: String, requestedURL: String, reason: Reason) {
        self.url = url
        self.requestedURL = requestedURL
        self.reason = reason
    }

    /// What can go wrong.
    public enum Reason: Error, Sendable, Equatable {
        /// The URL's scheme is not one of the four.
        case unsupportedScheme(String)
        /// The URL cannot be used; the text says why.
        case badURL(String)
        /// Another part of the request cannot be used; the text says which and why.
        case badRequest(String)
        /// A root certificate of the request cannot be used; the first is number 1.
        case badRoot(number: Int, String)
        /// The system's root certificates cannot be read.
        case systemRootsUnreadable(path: String, String)

        /// There is no address for this name, or no name server that answers.
        case nameNotResolved(host: String)
        /// No answer from the name servers in this time.
        case nameLookupTimeout(host: String, after: Duration)
        /// Nothing listens on that port.
        case connectionRefused(server: String)
        /// There is no way to the server; the text is the system's.
        case unreachable(server: String, String)
        /// No connection in this time.
        case connectTimeout(after: Duration)
        /// The interface or address to bind to cannot be used; the text says which.
        case localBinding(String)
        /// The proxy cannot be reached or refuses; the text says which.
        case proxy(String)

        /// The request was sent and nothing came back in this time.
        case firstByteTimeout(after: Duration)
        /// The answer came to a stop for this time.
        case idleTimeout(after: Duration, received: Int)
        /// The whole download took longer than this.
        case totalTimeout(after: Duration, received: Int)

        /// More bytes than the limit.
        case tooLarge(limit: Int)
        /// More bytes of headers than the limit.
        case headersTooLarge(limit: Int)
        /// An HTTP status that means there is no file.
        case httpStatus(Int, retryAfter: Duration?)
        /// HTTP 401.
        case unauthorized(Unauthorized)
        /// HTTP 304 although the request described no copy.
        case unexpectedNotModified
        /// The content is compressed (`Content-Encoding`), which was not asked for.
        case contentEncoded(String)
        /// More redirects than the limit.
        case tooManyRedirects(limit: Int)
        /// A redirect to a place where it must not lead.
        case redirectRefused(to: String, RedirectRefusal)

        /// TLS did not come about.
        case tls(TLSFailure)

        /// The FTP server refuses user name or password.
        case ftpLogin
        /// The FTP server has no such file or folder, or does not let it be read.
        case ftpMissing
        /// TFTP error 1: file not found (RFC 1350).
        case tftpNotFound
        /// TFTP error 2: access violation.
        case tftpAccess
        /// Another TFTP error; the text is libcurl's.
        case tftpError(String)

        /// The connection ended before the file did.
        case truncated(received: Int)
        /// The server broke the connection off.
        case connectionReset(received: Int)
        /// The server closed the connection without a word.
        case emptyReply
        /// The answer is not what the protocol has; the text is libcurl's.
        case badReply(String)

        /// So many downloads are waiting already.
        case overloaded(limit: Int)
        /// The caller's task was cancelled, or the engine was shut down.
        case cancelled
        /// Something else: libcurl's number and text.
        case other(code: Int, String)
    }

    /// What is known of a refusal with HTTP 401.
    public struct Unauthorized: Sendable, Equatable {
        /// The schemes that the server offers and libcurl knows, in the order Basic, Digest, Negotiate, NTLM.
        public let offered: [String]

        /// Whether there were credentials for this URL.
        public let hadCredentials: Bool

        /// Whether one of the offered schemes may be used by ``DownloadRequest/authentication``.
        public let schemeAllowed: Bool

        /// Whether the last refusal says what it wants, as every one must (`WWW-Authenticate`, RFC 9110 section 15.5.2).
        public let namesScheme: Bool

        /// What is known of a refusal.
        public init(offered: [String], hadCredentials: Bool, schemeAllowed: Bool, namesScheme: Bool = true) {
            self.offered = offered
            self.hadCredentials = hadCredentials
            self.schemeAllowed = schemeAllowed
            self.namesScheme = namesScheme
        }
    }

    /// Why a redirect is not followed.
    public enum RedirectRefusal: Sendable, Equatable {
        /// To another scheme than the four.
        case scheme(String)
        /// From HTTPS to something that is not encrypted.
        case downgrade
        /// To a URL that cannot be used.
        case badURL(String)
    }
}

/// Why a ``DownloadEngine`` could not be made.
public enum DownloadEngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The libcurl of this host is older than 7.87, or lacks the named feature.
    case unsuitableLibrary(String)
    /// The system gave no thread or no event descriptor; the number is `errno`.
    case system(call: String, Int32)
    /// A value of the settings is out of its range.
    case badSetting(String)

    /// What happened, then what to do.
    public var description: String {
        switch self {
        case .unsuitableLibrary(let what):
            "libcurl cannot be used: \(what); install libcurl 7.87 or later with OpenSSL"
        case .system(let call, let number):
            "\(call) failed: \(SystemErrorText.text(number)); raise the limits of this service"
        case .badSetting(let what):
            "a setting of the download engine is out of range: \(what)"
        }
    }
}
