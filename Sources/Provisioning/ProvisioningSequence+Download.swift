// Step 8: the initial file, the root certificates and the device files that it names.

extension ProvisioningSequence {
    mutating func downloadInitial(_ now: Moment) -> [Action] {
        enter(.download, now, detail: "asking for the initial file")
        do {
            let url = try ProvisioningURL(completing: initialURL, for: identity)
            for note in url.notes { run?[.download].note(note) }
            return tryInitial(url.candidates[...], isOneOfSeveral: url.candidates.count > 1, now)
        } catch {
            return initialMissing("\(error)", now)
        }
    }

    private mutating func tryInitial(_ urls: ArraySlice<String>, isOneOfSeveral: Bool, _ now: Moment) -> [Action] {
        guard let url = urls.first else { return [] }
        let order = order(.initial, url, isOneOfSeveralTries: isOneOfSeveral)
        state = .downloadingInitial(order.id, remaining: urls.dropFirst())
        run?.url = ProvisioningURL.masked(url)
        run?[.download].detail = "asking for the initial file, \(ProvisioningURL.masked(url))"
        return [.download(order)]
    }

    mutating func downloadFinished(_ id: DownloadID, _ result: DownloadResult, _ now: Moment) -> [Action] {
        switch state {
        case .askingRedirection(let expected) where expected == id:
            heed(result)
            return redirectionAnswered(result, now)
        case .downloadingInitial(let expected, let remaining) where expected == id:
            heed(result)
            return initialFinished(result, remaining, now)
        case .downloadingNamed(let expected, let named, let urls) where expected == id:
            heed(result)
            return namedFinished(named, result, urls, now)
        default:
            return []
        }
    }

    /// The longest wait that a server of this run asked for counts.
    private mutating func heed(_ result: DownloadResult) {
        guard case .failed(_, .busy(let wait)) = result else { return }
        askedToWait = max(wait, askedToWait ?? .zero)
    }

    private mutating func initialFinished(
        _ result: DownloadResult,
        _ remaining: ArraySlice<String>,
        _ now: Moment
    ) -> [Action] {
        switch result {
        case .document(let document):
            run?.url = ProvisioningURL.masked(document.url)
            return initialArrived(document, now)
        case .failed(let reason, _):
            guard !remaining.isEmpty else { return initialMissing(reason, now) }
            run?[.download].note("initial file: \(reason)")
            return tryInitial(remaining, isOneOfSeveral: true, now)
        case .certificate(let detail), .redirect(_, let detail):
            return initialMissing("the initial file is no configuration file: \(detail)", now)
        }
    }

    mutating func initialArrived(_ document: FetchedDocument, _ now: Moment) -> [Action] {
        initialURL = document.url
        run?[.download].note("initial file: \(document.detail)")
        for message in document.messages { run?[.download].note("initial file: \(message)") }
        let names = document.names ?? FetchedDocument.InitialPart()
        let devices = FileRole.deviceFiles
            .map { NamedDownload(purpose: .deviceFile($0), path: names.path(of: $0)) }
            .filter { !$0.path.isEmpty }
        run?.files = [
            FileReport(
                role: .initial,
                disposition: document.isUnchanged ? .unchanged : .fresh,
                url: ProvisioningURL.masked(document.url),
                bytes: document.bytes,
                sha256: document.sha256,
                detail: document.detail,
                carriesSettings: document.hasSettings
            )
        ]
        if devices.isEmpty, !document.hasSettings {
            run?[.download].note("initial file: it names no device file and holds no settings")
        }
        if document.names != nil {
            for role in FileRole.deviceFiles where names.path(of: role).isEmpty {
                guard let saved = settings.savedFiles[role] else { continue }
                run?[.download].note(
                    "\(role.rawValue) file: the initial file names none any more; the saved copy from \(saved.url) stays in force"
                )
            }
        }
        for (number, url) in settings.rootCertificates.sorted(by: { $0.key < $1.key })
        where !names.rootCertificates.indices.contains(number - 1) || names.rootCertificates[number - 1].isEmpty {
            run?[.download].note(
                "root certificate \(number): the initial file names it no more; the one from \(url) is no longer trusted"
            )
        }
        let roots = names.rootCertificates.enumerated()
            .map { NamedDownload(purpose: .rootCertificate($0.offset + 1), path: $0.element) }
            .filter { !$0.path.isEmpty }
        pendingNamed = (roots + devices)[...]
        return downloadNext(now)
    }

    private mutating func downloadNext(_ now: Moment) -> [Action] {
        while let named = pendingNamed.popFirst() {
            run?[.download].detail = "asking for the \(named.purpose.name)"
            do {
                let url = try ProvisioningURL(path: named.path, inFileAt: initialURL, for: identity)
                for note in url.notes { run?[.download].note("\(named.purpose.name): \(note)") }
                return tryNamed(named, url.candidates[...], isOneOfSeveral: url.candidates.count > 1)
            } catch {
                unavailable(named, "\(error)", url: identity.expandingMacros(in: named.path))
            }
        }
        return downloadsDone(now)
    }

