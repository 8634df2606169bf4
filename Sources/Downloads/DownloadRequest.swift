/// One file to download, and everything that decides how.
///
/// The defaults are those of a phone: no more than 240 KB, the redirects of an ordinary web server, no
/// credentials. A request is checked whole before anything is sent.
public struct DownloadRequest: Sendable {
    /// The size that a configuration file may have: 240 KB (Administrator Guide, "Configuration File
    /// Specifications").
    public static let configurationFileLimit = 245_760

    /// The address: `http`, `https`, `ftp` or `tftp`, at most ``DownloadURL/maximumLength`` bytes.
    ///
    /// It may carry credentials (`http://id:pass@host/`); characters that have a meaning in a URL are
    /// percent-encoded there (RFC 3986 section 2.1).
    public var url: String

    /// The value of the `User-Agent` header for HTTP and HTTPS. `nil`: the header is not sent.
    public var userAgent: String?

    /// Used when the server asks for credentials and the URL has none. FTP logs in with them at once.
    public var credentials: Credentials?

    /// Which HTTP authentication schemes may answer a server that asks.
    public var authentication: HTTPAuthentication

    /// What the caller knows of the copy it has, so that the server may answer "not modified". HTTP and
    /// HTTPS only.
    public var validators: Validators

    /// Whether redirects are followed: at most ``maximumRedirects``, only to the four schemes above, and
    /// never from HTTPS to something that is not encrypted. When `false`, a redirect is the result.
    public var followsRedirects: Bool

    /// The number of bytes that the file may have, counted as the program would receive it. More ends the
    /// download with ``DownloadError/Reason/tooLarge(limit:)``; nothing of it is handed over.
    public var maximumBytes: Int

    /// How long each part of the download may take.
    public var timeouts: Timeouts

    /// Root certificates to be trusted beside the system's: each element one file's content, PEM (with one
    /// certificate or several) or DER (one). At most ``maximumRoots``.
    public var roots: [[UInt8]]

    /// Trust ``roots`` alone, and none of the system's.
    public var onlyProvisionedRoots: Bool

    /// An HTTP proxy for HTTP and HTTPS. The environment's proxy variables are never looked at.
    public var proxy: Proxy?

    /// What the sockets are bound to. `nil`: the system's routing decides.
    public var localBinding: LocalBinding?

    /// The number of redirects that are followed: 5.
    public static let maximumRedirects = 5

    /// The number of elements that ``roots`` may have: 16. A phone has three parameters for them.
    public static let maximumRoots = 16

    /// A request with the defaults of a phone.
    /// - Parameter url: The address; see ``url``.
    public init(url: String) {
        self.url = url
        self.userAgent = nil
        self.credentials = nil
        self.authentication = .any
        self.validators = Validators()
        self.followsRedirects = true
        self.maximumBytes = Self.configurationFileLimit
        self.timeouts = Timeouts()
        self.roots = []
        self.onlyProvisionedRoots = false
        self.proxy = nil
        self.localBinding = nil
    }
}

/// A user name and a password, as they are, without any encoding. Its description hides the password.
public struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The user name.
    public let user: String

    /// The password; may be empty.
    public let password: String

    /// A user name and a password as they are.
    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The user name with `***` in place of the password.
    public var description: String { "\(user):***" }

    /// The same as ``description``, so that no debugger output or test message shows a password.
    public var debugDescription: String { description }
}

/// Which HTTP authentication schemes (RFC 7617, RFC 7616) may answer a server that asks for credentials.
public enum HTTPAuthentication: String, Sendable, Hashable, CaseIterable {
    /// Digest or Basic, whichever the server offers; Digest when it offers both.
    case any

    /// Basic alone, as phones of this series are known to answer; a server that wants Digest is refused.
    case basic
}

/// What is known of an earlier copy of the file (RFC 9110 section 13.1), word for word as the server sent it.
public struct Validators: Sendable, Hashable {
    /// The `ETag` header of that copy, with its quotation marks; sent as `If-None-Match`.
    public var etag: String?

    /// The `Last-Modified` header of that copy; sent as `If-Modified-Since`.
    public var lastModified: String?

    /// Validators of an earlier copy; none of them by default.
    public init(etag: String? = nil, lastModified: String? = nil) {
        self.etag = etag
        self.lastModified = lastModified
    }

    var isEmpty: Bool { etag == nil && lastModified == nil }
}

/// How long each part of a download may take. Every value is from 1 millisecond to ``longest``.
///
/// The defaults are our choice: 245,760 bytes in 60 seconds are 33 kbit/s, less than one call needs.
public struct Timeouts: Sendable, Hashable {
    /// The longest value that is accepted: one hour.
    public static let longest = Duration.seconds(3600)

    /// Name lookup, TCP connection and TLS handshake together, for FTP the login as well. 10 seconds unless set.
    public var connect: Duration

    /// From the request to the first byte of the answer. 15 seconds unless set.
    public var firstByte: Duration

    /// The longest pause between two parts of the answer. 10 seconds unless set.
    public var idle: Duration

    /// The whole download with its redirects, without the wait for a free place. 60 seconds unless set.
    public var total: Duration

    /// Time-outs, with the defaults that each property names.
    public init(
        connect: Duration = .seconds(10),
        firstByte: Duration = .seconds(15),
        idle: Duration = .seconds(10),
        total: Duration = .seconds(60)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}

/// An HTTP proxy: asked for `http` URLs itself, and for a tunnel (`CONNECT`, RFC 9110 section 9.3.6) for `https`.
public struct Proxy: Sendable, Hashable {
    /// Its name or address; an IPv6 address without brackets.
    public let host: String

    /// Its TCP port.
    public let port: UInt16

    /// A proxy at this name or address and port.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// What the sockets of a download are bound to.
public enum LocalBinding: Sendable, Hashable {
    /// A network interface by name, such as `eth0` (at most 15 bytes). Linux 5.7 and later ask for no
    /// privilege for this.
    case interface(String)

    /// An address of this host, IPv4 or IPv6 in numbers. Needs no privilege on any Linux.
    case address(String)
}
