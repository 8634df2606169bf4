/// Where a value comes from (Administrator Guide, "Priority of settings"). A layer that is greater comes first.
///
/// Raw values are stable: they are stored, and printed by `phoneprovctl get --explain`.
public enum SettingsLayer: String, Hashable, Sendable, Codable, CaseIterable {
    /// The user's own change, by web or phone programming.
    case user
    /// The standard file: one device.
    case standard
    /// The product file: one model.
    case product
    /// The master file: every device.
    case master
    /// The device part of the document that was fetched as initial file. It lies beneath the named files.
    case initialDevice = "initial-device"
    /// The factory default.
    case factory

    /// Whether the layer is a configuration file.
    public var isFile: Bool { self != .user && self != .factory }

    /// How the layer is called in messages, for example `standard file`.
    public var label: String {
        switch self {
        case .user: "user's change"
        case .standard: "standard file"
        case .product: "product file"
        case .master: "master file"
        case .initialDevice: "initial file"
        case .factory: "factory default"
        }
    }

    private var priority: Int {
        switch self {
        case .user: 5
        case .standard: 4
        case .product: 3
        case .master: 2
        case .initialDevice: 1
        case .factory: 0
        }
    }
}

extension SettingsLayer: Comparable {
    /// `a < b` when `b` comes first: factory < initialDevice < master < product < standard < user.
    public static func < (a: SettingsLayer, b: SettingsLayer) -> Bool { a.priority < b.priority }
}
