import ConfigurationFile
import Downloads
import PhoneSettings
import Provisioning

/// Checks one file after the other, as a phone reads them in one run.
struct CheckRun {
    private(set) var report = CheckReport()
    private let asked: CheckPhone
    private let identity: PhoneIdentity?
    private let follows: Bool
    private let key: DecryptionKey?
    private var roots: [[UInt8]]
    private var engine: DownloadEngine?
    private var layers: [SettingsLayer: [Setting]] = [:]
    /// Which file each layer came from.
    private var origins: [SettingsLayer: String] = [:]

    init(_ asked: CheckPhone, as identity: PhoneIdentity?, follows: Bool) throws {
        self.asked = asked
        self.follows = follows
        self.identity = identity
        key = try asked.key()
        roots = try asked.rootCertificate.map { try FileBytes.read($0, atMost: 65_537) }
    }

    /// Checks a file, standard input or a URL.
    ///
    /// - Throws: ``Failure`` for wrong use; what a server or a file does wrong is in the report.
    mutating func check(_ name: String, as role: ConfigurationRole) async throws {
        guard name.contains("://") else {
            // One byte more than the phone takes is enough to refuse a file.
            let bytes = try FileBytes.read(name, atMost: ConfigurationFile.maximumBytes + 1)
            return await judge(bytes, named: name == "-" ? "standard input" : name, as: role, servedAt: asked.from)
        }
        guard let identity else { throw Failure.wrongUse("a URL is fetched as a phone would: say --phone MAC") }
        let url: String
        do throws(ProvisioningURL.Invalid) {
            let completed =
                role == .initial
                ? try ProvisioningURL(completing: name, for: identity)
                : try ProvisioningURL(exactly: name, for: identity)
            url = completed.candidates.first ?? name
        } catch {
            throw Failure.wrongUse("\(ProvisioningURL.masked(name)): \(error)")
        }
        await fetch(url, as: role, servedAt: role == .initial ? url : asked.from)
    }

    private mutating func fetch(
        _ url: String,
        as role: ConfigurationRole,
        servedAt initial: String?,
        isOneOfSeveral: Bool = false
    ) async {
        guard let bytes = await download(url, isOneOfSeveral: isOneOfSeveral) else {
            return report.files.append(.init(file: ProvisioningURL.masked(url), role: role, refused: true))
        }
        await judge(bytes, named: ProvisioningURL.masked(url), as: role, servedAt: initial, base: url)
    }

    /// As the phone does where no protocol is given: the first document that is acceptable counts, and then the tries
    /// before it do not.
    private mutating func fetch(_ urls: [String], as role: ConfigurationRole, servedAt initial: String?) async {
        let before = report
        var failed = before
        for url in urls {
            report = before
            await fetch(url, as: role, servedAt: initial, isOneOfSeveral: urls.count > 1)
            if report.files.last?.refused == false { return }
            failed.add(report, since: before)
        }
        report = failed
    }

    private mutating func judge(
        _ bytes: [UInt8],
        named name: String,
        as role: ConfigurationRole,
        servedAt initialURL: String?,
        base: String? = nil
    ) async {
        do throws(ConfigurationFileError) {
            let found = key ?? DecryptionKey(EffectiveSettings(layers: layers))
            let document = try ConfigurationFile.read(bytes, as: role, key: found)
            report.messages += document.diagnostics.map { CheckMessage(file: name, $0) }
            warnOfOtherURL(document, name, servedAt: initialURL)
            report.files.append(.init(file: name, role: role, refused: false))
            layers[role.layer] = document.settings(keepingKeyOf: EffectiveSettings(layers: layers))
            origins[role.layer] = name
            if follows, let initial = document.initial {
                await follow(initial, from: name, base: base ?? initialURL ?? "")
            }
        } catch {
            report.messages.append(CheckMessage(file: name, error))
            report.files.append(.init(file: name, role: role, refused: true))
        }
    }

