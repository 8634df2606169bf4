/// One request to one server: a download has one for each redirect, and one more when a certificate was
/// refused and the chain is looked at.
///
/// A class: it goes from hand to hand, and copies of its many texts were 6 % of a small download's processor time.
final class Leg: Sendable {
    enum Purpose: Sendable, Equatable {
        /// Fetch the file.
        case download
        /// Make a TLS connection without judging the certificates, note them, send nothing and close.
        case inspectCertificates
    }

    /// Where the system's root certificates are: in a file, and perhaps under hashed names in a folder.
    struct SystemRoots: Sendable, Equatable {
        let file: String
        let folder: String?
    }

    /// What is trusted; certificates are in PEM.
    enum Roots: Sendable, Equatable {
        /// The system's, from the file, which libcurl reads once and keeps.
        case system(SystemRoots)
        /// The system's and these.
        case systemAnd(SystemRoots, [UInt8])
        /// These alone. Empty: none.
        case only([UInt8])
    }

    /// How long one attempt at a TFTP server waits for its first answer, or for the next block. libcurl asks again every
    /// third of it, and not sooner than every 5 seconds when it has longer (lib/tftp.c, tftp_set_timeouts): too seldom
    /// for a bad cable. And a server that has given a transfer up never sends its next block.
    static let longestTFTPAttempt = Duration.seconds(5)

    let purpose: Purpose
    let url: DownloadURL
    let credentials: Credentials?
    let roots: Roots
    let authentication: HTTPAuthentication
    let userAgent: String?
    let validators: Validators
    let maximumBytes: Int
    /// The request's, but for the total: what is left of it.
    let timeouts: Timeouts
    /// The whole total, for the message when it is over.
    let requestedTotal: Duration
    let proxy: Proxy?
    let localBinding: LocalBinding?
    /// Whose places it takes. A proxy is one server, whatever is behind it.
    let server: String

    init(
        _ purpose: Purpose,
        url: DownloadURL,
        credentials: Credentials?,
        roots: Roots,
        total: Duration,
        request: DownloadRequest
    ) {
        self.purpose = purpose
        self.url = url
        self.credentials = credentials
        self.roots = roots
        authentication = request.authentication
        userAgent = request.userAgent
        validators = request.validators
        maximumBytes = request.maximumBytes
        let isTFTP = url.scheme == .tftp
        timeouts = Timeouts(
            connect: isTFTP ? min(request.timeouts.firstByte, Self.longestTFTPAttempt) : request.timeouts.connect,
            firstByte: request.timeouts.firstByte,
            idle: isTFTP ? min(request.timeouts.idle, Self.longestTFTPAttempt) : request.timeouts.idle,
            total: total
        )
        requestedTotal = request.timeouts.total
        // The proxy parameters are for HTTP (HTTP_PROXY_SVR_ADDR).
        proxy = url.scheme.isHTTP ? request.proxy : nil
        localBinding = request.localBinding
        server = proxy.map { "\($0.host):\($0.port)" } ?? url.server
    }

    /// Whether libcurl is given neither a secret nor certificates for it, so that its handle may serve another leg.
    var leavesNothing: Bool { url.scheme == .http && credentials == nil && purpose == .download }
}
