/// What kind of value a parameter takes. Raw values are those of the dictionary's column `type`.
public enum ParameterType: String, Hashable, Sendable, Codable {
    /// `Y` or `N`.
    case flagYN
    /// `Yes` or `No`; the phone has three such parameters.
    case flagYesNo
    /// One decimal integer, which may be negative.
    case integer
    /// One or more decimal integers with commas between them and no blanks.
    case integers
    /// Any text.
    case text
}

/// A form that a text has to have. Raw values are those of the dictionary's column `constraint`.
public enum ValuePattern: String, Hashable, Sendable, Codable {
    /// A time of day, `00:00` to `23:59`.
    case timeOfDay = "HH:MM"
    /// A URL, or a part of one that the phone completes, of at most 2,048 bytes.
    case url = "URL"

    /// The longest URL that the phone takes, in bytes. The guide of a sibling (KX-HDV130) allows 384 characters;
    /// longer ones up to this work with a warning.
    public static let maximumURLBytes = 2048
    /// The longest URL that is taken without a warning, in characters (KX-HDV130 guide).
    public static let longestDocumentedURL = 384
}

/// What is known about the values that a parameter takes, beyond its type.
public enum ParameterConstraint: Hashable, Sendable {
    /// Integers of this range only.
    case range(ClosedRange<Int>)
    /// These values only.
    case oneOf([String])
    /// Text of this form only.
    case pattern(ValuePattern)
}

/// The part of a configuration file that a parameter stands in (Administrator Guide, "Configuration File").
public enum DocumentSection: Hashable, Sendable {
    /// `initial`: root certificates and the paths of the device configuration files.
    case initial
    /// `device`: everything else.
    case device
}

/// One parameter of the phone as the dictionary has it.
///
/// A class, because it never changes and is handed around for every element of every file: a copy of so many texts
/// costs more than reading the element does.
public final class ParameterDefinition: Sendable {
    /// The groups that the parameter stands in, for example `System/Prov`.
    public let group: String
    /// The name, for example `CFG_CYCLIC`.
    public let name: String
    /// What kind of value it takes.
    public let type: ParameterType
    /// What is known about its values beyond the type; `nil` when nothing is.
    public let constraint: ParameterConstraint?
    /// The factory default; `nil` when it is not known.
    public let defaultValue: String?
    /// The `perm` that a public template for these models gives it; `nil` when it is in none.
    public let permissionSeen: Permission?
    /// Who sees and changes it where a configuration file does not say.
    public let access: Access
    /// Whether its value is never shown.
    public let isSecret: Bool
    /// The unit of its value, for example `minutes`; `nil` when it has none or when it is not known.
    public let unit: String?
    /// One sentence: what it is for.
    public let meaning: String
    /// Where this is known from.
    public let source: String
    /// The part of a configuration file that it stands in.
    public let section: DocumentSection

    /// Whether each line has one of its own.
    public let isLineParameter: Bool

    /// A parameter of the phone. The group tells the section and whether each line has one of its own.
    public init(
        group: String,
        name: String,
        type: ParameterType,
        constraint: ParameterConstraint? = nil,
        defaultValue: String? = nil,
        permissionSeen: Permission? = nil,
        access: Access = .administrator,
        isSecret: Bool = false,
        unit: String? = nil,
        meaning: String,
        source: String
    ) {
        self.group = group
        self.name = name
        self.type = type
        self.constraint = constraint
        self.defaultValue = defaultValue
        self.permissionSeen = permissionSeen
        self.access = access
        self.isSecret = isSecret
        self.unit = unit
        self.meaning = meaning
        self.source = source
        section = group == "Certs" || group == "CfgFiles" ? .initial : .device
        isLineParameter = group.hasPrefix("Lines/Line/")
    }
}

extension ParameterDefinition: Hashable {
    /// Whether two definitions say the same of the same parameter.
    public static func == (a: ParameterDefinition, b: ParameterDefinition) -> Bool {
        if a === b { return true }
        return a.name == b.name && a.group == b.group && a.type == b.type && a.constraint == b.constraint
            && a.defaultValue == b.defaultValue && a.permissionSeen == b.permissionSeen && a.access == b.access
            && a.isSecret == b.isSecret && a.unit == b.unit && a.meaning == b.meaning && a.source == b.source
    }

    /// By name, which tells definitions of one dictionary apart.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
