/// A download that came to its end as it should.
public struct Download: Sendable, Equatable {
    /// What it brought.
    public enum Outcome: Sendable, Equatable {
        /// The file. It may be empty: that judgement is the caller's.
        case content([UInt8])

        /// The server says that the copy which the validators described is still right (HTTP 304).
        case notModified

        /// The server redirects to this absolute URL, and ``DownloadRequest/followsRedirects`` is off. The
        /// URL is word for word, so it may hold credentials.
        case redirect(location: String)
    }

    /// What it brought.
    public let outcome: Outcome

    /// What the HTTP response said. `nil` for FTP and TFTP.
    public let http: HTTPDetails?

    /// The URL that answered in the end, credentials masked.
    public let effectiveURL: String

    /// The URLs that redirected, in order, credentials masked. Empty when the first URL answered.
    public let redirects: [String]

    /// The version of TLS as OpenSSL writes it (`TLSv1.2`, `TLSv1.3`). `nil` without TLS, or when the TLS
    /// library under libcurl is not OpenSSL.
    public let tlsVersion: String?

    /// The address and port that answered: `192.0.2.1:80`, `[2001:db8::1]:443`. With a proxy, the proxy's.
    public let remoteAddress: String

    /// How long the parts took.
    public let durations: Durations

    /// A download with these properties.
    public init(
        outcome: Outcome,
        http: HTTPDetails?,
        effectiveURL: String,
        redirects: [String] = [],
        tlsVersion: String? = nil,
        remoteAddress: String,
        durations: Durations
    ) {
        self.outcome = outcome
        self.http = http
        self.effectiveURL = effectiveURL
        self.redirects = redirects
        self.tlsVersion = tlsVersion
        self.remoteAddress = remoteAddress
        self.durations = durations
    }

    /// The number of bytes in the body, 0 without one.
    public var byteCount: Int { body.count }

    /// The file's bytes; empty when ``outcome`` is not ``Outcome/content(_:)``.
    public var body: [UInt8] {
        if case .content(let bytes) = outcome { bytes } else { [] }
    }
}

/// What an HTTP response said beside its content. Header values are as received, at most
/// ``maximumValueLength`` bytes; a longer one counts as absent.
public struct HTTPDetails: Sendable, Equatable {
    /// The length of a header value that is kept: 1,024 bytes.
    public static let maximumValueLength = 1024

    /// The status code (RFC 9110 section 15).
    public let status: Int

    /// The version of HTTP that the server speaks: `1.0` or `1.1`.
    public let version: String

    /// `ETag`, with its quotation marks.
    public let etag: String?

    /// `Last-Modified`.
    public let lastModified: String?

    /// `Content-Type`.
    public let contentType: String?

    /// `Retry-After` as a time from now, from 0 to one day; see ``RetryAfter``.
    public let retryAfter: Duration?

    /// Details of a response.
    public init(
        status: Int,
        version: String = "1.1",
        etag: String? = nil,
        lastModified: String? = nil,
        contentType: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.version = version
        self.etag = etag
        self.lastModified = lastModified
        self.contentType = contentType
        self.retryAfter = retryAfter
    }
}

/// How long the parts of a download took. All but ``queued`` and ``total`` belong to the last request (after
/// redirects) and count from its start; a part that was not needed is as long as the one before it.
public struct Durations: Sendable, Equatable {
    /// The wait for a free place in the engine, all requests together.
    public let queued: Duration

    /// Until the name was looked up.
    public let nameLookup: Duration

    /// Until the TCP connection stood.
    public let connect: Duration

    /// Until the TLS handshake was done; zero without a new TLS connection.
    public let tls: Duration

    /// Until the first byte of the answer.
    public let firstByte: Duration

    /// The whole download with its redirects and waits.
    public let total: Duration

    /// Durations; zero unless given.
    public init(
        queued: Duration = .zero,
        nameLookup: Duration = .zero,
        connect: Duration = .zero,
        tls: Duration = .zero,
        firstByte: Duration = .zero,
        total: Duration = .zero
    ) {
        self.queued = queued
        self.nameLookup = nameLookup
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }
}
