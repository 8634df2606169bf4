/// Whether the phone sent a message or received it.
public enum MessageDirection: String, Codable, Sendable, CaseIterable {
    /// The phone sent it.
    case sent
    /// The phone received it.
    case received
}

/// A SIP message of a run.
public struct MessageRecord: Codable, Sendable, Equatable {
    /// The step that was under way, 1 to 9.
    public var step: Int
    /// When, RFC 3339 in UTC.
    public var at: String
    /// Sent or received.
    public var direction: MessageDirection
    /// The sender's address and port.
    public var source: String
    /// The receiver's address and port.
    public var destination: String
    /// The first line of the message (RFC 3261 section 7).
    public var startLine: String
    /// The size of the datagram's content in bytes.
    public var bytes: Int

    /// A message from its parts; each is described at its property.
    public init(
        step: Int,
        at: String,
        direction: MessageDirection,
        source: String,
        destination: String,
        startLine: String,
        bytes: Int
    ) {
        self.step = step
        self.at = at
        self.direction = direction
        self.source = source
        self.destination = destination
        self.startLine = startLine
        self.bytes = bytes
    }
}

/// A download of a run, whether it came to its end or not.
public struct DownloadRecord: Codable, Sendable, Equatable {
    /// The step that it belongs to: 7 or 8.
    public var step: Int
    /// What it was for, as `initial file`.
    public var purpose: String
    /// When it began, RFC 3339 in UTC.
    public var at: String
    /// How long it took in milliseconds.
    public var milliseconds: Int
    /// The URL that was asked for, with credentials masked.
    public var url: String
    /// The URLs that redirected, in order, with credentials masked.
    public var redirects: [String]
    /// `HTTP/1.0`, `HTTP/1.1`, `FTP` or `TFTP`; `nil` when nothing was answered.
    @Nullable public var version: String?
    /// The status code of HTTP, or `nil` without one.
    @Nullable public var status: Int?
    /// The version of TLS, as `TLSv1.3`, or `nil` without TLS.
    @Nullable public var tls: String?
    /// The size of what was received, in bytes.
    public var bytes: Int
    /// The address and port that answered, or `nil` when it is not known.
    @Nullable public var server: String?
    /// Why it was of no use, as a stable name such as `http-404`, or `nil` when it was.
    @Nullable public var failure: String?

    /// A download from its parts; each is described at its property.
    public init(
        step: Int,
        purpose: String,
        at: String,
        milliseconds: Int,
        url: String,
        redirects: [String],
        version: String?,
        status: Int?,
        tls: String?,
        bytes: Int,
        server: String?,
        failure: String?
    ) {
        self.step = step
        self.purpose = purpose
        self.at = at
        self.milliseconds = milliseconds
        self.url = url
        self.redirects = redirects
        self.version = version
        self.status = status
        self.tls = tls
        self.bytes = bytes
        self.server = server
        self.failure = failure
    }
}

/// A provisioning option of a lease.
public struct LeaseRecord: Codable, Sendable, Equatable {
    /// The step that looks at it, 4 to 6.
    public var step: Int
    /// `160`, `159`, `66`, or `DHCPv6 17`.
    public var option: String
    /// Its clean text with credentials masked, or `nil` when it cannot be used.
    @Nullable public var value: String?
    /// Why it cannot be used, or `nil` when it can.
    @Nullable public var refusal: String?
    /// Which DHCP event brought it, and by which way.
    public var origin: String

    /// An option from its parts; each is described at its property.
    public init(step: Int, option: String, value: String?, refusal: String?, origin: String) {
        self.step = step
        self.option = option
        self.value = value
        self.refusal = refusal
        self.origin = origin
    }
}
