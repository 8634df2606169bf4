import PhoneSettings

/// What a configuration file is for (Administrator Guide, "Configuration file types").
public enum ConfigurationRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// The file at the provisioning URL, which names the others.
    case initial
    /// For one device.
    case standard
    /// For one model.
    case product
    /// For every device.
    case master

    /// The layer that the file's device part belongs to.
    public var layer: SettingsLayer {
        switch self {
        case .initial: .initialDevice
        case .standard: .standard
        case .product: .product
        case .master: .master
        }
    }
}
