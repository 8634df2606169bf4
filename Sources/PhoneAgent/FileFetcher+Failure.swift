import ConfigurationFile
import Downloads
import Flash
import Provisioning

// What is made of a download that failed: why, what it means for the next attempt, and what else would have answered.

extension FileFetcher {
    func failure(
        of order: DownloadOrder,
        _ request: DownloadRequest,
        _ error: DownloadError
    ) async -> (DownloadResult, Content) {
        var text = ProvisioningURL.maskingQuerySecrets(in: "\(error)")
        if error.reason.isMissingFile, let other = await answeringInOtherCase(order, request) {
            text += "; \(other)"
        }
        let (kept, note) = withoutCertificate(order)
        return (.failed(text + note, because: FailureCause(error.reason)), kept)
    }

    /// What a root certificate that could not be had leaves behind: the saved one stays trusted as long as the same place
    /// is named.
    func withoutCertificate(_ order: DownloadOrder) -> (kept: Content, note: String) {
        guard case .rootCertificate(let number) = order.purpose, let saved = files[.rootCertificate(number)] else {
            return (.none, "")
        }
        let url = ProvisioningURL.masked(saved.url)
        guard !Self.isSamePlace(saved.url, order.url) else {
            return (.none, "; the one that was fetched before stays trusted")
        }
        return (.rootOfAnotherPlace(number), "; the one from \(url), which is named no more, is no longer trusted")
    }

    /// Servers name files by the MAC address in upper case or in lower case, and some file systems tell them apart. The
    /// phone asks as the URL says; that the other spelling would have been answered is worth saying.
    private func answeringInOtherCase(_ order: DownloadOrder, _ request: DownloadRequest) async -> String? {
        guard let (url, macro) = Self.inOtherCase(order.url, of: identity.mac) else { return nil }
        var probe = request
        probe.url = url
        probe.validators = Validators()
        guard let download = try? await engine.download(probe), isAcceptable(download.body, for: order) else {
            return nil
        }
        let shown = ProvisioningURL.masked(url)
        return
            "your server has it, under another case: \(shown) answers; write \(macro) in the URL, or name the file as"
            + " the phone asks"
    }

    private func isAcceptable(_ body: [UInt8], for order: DownloadOrder) -> Bool {
        switch order.purpose {
        case .redirection: false
        case .rootCertificate: (try? RootCertificateFile.certificates(in: body)) != nil
        case .initial: (try? ConfigurationFile.read(body, as: .initial, key: key)) != nil
        case .deviceFile(let role): (try? ConfigurationFile.read(body, as: ConfigurationRole(role), key: key)) != nil
        }
    }

    /// The URL with the MAC address in the other case, and the macro that would give it; `nil` when it is not there or has
    /// no letters.
    static func inOtherCase(_ url: String, of mac: MACAddress) -> (url: String, macro: String)? {
        guard mac.upperCase != mac.lowerCase else { return nil }
        if url.contains(mac.upperCase) { return (url.replacing(mac.upperCase, with: mac.lowerCase), "{mac}") }
        if url.contains(mac.lowerCase) { return (url.replacing(mac.lowerCase, with: mac.upperCase), "{MAC}") }
        return nil
    }

    /// A path without a protocol is tried with four of them: they are one place.
    private static func isSamePlace(_ one: String, _ other: String) -> Bool {
        func rest(_ url: String) -> Substring {
            url.firstRange(of: "://").map { url[$0.upperBound...] } ?? Substring(url)
        }
        return rest(one) == rest(other)
    }
}

extension DownloadError.Reason {
    /// The server answers, and says that there is no such file.
    fileprivate var isMissingFile: Bool {
        switch self {
        case .httpStatus(404, _), .httpStatus(410, _), .ftpMissing, .tftpNotFound: true
        default: false
        }
    }
}

extension FailureCause {
    /// Retry-After means a time to come back with these two statuses alone (RFC 9110 section 15.6.4, RFC 6585 section 4).
    fileprivate init(_ reason: DownloadError.Reason) {
        switch reason {
        case .httpStatus(429, let wait?), .httpStatus(503, let wait?): self = .busy(retryAfter: wait)
        default: self = .other
        }
    }
}