    /// A file that sends the phone elsewhere may cut the branch it sits on.
    private mutating func warnOfOtherURL(_ document: ConfigurationDocument, _ name: String, servedAt url: String?) {
        // Which phone it is matters to where the URL leads, not to whether it is one.
        guard let phone = identity ?? asked.identity("0080F0000000"),
            let setting = document.settings.last(where: { $0.key == .userProvisioningURL }), !setting.value.isEmpty
        else { return }
        var (code, what): (String, String)
        do throws(ProvisioningURL.Invalid) {
            _ = try ProvisioningURL(completing: setting.value, for: phone)
            guard let url, let identity, ProvisioningURL.leads(setting.value, elsewhereThan: url, for: identity) else {
                return
            }
            code = "other-provisioning-url"
            what = "which is not where the phone found it"
        } catch {
            code = "unusable-provisioning-url"
            what = "which no phone can ask for (\(error))"
        }
        report.messages.append(
            CheckMessage(
                file: name,
                position: setting.position,
                severity: .warning,
                code: code,
                subject: setting.key.name,
                message: "USR_PROV_SVR_URL is set to \(ProvisioningURL.masked(setting.value)), \(what): "
                    + "from the next run on the phone asks there and nowhere else"
            )
        )
    }

    // MARK: The files that an initial file names

    private mutating func follow(_ initial: InitialSection, from name: String, base: String) async {
        guard let identity else { return complain(name, "what it names is fetched as a phone would: say --phone MAC") }
        for path in initial.rootCertificatePaths {
            await trust(urls(path, base, identity, name))
        }
        let named: [(ConfigurationRole, String?)] = [
            (.standard, initial.standardFilePath), (.product, initial.productFilePath),
            (.master, initial.masterFilePath),
        ]
        for case (let role, let path?) in named {
            await fetch(urls(path, base, identity, name), as: role, servedAt: base.isEmpty ? nil : base)
        }
    }

    private mutating func trust(_ urls: [String]) async {
        let before = report
        var failed = before
        for url in urls {
            report = before
            if let bytes = await download(url, isOneOfSeveral: urls.count > 1) {
                do throws(RootCertificateFile.Problem) {
                    _ = try RootCertificateFile.certificates(in: bytes)
                    return roots.append(bytes)
                } catch {
                    complain(ProvisioningURL.masked(url), "it is no certificate file: \(error)")
                }
            }
            failed.add(report, since: before)
        }
        report = failed
    }

    /// What the phone asks for: one URL, or one for each protocol when the path names none.
    private mutating func urls(_ path: String, _ base: String, _ identity: PhoneIdentity, _ name: String) -> [String] {
        let shown = ProvisioningURL.masked(path)
        guard !base.isEmpty || !ProvisioningURL.isRelative(path) else {
            complain(name, "it names ‘\(shown)’, beside the URL that it is served at itself: say --from URL")
            return []
        }
        do throws(ProvisioningURL.Invalid) {
            return try ProvisioningURL(path: path, inFileAt: base, for: identity).candidates
        } catch {
            complain(name, "it names ‘\(shown)’: \(error)")
            return []
        }
    }

    private mutating func complain(_ file: String, _ message: String) {
        // Some errors begin with the URL, which stands before the message already.
        let text = message.hasPrefix("\(file): ") ? String(message.dropFirst(file.count + 2)) : message
        report.problems.append(.init(file: file, message: text))
    }

    // MARK: Downloads

    /// As the daemon has them as shipped (downloads.trySeconds): a server that is dead must not hold up the next try.
    private static let tryTimeouts = Timeouts(
        connect: .seconds(10),
        firstByte: .seconds(10),
        idle: .seconds(10),
        total: .seconds(10)
    )

    /// As the phone asks, with its User-Agent; `nil` when it could not be had, and then the report says why.
    private mutating func download(_ url: String, isOneOfSeveral: Bool) async -> [UInt8]? {
        var request = DownloadRequest(url: url)
        if isOneOfSeveral { request.timeouts = Self.tryTimeouts }
        let agent = EffectiveSettings(layers: [:]).text(.httpUserAgent)
        request.userAgent = identity?.expandingMacros(in: agent)
        request.roots = roots
        do {
            let engine = try self.engine ?? DownloadEngine()
            self.engine = engine
            return try await engine.download(request).body
        } catch let error as DownloadError {
            complain(ProvisioningURL.masked(url), "\(error)")
        } catch {
            complain(ProvisioningURL.masked(url), "it cannot be fetched: \(error)")
        }
        return nil
    }

    // MARK: What the phone would be set to

    /// What the files set, as it counts in the end.
    var effective: [CheckSetting] {
        EffectiveSettings(layers: layers).all().compactMap { explanation in
            guard let decided = explanation.decided, decided.layer != .factory else { return nil }
            return CheckSetting(
                name: explanation.key.description,
                value: explanation.displayValue ?? "",
                layer: decided.layer.rawValue,
                file: origins[decided.layer] ?? "",
                line: decided.position?.line
            )
        }
    }
}
