import Downloads
import ConfigurationFile
import Flash
import PhoneSettings
import Provisioning
import SIP

// Flash and settings: loading them, and putting a run's results in force.

extension Phone {
    func loadSettings() async {
        var contents = FlashContents.empty
        var problem: String?
        do throws(FlashError) {
            isFlashKnown = false
            contents = try await environment.flash.contents(of: identity.mac)
            roots = [:]
            for case .rootCertificate(let number) in contents.files.keys {
                roots[number] = try await environment.flash.body(of: .rootCertificate(number), phone: identity.mac)
            }
            isFlashKnown = true
        } catch {
            problem = "\(error)"
            logger.error("flash cannot be read, the phone starts from factory defaults: \(error)")
        }
        layers = contents.layers
        files = contents.files
        origins = contents.origins
        settings = EffectiveSettings(layers: layers)
        areSettingsLoaded = true
        restoreLease(contents.lease)
        registerWithSockets()
        lookUpTrusted()
        await handle(.leaseChanged(offer))
        await handle(
            .settingsLoaded(
                sequenceSettings(files: files, layers: layers, settings: settings),
                lastRun: contents.lastRun,
                detail: problem.map { "factory defaults: \($0)" } ?? Self.describe(contents)
            )
        )
    }

    private static func describe(_ contents: FlashContents) -> String {
        let counts = SettingsLayer.allCases.sorted(by: >).compactMap { layer in
            contents.layers[layer].map { "\($0.count) of the \(layer.label)" }
        }
        guard !counts.isEmpty || !contents.files.isEmpty else { return "factory defaults" }
        let saved = FileRole.allCases.filter { contents.files[.document($0)] != nil }.map(\.rawValue)
        return "settings: " + (counts.isEmpty ? "factory defaults" : counts.joined(separator: ", "))
            + "; saved files: " + (saved.isEmpty ? "none" : saved.joined(separator: ", "))
    }

    func sequenceSettings(
        files: [FlashFile: SavedFile],
        layers: [SettingsLayer: [Setting]],
        settings: EffectiveSettings
    ) -> SequenceSettings {
        var result = SequenceSettings(
            settings,
            files: files,
            layers: layers,
            configuration: environment.configuration
        )
        if let origin = origins[.userProvisioningURL] {
            result.manualURLOrigin = "\(origin.way.label), \(origin.who), \(origin.at.rfc3339)"
        }
        return result
    }

    // MARK: Downloads

    func start(_ order: DownloadOrder) {
        // A plain standard file may bring the key that the files after it need.
        let soFar = EffectiveSettings(layers: candidateLayers)
        let byHand = try? ProvisioningURL(completing: settings.text(.userProvisioningURL), for: identity)
        let fetcher = FileFetcher(
            identity: identity,
            phone: identity.mac,
            engine: environment.downloads,
            flash: environment.flash,
            configuration: environment.configuration,
            settings: settings,
            key: DecryptionKey(soFar) ?? DecryptionKey(settings),
            files: files,
            roots: candidateRoots.sorted { $0.key < $1.key }.map(\.value),
            note: TransferNote(),
            provisioningHost: byHand?.candidates.first.flatMap { try? DownloadURL($0).host }
        )
        downloads[order.id] = Task { [inbox] in
            let (result, content) = await fetcher.fetch(order)
            inbox.yield(.transferred(order.id, fetcher.note.fact(of: order)))
            inbox.yield(.downloaded(order.id, result, content))
        }
    }

    func keep(_ content: FileFetcher.Content, of result: DownloadResult) {
        switch content {
        case .none: break
        case .document(let role, let saved, let settings, let body):
            fetched[role] = (saved, settings, body)
            if role == .initial, case .document(let document) = result { drop(rootsNotIn: document.names) }
        case .root(let number, let saved, let body, let isNew):
            fetchedRoots[number] = (saved, body, isNew)
        case .rootOfAnotherPlace(let number):
            droppedRoots.insert(number)
        }
    }

