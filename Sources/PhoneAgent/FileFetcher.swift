import ConfigurationFile
import Downloads
import Flash
import PhoneSettings
import Provisioning

/// Carries out the sequence's downloads for one phone, and judges what comes.
struct FileFetcher: Sendable {
    let identity: PhoneIdentity
    let phone: MACAddress
    let engine: DownloadEngine
    let flash: FlashStore
    let configuration: DaemonConfiguration
    /// The settings in force, for the User-Agent, credentials and proxy.
    let settings: EffectiveSettings
    /// The key for encrypted files: of the settings in force, or of a standard file that came in this run.
    let key: DecryptionKey?
    let files: [FlashFile: SavedFile]
    let roots: [[UInt8]]
    /// What is learnt on the way, for the trace.
    let note: TransferNote
    /// The host of USR_PROV_SVR_URL: its credentials are good for that host only, wherever the run is led.
    let provisioningHost: String?

    /// What came, to be kept when the run ends well.
    enum Content: Sendable {
        /// Nothing that could be used.
        case none
        /// A configuration file. `body` is `nil` when the saved copy is the same.
        case document(FileRole, SavedFile, settings: [Setting], body: [UInt8]?)
        /// A root certificate file.
        case root(Int, SavedFile, body: [UInt8], isNew: Bool)
        /// A root certificate file could not be had, and the one that is saved came from a place that is named no more.
        case rootOfAnotherPlace(Int)
    }

    /// Downloads and judges.
    func fetch(_ order: DownloadOrder) async -> (DownloadResult, Content) {
        let file = FlashFile(order.purpose)
        let saved = file.flatMap { files[$0] }
        let copy: [UInt8]?
        if let saved, let file, saved.url == order.url {
            copy = try? await flash.body(of: file, phone: phone)
        } else {
            copy = nil
        }
        var request = request(for: order)
        if copy != nil {
            request.validators = Validators(etag: saved?.etag, lastModified: saved?.lastModified)
        }
        do throws(DownloadError) {
            let download = try await engine.download(request)
            note.take(download)
            switch download.outcome {
            case .redirect(let location):
                return (.redirect(url: location, detail: "the answer is a redirect: \(summary(of: download))"), .none)
            case .notModified:
                guard let copy, let saved else {
                    let url = ProvisioningURL.maskingQuerySecrets(in: download.effectiveURL)
                    return (.failed("\(url): 304 Not Modified without having been asked"), .none)
                }
                return judge(order, download, body: copy, unchangedSince: saved)
            case .content(let body):
                return judge(order, download, body: body, unchangedSince: nil)
            }
        } catch {
            note.fail(error)
            return await failure(of: order, request, error)
        }
    }

    // MARK: The request

    private func request(for order: DownloadOrder) -> DownloadRequest {
        var request = DownloadRequest(url: order.url)
        let limits = configuration.downloads
        let total = order.isOneOfSeveralTries ? limits.trySeconds : limits.totalSeconds
        request.timeouts = Timeouts(
            connect: .seconds(min(limits.connectSeconds, total)),
            firstByte: .seconds(min(limits.firstByteSeconds, total)),
            idle: .seconds(min(limits.idleSeconds, total)),
            total: .seconds(total)
        )
        let userAgent = identity.expandingMacros(in: settings.text(.httpUserAgent))
        request.userAgent = userAgent.isEmpty ? nil : userAgent
        request.credentials = credentials(for: order)
        request.authentication = configuration.httpAuthentication == .basic ? .basic : .any
        request.followsRedirects = order.purpose != .redirection
        request.roots = roots
        request.onlyProvisionedRoots = configuration.onlyProvisionedRoots
        if case .through(let proxy) = proxy { request.proxy = proxy }
        return request
    }

    /// Those in the URL come first; libcurl sees to that.
    private func credentials(for order: DownloadOrder) -> Credentials? {
        let isByHand = order.source == .manual || order.source == .stored
        let host = try? DownloadURL(order.url).host
        let id = settings.text(.userProvisioningAuthID)
        if isByHand, !id.isEmpty, host == provisioningHost {
            return Credentials(user: id, password: settings.text(.userProvisioningAuthPassword))
        }
        let httpID = settings.text(.httpAuthID)
        guard order.url.hasPrefix("http"), !httpID.isEmpty else { return nil }
        return Credentials(user: httpID, password: settings.text(.httpAuthPassword))
    }

    /// What HTTP_ENABLE_PROXY and its companions come to.
    enum ProxyChoice: Sendable, Equatable {
        /// No proxy.
        case direct
        /// This one.
        case through(Proxy)
        /// One is wanted, and the named parameter does not say which: none is used.
        case incomplete(parameter: String)
    }

    var proxy: ProxyChoice {
        guard settings.flag(.httpEnableProxy) == true else { return .direct }
        let host = settings.text(.httpProxyAddress)
        guard !host.isEmpty else { return .incomplete(parameter: "HTTP_PROXY_SVR_ADDR") }
        guard let port = settings.integer(.httpProxyPort).flatMap({ UInt16(exactly: $0) }), port > 0 else {
            return .incomplete(parameter: "HTTP_PROXY_SVR_PORT")
        }
        return .through(Proxy(host: host, port: port))
    }
}

extension FlashFile {
    /// The saved copy of what a download is for; the redirection server's answer is not kept as such.
    fileprivate init?(_ purpose: DownloadPurpose) {
        switch purpose {
        case .redirection: return nil
        case .initial: self = .document(.initial)
        case .deviceFile(let role): self = .document(role)
        case .rootCertificate(let number): self = .rootCertificate(number)
        }
    }
}