    private mutating func tryNamed(
        _ named: NamedDownload,
        _ urls: ArraySlice<String>,
        isOneOfSeveral: Bool
    ) -> [Action] {
        guard let url = urls.first else { return [] }
        let order = order(named.purpose, url, isOneOfSeveralTries: isOneOfSeveral)
        state = .downloadingNamed(order.id, named, urls: urls)
        return [.download(order)]
    }

    private mutating func namedFinished(
        _ named: NamedDownload,
        _ result: DownloadResult,
        _ urls: ArraySlice<String>,
        _ now: Moment
    ) -> [Action] {
        switch (named.purpose, result) {
        case (.deviceFile(let role), .document(let document)):
            run?[.download].note("\(named.purpose.name): \(document.detail)")
            for message in document.messages { run?[.download].note("\(named.purpose.name): \(message)") }
            run?.files.append(
                FileReport(
                    role: role,
                    disposition: document.isUnchanged ? .unchanged : .fresh,
                    url: ProvisioningURL.masked(document.url),
                    bytes: document.bytes,
                    sha256: document.sha256,
                    detail: document.detail,
                    carriesSettings: true
                )
            )
        case (_, .certificate(let detail)):
            run?[.download].note("\(named.purpose.name): \(detail)")
        case (_, .failed(let reason, _)):
            if urls.count > 1 {
                run?[.download].note("\(named.purpose.name): \(reason)")
                return tryNamed(named, urls.dropFirst(), isOneOfSeveral: true)
            }
            unavailable(named, reason, url: urls.first ?? named.path)
        case (_, .document(let document)):
            unavailable(named, "it is a configuration file", url: document.url)
        case (_, .redirect(let url, let detail)):
            unavailable(named, detail, url: url)
        }
        return downloadNext(now)
    }

    /// A file that cannot be had leaves its saved copy in force.
    private mutating func unavailable(_ named: NamedDownload, _ reason: String, url: String) {
        run?[.download].note("\(named.purpose.name): \(reason)")
        guard case .deviceFile(let role) = named.purpose else { return }
        let missing = report(of: role, because: reason, url: ProvisioningURL.masked(url))
        run?.files.append(missing)
    }

    func report(of role: FileRole, because reason: String, url: String) -> FileReport {
        let saved = settings.savedFiles[role]
        return FileReport(
            role: role,
            disposition: saved == nil ? .missing : .saved,
            url: saved?.url ?? url,
            bytes: saved?.bytes ?? 0,
            sha256: saved?.sha256 ?? "",
            detail: reason,
            carriesSettings: role == .initial ? saved?.hasSettings ?? true : true
        )
    }

    private mutating func downloadsDone(_ now: Moment) -> [Action] {
        let files = run?.files ?? []
        let missed = files.filter { !$0.disposition.isFresh }
        guard !missed.isEmpty else {
            let detail = files.count == 1 ? "the initial file" : "\(files.count) files"
            return end(.download, .done, "downloaded \(detail)", now)
                + skip(.savedFiles, "every file was downloaded")
                + finish(files: files, now)
        }
        let names = missed.map { "\($0.role.rawValue) file" }.joined(separator: ", ")
        let actions = end(.download, .failed, "not to be had: \(names)", now)
        return actions + applySaved(files, now)
    }

    private mutating func initialMissing(_ reason: String, _ now: Moment) -> [Action] {
        let actions = end(.download, .failed, "initial file: \(reason)", now)
        return actions + useSavedFiles(because: reason, now)
    }

    // MARK: Step 9

    /// Without an initial file the phone falls back to all that it has saved.
    mutating func useSavedFiles(because reason: String, _ now: Moment) -> [Action] {
        let url = run?.url ?? ""
        let saved = FileRole.deviceFiles.filter { settings.savedFiles[$0] != nil }
        let files = ([.initial] + saved).map { report(of: $0, because: reason, url: url) }
        return applySaved(files, now)
    }

    private mutating func applySaved(_ files: [FileReport], _ now: Moment) -> [Action] {
        enter(.savedFiles, now)
        for file in files where file.disposition == .saved {
            let settings = file.carriesSettings ? "" : "; it has no settings"
            run?[.savedFiles].note(
                "\(file.role.rawValue) file: the saved copy from \(file.url) stays in force\(settings)"
            )
        }
        for file in files where file.disposition == .missing {
            run?[.savedFiles].note("\(file.role.rawValue) file: there is no saved copy")
        }
        let saved = files.filter { $0.disposition == .saved }
        let actions =
            saved.isEmpty
            ? end(.savedFiles, .failed, files.lackOfSavedCopies, now)
            : end(
                .savedFiles,
                .done,
                "saved copies in force: \(saved.map { $0.role.rawValue }.joined(separator: ", "))",
                now
            )
        return actions + finish(files: files, now)
    }
}
