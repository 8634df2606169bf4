/// What DHCP gave, as far as it concerns provisioning.
public struct LeaseOffer: Sendable, Hashable {
    /// One option.
    public enum Value: Sendable, Hashable {
        /// The server did not give it.
        case absent
        /// Its clean text, and how it came to that (which DHCP client, what was stripped).
        case text(String, detail: String)
        /// Given, but it cannot be used: why.
        case refused(String)

        /// The clean text, where there is one.
        public var text: String? {
            if case .text(let text, _) = self { text } else { nil }
        }
    }

    /// Option 160.
    public var option160: Value
    /// Option 159.
    public var option159: Value
    /// Option 66.
    public var option66: Value
    /// DHCPv6 option 17, sub-option 1.
    public var dhcpv6: Value

    /// A DHCP client has handed a lease over.
    public var hasIPv4Lease: Bool
    /// A DHCPv6 client has handed a lease over.
    public var hasIPv6Lease: Bool
    /// Which way the IPv4 values came, for the trace; empty when nobody says.
    public var origin: String

    /// Makes an offer.
    public init(
        option160: Value = .absent,
        option159: Value = .absent,
        option66: Value = .absent,
        dhcpv6: Value = .absent,
        hasIPv4Lease: Bool = true,
        hasIPv6Lease: Bool = true,
        origin: String = ""
    ) {
        self.option160 = option160
        self.option159 = option159
        self.option66 = option66
        self.dhcpv6 = dhcpv6
        self.hasIPv4Lease = hasIPv4Lease
        self.hasIPv6Lease = hasIPv6Lease
        self.origin = origin
    }

    /// No lease.
    public static let none = LeaseOffer(hasIPv4Lease: false, hasIPv6Lease: false)
}
