extension EffectiveSettings {
    /// How `key` got its value: the layer, the line, what it hides, and whether the user may change it.
    public func explain(_ key: ParameterKey) -> SettingExplanation {
        let entries = entries(of: key)
        let decided = decided(key)
        var hidden = entries.map(LayerValue.init)
        if let decided, let index = hidden.firstIndex(of: decided) { hidden.remove(at: index) }
        if decided?.layer != .factory, hidden.last?.layer != .factory, let value = dictionary.defaultValue(of: key) {
            hidden.append(LayerValue(layer: .factory, value: value))
        }
        return SettingExplanation(
            key: key,
            definition: dictionary[key.name],
            decided: decided,
            hidden: hidden,
            access: access(to: key),
            userChange: userChange(of: key)
        )
    }

    /// Who sees and changes `key`: what the highest file that has it says, else the dictionary; `administrator` for
    /// a parameter that is not known.
    public func access(to key: ParameterKey) -> Access {
        highestFileEntry(of: key)?.setting.access ?? dictionary[key.name]?.access ?? .administrator
    }

    /// Whether the user may change `key`. The highest file that has the parameter decides.
    public func userChange(of key: ParameterKey) -> UserChange {
        guard let entry = highestFileEntry(of: key) else { return .allowed }
        if !entry.setting.permission.userMayChange { return .forbidden(by: LayerValue(entry)) }
        return entry.setting.permission.overridesUser ? .overridden(by: LayerValue(entry)) : .allowed
    }

    private func highestFileEntry(of key: ParameterKey) -> Node? {
        entries(of: key).first { $0.layer.isFile }
    }

    /// Every parameter of the phone: in the dictionary's order, a line's parameters line by line, and then those that
    /// are not known, by name.
    ///
    /// `lines` are the lines that are listed; without it those that any layer has a value for.
    public func all(lines: [LineNumber]? = nil) -> [SettingExplanation] {
        keys(lines: lines ?? linesInUse).map(explain)
    }

    /// The lines that any layer has a value for, in order.
    public var linesInUse: [LineNumber] { Set(heads.keys.compactMap(\.line)).sorted() }

    private func keys(lines: [LineNumber]) -> [ParameterKey] {
        let device = dictionary.definitions.filter { $0.section == .device }
        var keys: [ParameterKey] = []
        var linesListed = false
        for definition in device {
            if !definition.isLineParameter {
                keys.append(ParameterKey(definition.name))
            } else if !linesListed {
                // All of one line's parameters come before the next line's, where the first of them stands.
                linesListed = true
                for line in lines {
                    keys += device.filter(\.isLineParameter).map { ParameterKey($0.name, line: line) }
                }
            }
        }
        let listed = Set(keys)
        return keys + heads.keys.filter { !listed.contains($0) && ($0.line.map(lines.contains) ?? true) }.sorted()
    }

    /// What has changed from `old` to `new`, in the dictionary's order. A parameter whose value is the same although
    /// another layer gives it now has not changed.
    public static func changes(from old: EffectiveSettings, to new: EffectiveSettings) -> [SettingChange] {
        var changes: [SettingChange] = []
        for key in Set(old.heads.keys).union(new.heads.keys) {
            let (before, after) = (old.decided(key), new.decided(key))
            if before?.value != after?.value { changes.append(SettingChange(key: key, old: before, new: after)) }
        }
        let unknown = new.dictionary.definitions.count
        func rank(_ change: SettingChange) -> (Int, Int, ParameterKey) {
            (change.key.line?.rawValue ?? 0, new.dictionary.index(of: change.key.name) ?? unknown, change.key)
        }
        return changes.sorted { rank($0) < rank($1) }
    }
}
