extension DownloadError: CustomStringConvertible {
    /// One line: the URL, what happened, and what to do.
    public var description: String {
        let origin = url == requestedURL ? url : "\(url) (redirected from \(requestedURL))"
        return "\(origin): \(reason.explanation)"
    }

    /// A stable name for programs, of lower-case words with hyphens, such as `http-404` or `tls-expired`.
    public var code: String { reason.code }
}

extension DownloadError.Reason {
    /// A stable name for programs.
    public var code: String {
        switch self {
        case .unsupportedScheme: "unsupported-scheme"
        case .badURL: "bad-url"
        case .badRequest: "bad-request"
        case .badRoot: "bad-root"
        case .systemRootsUnreadable: "system-roots-unreadable"
        case .nameNotResolved: "name-not-resolved"
        case .nameLookupTimeout: "name-lookup-timeout"
        case .connectionRefused: "connection-refused"
        case .unreachable: "unreachable"
        case .connectTimeout: "connect-timeout"
        case .localBinding: "local-binding"
        case .proxy: "proxy"
        case .firstByteTimeout: "first-byte-timeout"
        case .idleTimeout: "idle-timeout"
        case .totalTimeout: "total-timeout"
        case .tooLarge: "too-large"
        case .headersTooLarge: "headers-too-large"
        case .httpStatus(let status, _): "http-\(status)"
        case .unauthorized: "http-401"
        case .unexpectedNotModified: "http-304"
        case .contentEncoded: "content-encoded"
        case .tooManyRedirects: "too-many-redirects"
        case .redirectRefused: "redirect-refused"
        case .tls(let failure): failure.code
        case .ftpLogin: "ftp-login"
        case .ftpMissing: "ftp-missing"
        case .tftpNotFound: "tftp-not-found"
        case .tftpAccess: "tftp-access"
        case .tftpError: "tftp-error"
        case .truncated: "truncated"
        case .connectionReset: "connection-reset"
        case .emptyReply: "empty-reply"
        case .badReply: "bad-reply"
        case .overloaded: "overloaded"
        case .cancelled: "cancelled"
        case .other: "other"
        }
    }

    /// What happened, then what to do.
    var explanation: String {
        switch self {
        case .unsupportedScheme(let scheme):
            "the scheme \(scheme) is not supported; use http, https, ftp or tftp"
        case .badURL(let why): "the URL cannot be used: \(why)"
        case .badRequest(let why): "the request cannot be used: \(why)"
        case .badRoot(let number, let why):
            "root certificate \(number) cannot be used: \(why); provide it again, as PEM or DER"
        case .systemRootsUnreadable(let path, let why):
            "the root certificates in \(path) cannot be read: \(why); install the package ca-certificates"
        case .nameNotResolved(let host):
            "the name \(host) has no address; check the name and this host's DNS servers"
        case .nameLookupTimeout(let host, let after):
            "no DNS answer for \(host) in \(after.inSeconds); check this host's DNS servers"
        case .connectionRefused(let server):
            "\(server) refuses connections; check that the server runs and the port is right"
        case .unreachable(let server, let why):
            "\(server) cannot be reached: \(why); check the network and the address"
        case .connectTimeout(let after):
            "no connection in \(after.inSeconds); check the address, the port and firewalls"
        case .localBinding(let why): "the local interface or address cannot be used: \(why); check its name"
        case .proxy(let why): "the HTTP proxy does not help: \(why); check HTTP_PROXY_SVR_ADDR and HTTP_PROXY_SVR_PORT"
        case .firstByteTimeout(let after):
            "no answer in \(after.inSeconds); check the server, and for TFTP that firewalls let its answers through"
        case .idleTimeout(let after, let received):
            "the answer stopped for \(after.inSeconds) after \(received) bytes; check the server and the network"
        case .totalTimeout(let after, let received):
            "not done in \(after.inSeconds), \(received) bytes so far; check the network"
        case .tooLarge(let limit): "the file has more than \(limit) bytes; make it smaller"
        case .headersTooLarge(let limit): "the answer has more than \(limit) bytes of headers; check the server"
        case .httpStatus(let status, let retryAfter): HTTPStatusText.explanation(status, retryAfter)
        case .unauthorized(let refusal): refusal.explanation
        case .unexpectedNotModified:
            "the server says \"not modified\" (HTTP 304) though no copy was named; check caches before the server"
        case .contentEncoded(let encoding):
            "the server compresses the file (\(encoding)) though nobody asked; switch that off for this file"
        case .tooManyRedirects(let limit): "more than \(limit) redirects; check the server for a loop"
        case .redirectRefused(let target, let why): "the redirect to \(target) is not followed: \(why.explanation)"
        case .tls(let failure): failure.explanation
        case .ftpLogin: "the FTP server refuses user name or password; set them in the URL (ftp://id:pass@host/)"
        case .ftpMissing: "the FTP server has no such file, or it may not be read; check path and permissions"
        case .tftpNotFound: "the TFTP server has no such file; names differ in upper and lower case there"
        case .tftpAccess: "the TFTP server does not let the file be read; check its permissions"
        case .tftpError(let why): "the TFTP server refuses: \(why); check the server's log"
        case .truncated(let received):
            "the connection ended before the file did, after \(received) bytes; check the server and try again"
        case .connectionReset(let received):
            "the connection was broken off after \(received) bytes; check the server and firewalls"
        case .emptyReply: "the server closed the connection without an answer; check the port and the scheme"
        case .badReply(let why): "the answer is not what the protocol has: \(why); check the port and the scheme"
        case .overloaded(let limit): "\(limit) downloads are waiting already; try again later"
        case .cancelled: "cancelled"
        case .other(let code, let why): "libcurl error \(code): \(why)"
        }
    }
}

