import Archive
import ConfigurationFile
import Control
import Downloads
import Flash
import PhoneSettings
import Provisioning

// Export and import: a phone's settings and saved files as one archive, and back.

extension Phone {
    /// The archive of what the phone holds now.
    ///
    /// The user's account gets what `access` grants it: settings, and no files, which are the administrator's.
    func export(for caller: String, as role: Access.Role = .administrator) async throws -> [UInt8] {
        guard isFlashKnown else { throw Self.flashUnknown }
        var bodies: [String: [UInt8]] = [:]
        var records: [PhoneArchive.Record.File] = []
        let kept = role == .administrator ? files.values.sorted(by: { "\($0.file)" < "\($1.file)" }) : []
        for file in kept {
            let name = "\(file.file)"
            do throws(FlashError) {
                bodies[name] = try await environment.flash.body(of: file.file, phone: identity.mac)
            } catch {
                throw ControlError.failed(reason: "\(error)")
            }
            records.append(
                PhoneArchive.Record.File(
                    file: name,
                    url: file.url,
                    etag: file.etag,
                    lastModified: file.lastModified,
                    receivedAt: file.receivedAt.rfc3339
                )
            )
        }
        let archive = PhoneArchive(
            record: PhoneArchive.Record(
                mac: identity.mac.upperCase,
                model: identity.model,
                softwareVersion: identity.softwareVersion,
                exportedAt: WallTime.now.rfc3339,
                settings: (layers[.user] ?? []).filter { settings.access(to: $0.key).admits(role) }.map {
                    PhoneArchive.Record.UserSetting(name: $0.key.description, value: $0.value)
                },
                files: records.filter { bodies[$0.file] != nil },
                kept: role == .administrator ? PhoneArchive.kept(of: layers) : nil
            ),
            bodies: bodies
        )
        let bytes = try archive.tar()
        guard bytes.count <= PhoneArchive.limits.archiveBytes else {
            throw ControlError.failed(
                reason: "the export has \(bytes.count) bytes, more than the \(PhoneArchive.limits.archiveBytes) that an"
                    + " import takes: unset what is so long"
            )
        }
        logger.notice("settings and saved files were exported by \(caller)")
        return bytes
    }

    /// Takes an archive as a whole: it is read and judged first, and then kept in one transaction.
    func importArchive(_ bytes: [UInt8], fromOtherPhone: Bool, by who: Programmer) async throws -> ImportReply {
        guard isFlashKnown else { throw Self.flashUnknown }
        let archive: PhoneArchive
        var restore: FlashRestore
        do throws(PhoneArchiveError) {
            archive = try PhoneArchive(tar: bytes)
            guard fromOtherPhone || archive.record.mac == identity.mac.upperCase else {
                throw .otherPhone(mac: archive.record.mac, own: identity.mac.upperCase)
            }
            restore = try archive.restore(for: identity, over: settings)
        } catch {
            throw ControlError.invalidArchive(reason: "\(error)")
        }
        restore.changes = changes(to: restore.layers[.user] ?? [], by: who)
        do throws(FlashError) {
            try await environment.flash.restore(restore, of: identity.mac)
        } catch {
            throw ControlError.failed(reason: "\(error)")
        }
        let reply = ImportReply(
            settings: restore.layers[.user]?.count ?? 0,
            files: restore.files.map { "\($0.saved.file)" }
        )
        logger.notice(
            "settings and saved files of \(archive.record.mac), exported at \(archive.record.exportedAt), were imported by \(who)"
        )
        tell(restore.changes, "imported by \(who)")
        await handle(.powerOn(.reboot))
        return reply
    }

    /// What becomes other of the user's settings, so that each tells who gave it its value.
    private func changes(to wanted: [Setting], by who: Programmer) -> [ProgrammingRecord] {
        let before = Dictionary((layers[.user] ?? []).map { ($0.key, $0.value) }) { $1 }
        let after = Dictionary(wanted.map { ($0.key, $0.value) }) { $1 }
        func shown(_ key: ParameterKey) -> String? { before[key].map { ProgrammingRecord.shown($0, of: key) } }
        let gone = before.keys.filter { after[$0] == nil }.sorted()
        let set = wanted.filter { before[$0.key] != $0.value }
        return gone.map { who.record(.unset($0, old: shown($0))) }
            + set.map {
                who.record(.set($0.key, old: shown($0.key), new: ProgrammingRecord.shown($0.value, of: $0.key)))
            }
    }

    /// Takes an archive as the user's account may, as a whole: its settings stand in place of those that the user had set,
    /// and every one of them has to be the user's to change. Files, and what only the administrator sees, stay as they
    /// are.
    func importSettings(_ bytes: [UInt8], by who: Programmer) async throws -> ImportReply {
        let restore: FlashRestore
        do throws(PhoneArchiveError) {
            let archive = try PhoneArchive(tar: bytes)
            guard archive.record.mac == identity.mac.upperCase else {
                throw .otherPhone(mac: archive.record.mac, own: identity.mac.upperCase)
            }
            restore = try archive.restore(for: identity, over: settings)
        } catch {
            throw ControlError.invalidArchive(reason: "\(error)")
        }
        guard restore.files.isEmpty else {
            throw ControlError.notPermitted(reason: "The archive has files in it, which are the administrator's.")
        }
        let wanted = restore.layers[.user] ?? []
        let mine = Dictionary((layers[.user] ?? []).map { ($0.key, $0.value) }) { $1 }
        for setting in wanted {
            do throws(UserSettingError) {
                let access = settings.access(to: setting.key)
                guard access.admits(.user) else { throw .noAccess(key: setting.key, access: access) }
                // What stays as it is may be held fast by a file meanwhile.
                if mine[setting.key] != setting.value {
                    try settings.canUserSet(setting.key, setting.value, as: .user)
                }
            } catch {
                throw ControlError(error, file: file(of: error))
            }
        }
        let others = (layers[.user] ?? []).filter { !settings.access(to: $0.key).admits(.user) }
        let changes = changes(to: others + wanted, by: who)
        if !changes.isEmpty { try await put(others + wanted, changes) }
        tell(changes, "imported by \(who)")
        return ImportReply(settings: wanted.count, files: [])
    }

