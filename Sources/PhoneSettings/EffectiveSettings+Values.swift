extension EffectiveSettings {
    /// The value of `key` as text; empty when there is none.
    public func text(_ key: ParameterKey) -> String { value(key) ?? "" }

    /// The value of a flag: `true` for `Y` and `Yes`. An empty value means the factory default; `nil` when that is
    /// not known either.
    public func flag(_ key: ParameterKey) -> Bool? {
        switch valueOrDefault(key) {
        case "Y"?, "Yes"?: true
        case "N"?, "No"?: false
        default: nil
        }
    }

    /// The value of an integer. An empty value means the factory default; `nil` when that is not known either.
    public func integer(_ key: ParameterKey) -> Int? {
        valueOrDefault(key).flatMap { ParameterDefinition.integer($0[...]) }
    }

    /// The value of a time of day; `nil` when it is empty.
    public func timeOfDay(_ key: ParameterKey) -> TimeOfDay? { value(key).flatMap(TimeOfDay.init) }

    private func valueOrDefault(_ key: ParameterKey) -> String? {
        guard let value = value(key), !value.isEmpty else { return dictionary.defaultValue(of: key) }
        return value
    }
}