extension DownloadError.Unauthorized {
    fileprivate var explanation: String {
        guard !offered.isEmpty else {
            return "the server refuses (HTTP 401) and names no scheme that is known; let it offer Basic"
        }
        let schemes = offered.joined(separator: " or ")
        if !schemeAllowed {
            return "the server asks for credentials and offers \(schemes), which may not be used; offer Basic there"
        }
        if hadCredentials {
            let bare = namesScheme ? "" : ", and its refusal has no WWW-Authenticate, against RFC 9110"
            return "the server refuses user name or password (HTTP 401, \(schemes)\(bare)); check them"
        }
        return "the server asks for user name and password (HTTP 401, \(schemes)); set HTTP_AUTH_ID and "
            + "HTTP_AUTH_PASSWORD (for a URL set by hand, USR_PROV_SVR_AUTH_ID and its password), or write them in the URL"
    }
}

extension DownloadError.RedirectRefusal {
    fileprivate var explanation: String {
        switch self {
        case .scheme(let scheme): "\(scheme) is not supported; redirect to http, https, ftp or tftp"
        case .downgrade: "it leads from HTTPS to something that is not encrypted; redirect to https"
        case .badURL(let why): "it cannot be used: \(why); correct the Location header"
        }
    }
}

enum HTTPStatusText {
    static func explanation(_ status: Int, _ retryAfter: Duration?) -> String {
        let wait = retryAfter.map { "; it asks to try again in \($0.inSeconds)" } ?? ""
        return "HTTP \(status), \(advice(status))\(wait)"
    }

    private static func advice(_ status: Int) -> String {
        switch status {
        case 206: "a part of the file, which nobody asked for; check the server"
        case 300..<400: "a redirect without a usable Location; check the server"
        case 403: "the server does not allow it; check that it knows this phone's MAC address and User-Agent"
        case 404, 410: "the server has no such file; check the path and the file's name"
        case 429: "too many requests; ask less often, or raise the server's limit"
        case 400..<500: "the server does not take the request; check the URL"
        case 502, 504: "the server behind a gateway does not answer; check it"
        case 503: "the server is busy or down; try again later"
        case 500..<600: "the server has failed; check its log"
        default: "which means nothing for a download; check the server"
        }
    }
}

extension Duration {
    /// Seconds with at most three decimals, such as `10 s` or `0.25 s`.
    var inSeconds: String {
        let milliseconds = self.milliseconds
        let fraction = String(1000 + abs(milliseconds % 1000)).dropFirst()
        let shown = fraction.reversed().drop { $0 == "0" }.reversed()
        return shown.isEmpty ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(String(shown)) s"
    }
}
