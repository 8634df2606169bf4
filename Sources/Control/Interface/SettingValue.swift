/// A parameter's value, and why it has it.
public struct SettingValue: Codable, Sendable, Equatable {
    /// The parameter's name; that of line n ends in `_n`.
    public var name: String
    /// The value; `***` for a secret that was not asked for with `reveal`.
    public var value: String
    /// The layer that the value comes from.
    public var layer: String
    /// The file that the value comes from, or `nil` when its layer is not a file.
    @Nullable public var file: String?
    /// The line of that file, counted from 1, or `nil` when the layer is not a file.
    @Nullable public var line: Int?
    /// Who set it, or `nil` when it is not the user's own value, or nobody noted it.
    @Nullable public var origin: SettingOrigin?
    /// Whether `Set` would be accepted.
    public var changeable: Bool
    /// The values that this one hides, the strongest first.
    public var hides: [HiddenValue]

    /// A value from its parts; each is described at its property.
    public init(
        name: String,
        value: String,
        layer: String,
        file: String?,
        line: Int?,
        origin: SettingOrigin? = nil,
        changeable: Bool,
        hides: [HiddenValue]
    ) {
        self.name = name
        self.value = value
        self.layer = layer
        self.file = file
        self.line = line
        self.origin = origin
        self.changeable = changeable
        self.hides = hides
    }
}

/// A value that another layer's value hides.
public struct HiddenValue: Codable, Sendable, Equatable {
    /// The layer that has this value.
    public var layer: String
    /// The value; `***` for a secret that was not asked for with `reveal`.
    public var value: String

    /// A hidden value from its parts.
    public init(layer: String, value: String) {
        self.layer = layer
        self.value = value
    }
}
