/// The nine steps (Administrator Guide, "Provisioning").
public enum ProvisioningStep: Int, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Load the settings from flash.
    case loadSettings = 1
    /// Has the provisioning URL been set by hand?
    case urlSetByHand = 2
    /// Multicast one SUBSCRIBE, wait for a NOTIFY.
    case sipPnP = 3
    /// DHCP option 160.
    case dhcpOption160 = 4
    /// DHCP option 159.
    case dhcpOption159 = 5
    /// DHCP option 66; after it DHCPv6 option 17, where the interface has an IPv6 address.
    case dhcpOption66 = 6
    /// The redirection server.
    case redirection = 7
    /// Download the initial file and the device files that it names.
    case download = 8
    /// Locally saved configuration files.
    case savedFiles = 9

    /// A few words for a screen.
    public var name: String {
        switch self {
        case .loadSettings: "settings from flash"
        case .urlSetByHand: "URL set by hand"
        case .sipPnP: "SIP PnP"
        case .dhcpOption160: "DHCP option 160"
        case .dhcpOption159: "DHCP option 159"
        case .dhcpOption66: "DHCP option 66"
        case .redirection: "redirection server"
        case .download: "download"
        case .savedFiles: "saved files"
        }
    }

    /// Orders steps as they are walked.
    public static func < (left: ProvisioningStep, right: ProvisioningStep) -> Bool { left.rawValue < right.rawValue }
}
