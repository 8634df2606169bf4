/// Why a value cannot be set by hand. It never holds a value.
public enum UserSettingError: Error, Hashable, Sendable {
    /// The phone is not known to have the parameter; `nearest` is one that may be meant.
    case unknownParameter(name: String, nearest: String?)
    /// Each line has one of its own, and none was named.
    case lineMissing(name: String)
    /// A line was named that the phone does not have.
    case noSuchLine(name: String)
    /// A line was named, but the parameter belongs to the whole phone.
    case notOfALine(name: String)
    /// Only the initial part of a configuration file holds it.
    case initialFileOnly(name: String)
    /// Someone in this role does not change it.
    case noAccess(key: ParameterKey, access: Access)
    /// An entry with `R` forbids it.
    case readOnly(key: ParameterKey, by: LayerValue)
    /// The value does not fit.
    case invalidValue(key: ParameterKey, problem: ValueProblem)
}

extension UserSettingError: CustomStringConvertible {
    /// What is wrong, then what to do.
    public var description: String {
        switch self {
        case .unknownParameter(let name, let nearest?): "there is no parameter \(name): did you mean \(nearest)?"
        case .unknownParameter(let name, nil): "there is no parameter \(name): see the list of all parameters"
        case .lineMissing(let name):
            "each line has its own \(name): write \(name)_1 for line 1, up to \(name)_6"
        case .noSuchLine(let name):
            "\(name) names a line that the phone does not have: lines are 1 to 6"
        case .notOfALine(let name): "\(name) belongs to the whole phone, not to a line: write \(name)"
        case .initialFileOnly(let name):
            "\(name) is read from an initial configuration file only: change it on the provisioning server"
        case .noAccess(let key, let access):
            "\(key) is changed by the \(access == .user ? "user" : "administrator") only (access \(access.rawValue))"
        case .readOnly(let key, let entry):
            "\(key) is read-only: \(entry.place) has perm \"\(entry.permission.attribute)\"; change it there"
        case .invalidValue(let key, let problem): "the value does not fit \(key): \(problem)"
        }
    }
}

extension EffectiveSettings {
    /// Whether `value` can be set by hand for `key`, by web or phone programming or `phoneprovctl set`.
    ///
    /// The result says whether the change would take effect: `.allowed`, or `.overridden` when an entry with `!`
    /// stands above it. It is never `.forbidden`: that is thrown as `readOnly`.
    @discardableResult
    public func canUserSet(
        _ key: ParameterKey,
        _ value: String,
        as role: Access.Role = .administrator
    ) throws(UserSettingError) -> UserChange {
        let definition = try definitionToSet(key)
        if definition.section == .initial { throw .initialFileOnly(name: key.name) }
        let access = access(to: key)
        guard access.admits(role) else { throw .noAccess(key: key, access: access) }
        let change = userChange(of: key)
        if case .forbidden(let entry) = change { throw .readOnly(key: key, by: entry) }
        if let problem = definition.validate(value) { throw .invalidValue(key: key, problem: problem) }
        return change
    }

    private func definitionToSet(_ key: ParameterKey) throws(UserSettingError) -> ParameterDefinition {
        guard let definition = dictionary[key.name] else {
            if let split = ParameterKey.splitLineSuffix(key.name), let known = dictionary[split.name] {
                throw known.isLineParameter ? .noSuchLine(name: key.name) : .notOfALine(name: split.name)
            }
            throw .unknownParameter(name: key.description, nearest: dictionary.nearest(to: key.description))
        }
        switch (definition.isLineParameter, key.line) {
        case (true, nil): throw .lineMissing(name: key.name)
        case (false, .some): throw .notOfALine(name: key.name)
        case (true, .some), (false, nil): return definition
        }
    }
}
