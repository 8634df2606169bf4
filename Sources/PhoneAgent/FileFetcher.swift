import ConfigurationFile
import Crypto
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
                return (.redirect(url: location, detail: "the answer is a redirect: \(download.summary)"), .none)
            case .notModified:
                guard let copy, let saved else {
                    return (.failed("\(download.effectiveURL): 304 Not Modified without having been asked"), .none)
                }
                return judge(order, download, body: copy, unchangedSince: saved)
            case .content(let body):
                return judge(order, download, body: body, unchangedSince: nil)
            }
        } catch {
            note.fail(error)
            return (.failed("\(error)"), .none)
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
        if settings.flag(.httpEnableProxy) == true, let port = settings.integer(.httpProxyPort),
            let port = UInt16(exactly: port), port > 0
        {
            let host = settings.text(.httpProxyAddress)
            request.proxy = host.isEmpty ? nil : Proxy(host: host, port: port)
        }
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

    // MARK: The judgement

    private func judge(
        _ order: DownloadOrder,
        _ download: Download,
        body: [UInt8],
        unchangedSince saved: SavedFile?
    ) -> (DownloadResult, Content) {
        switch order.purpose {
        case .redirection:
            if let url = Self.onlyURL(in: body) {
                return (.redirect(url: url, detail: "the answer is a URL: \(download.summary)"), .none)
            }
            return document(order, .initial, download, body, saved)
        case .initial:
            return document(order, .initial, download, body, saved)
        case .deviceFile(let role):
            return document(order, role, download, body, saved)
        case .rootCertificate(let number):
            return certificate(order, number, download, body, isNew: saved == nil)
        }
    }

    private func document(
        _ order: DownloadOrder,
        _ role: FileRole,
        _ download: Download,
        _ body: [UInt8],
        _ confirmed: SavedFile?
    ) -> (DownloadResult, Content) {
        do throws(ConfigurationFileError) {
            let document = try ConfigurationFile.read(body, as: ConfigurationRole(role), key: key)
            let digest = Self.sha256(body)
            let previous = files[.document(role)]
            let isUnchanged = confirmed != nil || previous?.sha256 == digest
            var messages = document.diagnostics.prefix(Self.maximumMessages).map(\.description)
            if document.diagnostics.count > Self.maximumMessages {
                messages.append("… and \(document.diagnostics.count - Self.maximumMessages) more messages")
            }
            if case .aes(let length, let digest) = document.encryption {
                messages.insert("encrypted: AES-\(length.rawValue), key by \(digest.rawValue)", at: 0)
            }
            messages += warnsOfOtherURL(document.settings, cameFrom: order.initialURL)
            let fetched = FetchedDocument(
                url: base(of: order, download),
                isUnchanged: isUnchanged,
                bytes: body.count,
                sha256: digest,
                names: document.initial.map(FetchedDocument.InitialPart.init),
                hasSettings: !document.settings.isEmpty,
                detail: download.summary + (isUnchanged && confirmed == nil ? ", the same as the saved copy" : ""),
                messages: messages,
                errors: document.diagnostics.count { $0.severity == .error }
            )
            let entry =
                confirmed
                ?? SavedFile(
                    file: .document(role),
                    url: order.url,
                    etag: download.http?.etag,
                    lastModified: download.http?.lastModified,
                    sha256: digest,
                    receivedAt: .now,
                    bytes: body.count
                )
            let content = Content.document(
                role,
                entry,
                settings: document.settings,
                body: confirmed == nil ? body : nil
            )
            return (.document(fetched), content)
        } catch {
            note.fail(error.code)
            let gap = error.position == nil ? " " : ""
            return (.failed("\(ProvisioningURL.masked(order.url)):\(gap)\(error)"), .none)
        }
    }

    private func certificate(
        _ order: DownloadOrder,
        _ number: Int,
        _ download: Download,
        _ body: [UInt8],
        isNew: Bool
    ) -> (DownloadResult, Content) {
        guard let count = RootCertificateFile.certificateCount(in: body) else {
            note.fail("no-certificate")
            let url = ProvisioningURL.masked(order.url)
            return (.failed("\(url): it is no certificate file: PEM or DER is expected"), .none)
        }
        let digest = Self.sha256(body)
        if let saved = files[.rootCertificate(number)], saved.sha256 == digest, !isNew || saved.url == order.url {
            let certificates = count == 1 ? "1 certificate" : "\(count) certificates"
            return (
                .certificate(detail: "\(download.summary), the same \(certificates) as before"),
                .root(number, saved, body: body, isNew: false)
            )
        }
        let saved = SavedFile(
            file: .rootCertificate(number),
            url: order.url,
            etag: download.http?.etag,
            lastModified: download.http?.lastModified,
            sha256: digest,
            receivedAt: .now,
            bytes: body.count
        )
        let certificates = count == 1 ? "1 certificate" : "\(count) certificates"
        return (
            .certificate(detail: "\(download.summary), \(certificates) trusted from now on"),
            .root(number, saved, body: body, isNew: isNew)
        )
    }

    /// The most messages of one document that go into the trace.
    static let maximumMessages = 50

    /// A file that sends the phone elsewhere may cut the branch it sits on.
    private func warnsOfOtherURL(_ settings: [Setting], cameFrom url: String) -> [String] {
        guard let setting = settings.last(where: { $0.key == .userProvisioningURL }), !setting.value.isEmpty else {
            return []
        }
        let completed = try? ProvisioningURL(completing: setting.value, for: identity)
        guard completed?.candidates.contains(url) != true else { return [] }
        let line = setting.position.map { "line \($0.line): " } ?? ""
        return [
            "\(line)warning: it sets USR_PROV_SVR_URL to \(ProvisioningURL.masked(setting.value)), which is not where"
                + " the phone found it: from the next run on the phone asks there and nowhere else"
        ]
    }

    /// Where relative paths of the file start from. After a redirect the first URL's credentials are another host's.
    private func base(of order: DownloadOrder, _ download: Download) -> String {
        guard !download.redirects.isEmpty else { return order.url }
        let url = download.effectiveURL
        guard let scheme = url.range(of: "://"), let at = url[scheme.upperBound...].firstIndex(of: "@"),
            !url[scheme.upperBound..<at].contains("/")
        else { return url }
        return String(url[..<scheme.upperBound]) + url[url.index(after: at)...]
    }

    private static func onlyURL(in body: [UInt8]) -> String? {
        guard body.count <= ProvisioningURL.maximumBytes, let text = String(validating: body, as: UTF8.self) else {
            return nil
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let word = words.first, word.contains("://") else { return nil }
        return String(word)
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in SHA256.hash(data: bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
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

extension ConfigurationRole {
    init(_ role: FileRole) {
        switch role {
        case .initial: self = .initial
        case .standard: self = .standard
        case .product: self = .product
        case .master: self = .master
        }
    }
}

extension FetchedDocument.InitialPart {
    fileprivate init(_ section: InitialSection) {
        self.init(
            rootCertificates: section.rootCertificatePaths,
            standard: section.standardFilePath ?? "",
            product: section.productFilePath ?? "",
            master: section.masterFilePath ?? ""
        )
    }
}

extension Download {
    /// `200, HTTP/1.1, TLSv1.3, 1520 bytes in 12 ms from 198.51.100.1:80`.
    var summary: String {
        var parts: [String] = []
        if let http { parts += ["\(http.status)", "HTTP/\(http.version)"] }
        if let tlsVersion { parts.append(tlsVersion) }
        let size = byteCount == 1 ? "1 byte" : "\(byteCount) bytes"
        // libcurl does not know who answers by TFTP.
        let from = remoteAddress.isEmpty ? "" : " from \(remoteAddress)"
        parts.append("\(size) in \(durations.total.milliseconds) ms\(from)")
        let route = redirects.isEmpty ? "" : " after \(redirects.joined(separator: " → "))"
        return "\(effectiveURL): " + parts.joined(separator: ", ") + route
    }
}
