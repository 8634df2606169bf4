import Flash
import PhoneSettings
import Provisioning

// The key of encrypted files that do not name it: a phone that was reset could not open them without.

extension PhoneArchive {
    private static let keys = [ParameterKey.cfgFileKey, .cfgFileKeyLength]

    /// What layers of files keep although it is in none of them; `nil` when there is nothing.
    static func kept(of layers: [SettingsLayer: [Setting]]) -> [Record.Kept]? {
        let kept = FileRole.allCases.flatMap { role in
            (layers[SettingsLayer(role)] ?? []).filter { keys.contains($0.key) && $0.position == nil }.map {
                Record.Kept(
                    file: "\(FlashFile.document(role))",
                    name: $0.key.name,
                    value: $0.value,
                    perm: $0.permission.attribute
                )
            }
        }
        return kept.isEmpty ? nil : kept
    }

    /// The settings of layers that the archive keeps beside its files; `nil` when it keeps none.
    var keptSettings: EffectiveSettings? {
        get throws(PhoneArchiveError) {
            guard let kept = record.kept else { return nil }
            var layers: [SettingsLayer: [Setting]] = [:]
            for entry in kept {
                guard case .document(let role)? = FlashFile(entry.file),
                    let key = Self.keys.first(where: { $0.name == entry.name }),
                    let permission = Permission(attribute: entry.perm)
                else { throw .badRecord("what it keeps beside \(entry.file) is no key") }
                if let problem = ParameterDictionary.standard.validate(entry.value, for: key) {
                    throw .setting(name: entry.name, problem: "\(problem)")
                }
                layers[SettingsLayer(role), default: []]
                    .append(Setting(key: key, value: entry.value, permission: permission))
            }
            return EffectiveSettings(layers: layers)
        }
    }
}