    /// Each change in the journal, as if it had been made alone.
    private func tell(_ changes: [ProgrammingRecord], _ how: String) {
        for change in changes {
            guard let key = change.key else { continue }
            let what = if case .unset = change.action { "unset" } else { "set" }
            logger.notice(
                "\(key) was \(what): \(how)",
                metadata: ["parameter": "\(key)", "message-id": "\(MessageID.settingChanged)"]
            )
        }
    }

    private static var flashUnknown: ControlError {
        .busy(reason: "The phone's flash could not be read: see the daemon's log, then reboot.")
    }
}

extension PhoneArchive {
    /// What flash is to hold, once every setting and every file has been found good.
    ///
    /// - Parameter settings: Those that the phone has now: an archive need not hold the key that opens its files.
    func restore(
        for identity: PhoneIdentity,
        over settings: EffectiveSettings
    ) throws(PhoneArchiveError) -> FlashRestore {
        var layers: [SettingsLayer: [Setting]] = [:]
        let before = try keptSettings ?? settings
        let user = try userSettings(for: identity)
        if !user.isEmpty { layers[.user] = user }
        var restored: [(saved: SavedFile, body: [UInt8])] = []
        // A plain standard file may hold the key of the others.
        for file in record.files.sorted(by: { $0.file == "standard" && $1.file != "standard" }) {
            guard let body = bodies[file.file], let name = FlashFile(file.file) else { continue }
            switch name {
            case .document(let role):
                let found = DecryptionKey(EffectiveSettings(layers: layers)) ?? DecryptionKey(before)
                layers[SettingsLayer(role)] = try Self.document(body, role, key: found, file.file)
                    .settings(keepingKeyOf: before)
            case .rootCertificate(let number):
                guard (1...3).contains(number), (try? RootCertificateFile.certificates(in: body)) != nil else {
                    throw .file(name: file.file, problem: "it is no certificate file")
                }
            }
            restored.append((try saved(file, name, body), body))
        }
        return FlashRestore(files: restored, layers: layers)
    }

    private func userSettings(for identity: PhoneIdentity) throws(PhoneArchiveError) -> [Setting] {
        // Whether a file forbids the user a change is judged when it is made, not when it comes back.
        let judge = EffectiveSettings(layers: [:])
        var result: [Setting] = []
        for setting in record.settings {
            let key = ParameterKey(parsing: setting.name)
            do throws(UserSettingError) {
                try judge.canUserSet(key, setting.value)
            } catch {
                throw .setting(name: setting.name, problem: "\(error)")
            }
            if key == .userProvisioningURL, !setting.value.isEmpty,
                (try? ProvisioningURL(completing: setting.value, for: identity)) == nil
            {
                throw .setting(name: setting.name, problem: "it is no URL that the phone can complete")
            }
            guard !result.contains(where: { $0.key == key }) else {
                throw .setting(name: setting.name, problem: "it stands twice")
            }
            result.append(Setting(key: key, value: setting.value))
        }
        return result
    }

    private static func document(
        _ body: [UInt8],
        _ role: FileRole,
        key: DecryptionKey?,
        _ name: String
    ) throws(PhoneArchiveError) -> ConfigurationDocument {
        do throws(ConfigurationFileError) {
            return try ConfigurationFile.read(body, as: ConfigurationRole(role), key: key)
        } catch {
            throw .file(name: name, problem: "\(error)")
        }
    }

    private func saved(
        _ file: Record.File,
        _ name: FlashFile,
        _ body: [UInt8]
    ) throws(PhoneArchiveError) -> SavedFile {
        guard let received = WallTime(rfc3339: file.receivedAt) else {
            throw .badRecord("receivedAt of \(file.file) is no time")
        }
        guard file.url.utf8.count <= ProvisioningURL.maximumBytes, file.url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw .badRecord("url of \(file.file) is no URL") }
        // They go out in requests as they stand.
        guard
            [file.etag, file.lastModified].allSatisfy({ $0?.utf8.allSatisfy { (0x20...0x7E).contains($0) } ?? true }),
            (file.etag?.utf8.count ?? 0) <= 1_024, (file.lastModified?.utf8.count ?? 0) <= 64
        else { throw .badRecord("etag or lastModified of \(file.file) cannot stand in a request") }
        return SavedFile(
            file: name,
            url: file.url,
            etag: file.etag,
            lastModified: file.lastModified,
            sha256: FileFetcher.sha256(body),
            receivedAt: received,
            bytes: body.count
        )
    }
}
