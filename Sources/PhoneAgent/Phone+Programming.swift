import Control
import Flash
import PhoneSettings
import Provisioning

// Phone programming: reading and changing settings by hand.

extension Phone {
    /// One parameter, or all that have a value.
    func values(
        named name: String?,
        reveal: Bool,
        as role: Access.Role = .administrator
    ) throws -> [SettingValue] {
        guard let name else {
            return settings.all().filter { $0.value != nil && $0.access.admits(role) }
                .map { value($0, reveal: reveal) }
        }
        let explanation = settings.explain(try key(named: name))
        guard explanation.value != nil || explanation.definition != nil else {
            throw unknown(name)
        }
        try requireAccess(to: explanation.key, role)
        return [value(explanation, reveal: reveal)]
    }

    /// Sets a parameter as the user of the phone would. It counts at once; the sequence sees it at its next run.
    ///
    /// - Returns: what stands above the user's value, when it does not count because of that.
    func set(
        _ name: String,
        _ text: String,
        by who: Programmer,
        as role: Access.Role = .administrator
    ) async throws -> String? {
        let key = try key(named: name)
        var above: String?
        do throws(UserSettingError) {
            let change = try settings.canUserSet(key, text, as: role)
            if case .overridden(let entry) = change {
                above = "the \(entry.place) has perm \"\(entry.permission.attribute)\" and stands above it"
            }
        } catch {
            throw ControlError(error, file: file(of: error))
        }
        if key == .userProvisioningURL, !text.isEmpty {
            do throws(ProvisioningURL.Invalid) {
                _ = try ProvisioningURL(completing: text, for: identity)
            } catch {
                throw ControlError.invalidValue(name: name, reason: "\(error)")
            }
        }
        var user = layers[.user] ?? []
        let old = user.last { $0.key == key }.map { ProgrammingRecord.shown($0.value, of: key) }
        user.removeAll { $0.key == key }
        user.append(Setting(key: key, value: text))
        try await put(user, [who.record(.set(key, old: old, new: ProgrammingRecord.shown(text, of: key)))])
        logger.notice(
            "\(key) was set by the user (\(who))\(above.map { ", but " + $0 } ?? "")",
            metadata: ["parameter": "\(key)", "message-id": "\(MessageID.settingChanged)"]
        )
        return above
    }

    /// Takes back what the user has set.
    func unset(_ name: String, by who: Programmer, as role: Access.Role = .administrator) async throws {
        let key = try key(named: name)
        try requireAccess(to: key, role)
        guard let user = layers[.user], let mine = user.last(where: { $0.key == key }) else { return }
        let old = ProgrammingRecord.shown(mine.value, of: key)
        try await put(user.filter { $0.key != key }, [who.record(.unset(key, old: old))])
        logger.notice(
            "\(key) was unset by the user (\(who))",
            metadata: ["parameter": "\(key)", "message-id": "\(MessageID.settingChanged)"]
        )
    }

    /// Forgets the user's settings and saved files, and starts anew. The lease that the DHCP client has now stays.
    func factoryReset(by who: Programmer) async throws {
        try await environment.flash.factoryReset(identity.mac, change: who.record(.factoryReset))
        logger.notice(
            "factory reset (\(who)): the user's settings and saved files are gone; the DHCP client's lease stays"
        )
        // The lease that the interface has now is the network's, not the phone's: it is kept anew.
        await keepLease()
        await handle(.powerOn(.factoryReset))
        await handle(.noted(.loadSettings, "asked for by \(who)"))
    }

    /// What users changed by hand, the newest first.
    func changesByHand() async throws -> [ProgrammedChange] {
        try await environment.flash.programming(of: identity.mac).map(ProgrammedChange.init)
    }

    /// Keeps the user's settings with what became other of them, all or nothing, and lets them count.
    func put(_ user: [Setting], _ changes: [ProgrammingRecord]) async throws {
        guard isFlashKnown else {
            throw ControlError.busy(reason: "The phone's flash could not be read: see the daemon's log, then reboot.")
        }
        do throws(FlashError) {
            try await environment.flash.storeUserSettings(user, changes: changes, of: identity.mac)
        } catch {
            throw ControlError.failed(reason: "\(error)")
        }
        layers[.user] = user.isEmpty ? nil : user
        for change in changes {
            if let key = change.key { origins[key] = user.contains { $0.key == key } ? change : nil }
        }
        settings = EffectiveSettings(layers: layers)
        registerWithSockets()
        lookUpTrusted()
        await handle(.settingsChanged(sequenceSettings(files: files, layers: layers, settings: settings)))
    }

    private func requireAccess(to key: ParameterKey, _ role: Access.Role) throws(ControlError) {
        let access = settings.access(to: key)
        guard !access.admits(role) else { return }
        throw ControlError(.noAccess(key: key, access: access), file: nil)
    }

    private func key(named name: String) throws -> ParameterKey {
        let key = settings.key(parsing: name)
        guard settings.value(key) != nil || settings.dictionary[key.name] != nil else { throw unknown(name) }
        if key.line == nil, settings.dictionary[key.name]?.isLineParameter == true {
            throw ControlError.invalidValue(
                name: name,
                reason: "each line has its own: write \(name)_1 for line 1, up to \(name)_6"
            )
        }
        return key
    }

    private func unknown(_ name: String) -> ControlError {
        .noSuchParameter(name: name, nearest: settings.dictionary.nearest(to: name).map { [$0] } ?? [])
    }

    private func value(_ explanation: SettingExplanation, reveal: Bool) -> SettingValue {
        let layer = explanation.layer ?? .factory
        let isChangeable =
            switch explanation.userChange {
            case .allowed, .overridden: true
            case .forbidden: false
            }
        return SettingValue(
            name: explanation.key.description,
            value: (reveal ? explanation.value : explanation.displayValue) ?? "",
            layer: layer.rawValue,
            file: url(of: layer),
            line: explanation.decided?.position?.line,
            origin: layer == .user ? origins[explanation.key].map(SettingOrigin.init) : nil,
            changeable: isChangeable,
            hides: explanation.hidden.map {
                HiddenValue(layer: $0.layer.rawValue, value: reveal ? $0.value : explanation.display($0.value))
            }
        )
    }

    /// Where a layer's file came from.
    private func url(of layer: SettingsLayer) -> String? {
        FileRole.allCases.first { SettingsLayer($0) == layer }
            .flatMap { files[.document($0)] }
            .map { ProvisioningURL.masked($0.url) }
    }

    /// Where the file came from that forbids a change.
    func file(of error: UserSettingError) -> String? {
        if case .readOnly(_, let entry) = error { url(of: entry.layer) } else { nil }
    }
}

extension ControlError {
    init(_ error: UserSettingError, file: String?) {
        switch error {
        case .unknownParameter(let name, let nearest):
            self = .noSuchParameter(name: name, nearest: nearest.map { [$0] } ?? [])
        case .readOnly(let key, let entry):
            self = .notChangeable(
                name: key.description,
                layer: entry.layer.rawValue,
                file: file,
                line: entry.position?.line
            )
        case .lineMissing(let name), .noSuchLine(let name), .notOfALine(let name), .initialFileOnly(let name):
            self = .invalidValue(name: name, reason: "\(error)")
        case .noAccess(let key, _):
            self = .notPermitted(reason: "\(key): \(error)")
        case .invalidValue(let key, let problem):
            self = .invalidValue(name: key.description, reason: "\(problem)")
        }
    }
}