    /// A root certificate is trusted as long as the initial file names it.
    private func drop(rootsNotIn names: FetchedDocument.InitialPart?) {
        let paths = names?.rootCertificates ?? []
        droppedRoots = Set(roots.keys.filter { !paths.indices.contains($0 - 1) || paths[$0 - 1].isEmpty })
    }

    /// What the run has brought so far is not kept, or is kept already.
    func forgetFetched() {
        fetched = [:]
        fetchedRoots = [:]
        droppedRoots = []
    }

    private var candidateLayers: [SettingsLayer: [Setting]] {
        var result = layers
        for (role, content) in fetched {
            result[SettingsLayer(role)] = content.settings
        }
        return result
    }

    private var candidateRoots: [Int: [UInt8]] {
        roots.filter { !droppedRoots.contains($0.key) }.merging(fetchedRoots.mapValues(\.body)) { _, new in new }
    }

    private var candidateFiles: [FlashFile: SavedFile] {
        var result = files
        for number in droppedRoots { result[.rootCertificate(number)] = nil }
        for (role, content) in fetched { result[.document(role)] = content.saved }
        for (number, content) in fetchedRoots { result[.rootCertificate(number)] = content.saved }
        return result
    }

    // MARK: Putting a run's results in force

    func apply() async {
        let candidate = EffectiveSettings(layers: candidateLayers)
        let changes = EffectiveSettings.changes(from: settings, to: candidate).map { change in
            ChangedSetting(
                name: change.key.description,
                old: change.displayOld ?? "",
                new: change.displayNew ?? "",
                layer: (change.new?.layer ?? .factory).label,
                line: change.new?.position?.line
            )
        }
        await handle(
            .applied(
                sequenceSettings(files: candidateFiles, layers: candidateLayers, settings: candidate),
                changes: changes
            )
        )
    }

    /// Flash first: what is not kept is not in force either.
    func store(_ trace: RunTrace) async {
        var bodies: [(saved: SavedFile, body: [UInt8])] = []
        var changed: [SettingsLayer: [Setting]] = [:]
        for (role, content) in fetched {
            if let body = content.body { bodies.append((content.saved, body)) }
            if layers[SettingsLayer(role)] ?? [] != content.settings { changed[SettingsLayer(role)] = content.settings }
        }
        for content in fetchedRoots.values where content.isNew {
            bodies.append((content.saved, content.body))
        }
        do throws(FlashError) {
            guard isFlashKnown else {
                throw .failed(
                    operation: "keep the run",
                    reason: "flash could not be read when the phone was switched on"
                )
            }
            try await environment.flash.store(
                RunResults(
                    files: bodies,
                    removed: files.keys.filter { candidateFiles[$0] == nil },
                    layers: changed,
                    trace: trace
                ),
                of: identity.mac
            )
        } catch {
            logger.error("\(error)")
            forgetFetched()
            let previous = sequenceSettings(files: files, layers: layers, settings: settings)
            await handle(.storeFailed(previous, reason: "\(error)"))
            return
        }
        let (newFiles, newRoots) = (candidateFiles, candidateRoots)
        layers = candidateLayers
        settings = EffectiveSettings(layers: layers)
        files = newFiles
        roots = newRoots
        forgetFetched()
        registerWithSockets()
        lookUpTrusted()
        await handle(.stored)
    }

    // MARK: What the SIP side must know

    func registerWithSockets() { register(with: sockets.open) }

    func register(with sockets: [SIPSocket]) {
        guard !sockets.isEmpty else { return }
        var users: [String] = []
        for line in LineNumber.all {
            users += [settings.text(.phoneNumber(line)), settings.text(.sipURI(line))].filter { !$0.isEmpty }
        }
        let phone = SIPUserAgent.Phone(
            mac: identity.mac.upperCase,
            resyncEvent: settings.value(.cfgResyncFromSIP) ?? "",
            resyncUsers: users,
            resyncSources: environment.configuration.resyncFrom == .any ? nil : trustedAddresses,
            urlProblem: { [identity] url in SIPURLCheck(url, for: identity).problem }
        )
        for socket in sockets {
            socket.add(phone) { [inbox, family = socket.family] report in inbox.yield(.sip(report, family)) }
        }
    }
}
