import PhoneSettings

extension ConfigurationDocument {
    /// What the document sets, and the key that its layer had before when the document is encrypted and names none.
    ///
    /// From the plain file on that gave the key the server offers encrypted files (Administrator Guide, "Encrypted
    /// configuration files"): one without the key does not take it away, or it would be the last one that opens.
    public func settings(keepingKeyOf before: EffectiveSettings) -> [Setting] {
        guard encryption != .none, !names(.cfgFileKey) else { return settings }
        let kept = [ParameterKey.cfgFileKey, .cfgFileKeyLength].filter { !names($0) }.compactMap { key in
            before.explain(key).values.first { $0.layer == role.layer }
                .map { Setting(key: key, value: $0.value, permission: $0.permission) }
        }
        return settings + kept
    }

    private func names(_ key: ParameterKey) -> Bool { settings.contains { $0.key == key } }
}

extension SettingExplanation {
    /// The value that counts and those that it hides.
    fileprivate var values: [LayerValue] { (decided.map { [$0] } ?? []) + hidden }
}
