/// A value, and the layer that gives it.
public struct LayerValue: Hashable, Sendable {
    /// The layer.
    public let layer: SettingsLayer
    /// The value.
    public let value: String
    /// The attribute `perm`; `readWrite` for the user's own value and the factory default.
    public let permission: Permission
    /// Where it stands in the layer's file; `nil` for the user's own value and the factory default.
    public let position: SourcePosition?

    /// A value that `layer` gives.
    public init(
        layer: SettingsLayer,
        value: String,
        permission: Permission = .readWrite,
        position: SourcePosition? = nil
    ) {
        self.layer = layer
        self.value = value
        self.permission = permission
        self.position = position
    }

    /// The layer and the line without the value, for example `standard file, line 12`.
    public var place: String {
        position.map { "\(layer.label), line \($0.line)" } ?? layer.label
    }
}

extension LayerValue: CustomStringConvertible, CustomDebugStringConvertible {
    /// The place alone: whether the value is a secret is known only together with the parameter.
    public var description: String { place }
    /// The same as `description`, so that a dump shows no secret.
    public var debugDescription: String { place }
}

/// Whether a change that the user makes to a parameter is taken, and what comes of it.
public enum UserChange: Hashable, Sendable {
    /// The user may change it, and the change takes effect.
    case allowed
    /// The user may change it, but this entry has `!` and stands above the change.
    case overridden(by: LayerValue)
    /// The user may not change it: this entry has `R`.
    case forbidden(by: LayerValue)
}

/// How one parameter got its value.
public struct SettingExplanation: Hashable, Sendable {
    /// The parameter.
    public let key: ParameterKey
    /// What the dictionary says about it; `nil` when it is not known.
    public let definition: ParameterDefinition?
    /// The value that counts and who gave it; `nil` when no layer has one and no factory default is known.
    public let decided: LayerValue?
    /// The values that it hides, highest layer first. The user's own value is among them when a `!` beats it.
    public let hidden: [LayerValue]
    /// Who sees and changes it.
    public let access: Access
    /// Whether the user may change it.
    public let userChange: UserChange

    /// The value that counts.
    public var value: String? { decided?.value }
    /// The layer of the value that counts.
    public var layer: SettingsLayer? { decided?.layer }

    /// The value as it may be shown: secrets as `***`.
    public var displayValue: String? { value.map(display) }

    /// One of the values here as it may be shown: secrets as `***`.
    public func display(_ value: String) -> String {
        if value.isEmpty { return value }
        if let definition, definition.isSecret { return ParameterDictionary.mask }
        return ParameterDictionary.standard.displayValue(value, of: key.name)
    }
}

/// One parameter whose value has changed.
public struct SettingChange: Hashable, Sendable {
    /// The parameter.
    public let key: ParameterKey
    /// The value before and who gave it; `nil` when there was none.
    public let old: LayerValue?
    /// The value now and who gives it; `nil` when there is none any more.
    public let new: LayerValue?

    /// The value before as it may be shown: secrets as `***`.
    public var displayOld: String? {
        old.map { ParameterDictionary.standard.displayValue($0.value, of: key.name) }
    }
    /// The value now as it may be shown: secrets as `***`.
    public var displayNew: String? {
        new.map { ParameterDictionary.standard.displayValue($0.value, of: key.name) }
    }
}
