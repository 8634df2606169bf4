import ConfigurationFile
import Crypto
import Downloads
import Flash
import PhoneSettings
import Provisioning

// What is made of a file that came: is it what was asked for, and is it another one than before?

extension FileFetcher {
    func judge(
        _ order: DownloadOrder,
        _ download: Download,
        body: [UInt8],
        unchangedSince saved: SavedFile?
    ) -> (DownloadResult, Content) {
        switch order.purpose {
        case .redirection:
            if let url = Self.onlyURL(in: body) {
                return (.redirect(url: url, detail: "the answer is a URL: \(summary(of: download))"), .none)
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
            let kept = document.settings(keepingKeyOf: settings)
            let digest = Self.sha256(body)
            let previous = files[.document(role)]
            let isUnchanged = confirmed != nil || previous?.sha256 == digest
            var messages = document.diagnostics(atMost: Self.maximumMessages).map(\.description)
            if document.diagnostics.count > Self.maximumMessages {
                messages.append("… and \(document.diagnostics.count - Self.maximumMessages) more messages")
            }
            if case .aes(let length, let digest) = document.encryption {
                messages.insert("encrypted: AES-\(length.rawValue), key by \(digest.rawValue)", at: 0)
            }
            if kept.count > document.settings.count {
                messages.append("CFG_FILE_KEY is not in the encrypted file: the phone keeps the key that it has")
            }
            messages += warnsOfOtherURL(document.settings, cameFrom: order.initialURL)
            let fetched = FetchedDocument(
                url: base(of: order, download),
                isUnchanged: isUnchanged,
                bytes: body.count,
                sha256: digest,
                names: document.initial.map(FetchedDocument.InitialPart.init),
                hasSettings: !document.settings.isEmpty,
                detail: summary(of: download) + (isUnchanged && confirmed == nil ? ", the same as the saved copy" : ""),
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
                settings: kept,
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
        let names: String
        do throws(RootCertificateFile.Problem) {
            names = try Self.list(RootCertificateFile.certificates(in: body))
        } catch {
            note.fail("no-certificate")
            let url = ProvisioningURL.masked(order.url)
            let (kept, remark) = withoutCertificate(order)
            return (.failed("\(url): it is no certificate file: \(error); PEM or DER is expected\(remark)"), kept)
        }
        let digest = Self.sha256(body)
        if let saved = files[.rootCertificate(number)], saved.sha256 == digest, !isNew || saved.url == order.url {
            return (
                .certificate(detail: "\(summary(of: download)), trusted as before: \(names)"),
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
        return (
            .certificate(detail: "\(summary(of: download)), trusted from now on: \(names)"),
            .root(number, saved, body: body, isNew: isNew)
        )
    }

    /// `2 certificates (CN=Example Root; CN=Old Root, which has expired)`.
    private static func list(_ certificates: [RootCertificateFile.Certificate]) -> String {
        let names = certificates.map { $0.isExpired ? "\($0.subject), which has expired" : $0.subject }
        let shown = names.prefix(maximumNames).joined(separator: "; ")
        let more = names.count > maximumNames ? "; …" : ""
        return (names.count == 1 ? "1 certificate" : "\(names.count) certificates") + " (\(shown)\(more))"
    }

    /// The most names of one certificate file that go into the trace.
    private static let maximumNames = 5

    /// The most messages of one document that go into the trace.
    static let maximumMessages = 50

    /// A file that sends the phone elsewhere may cut the branch it sits on.
    private func warnsOfOtherURL(_ settings: [Setting], cameFrom url: String) -> [String] {
        guard let setting = settings.last(where: { $0.key == .userProvisioningURL }), !setting.value.isEmpty else {
            return []
        }
        guard ProvisioningURL.leads(setting.value, elsewhereThan: url, for: identity) else { return [] }
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

    /// `200, HTTP/1.1, TLSv1.3, 1520 bytes in 12 ms from 198.51.100.1:80`.
    func summary(of download: Download) -> String {
        var parts: [String] = []
        if let http = download.http { parts += ["\(http.status)", "HTTP/\(http.version)"] }
        if let version = download.tlsVersion { parts.append(version) }
        let size = download.byteCount == 1 ? "1 byte" : "\(download.byteCount) bytes"
        // libcurl does not know who answers by TFTP.
        let from = download.remoteAddress.isEmpty ? "" : " from \(download.remoteAddress)"
        parts.append("\(size) in \(download.durations.total.milliseconds) ms\(from)")
        if download.http != nil {
            switch proxy {
            case .direct: break
            case .through(let proxy): parts.append("through the proxy \(proxy.host):\(proxy.port)")
            case .incomplete(let parameter):
                parts.append("HTTP_ENABLE_PROXY is Y but \(parameter) names none: asked directly")
            }
        }
        let route = download.redirects.isEmpty ? "" : " after \(download.redirects.joined(separator: " → "))"
        let text = "\(download.effectiveURL): \(parts.joined(separator: ", "))\(route)"
        return ProvisioningURL.maskingQuerySecrets(in: text)
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
