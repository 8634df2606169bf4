/// Which addresses the phone's interface has. They decide which sources there are (Administrator Guide, "Provisioning
/// in an IPv6 network").
public enum AddressFamilies: Sendable, Hashable, CaseIterable {
    /// No usable address yet.
    case none
    /// IPv4 only: by hand, SIP PnP, DHCP options 160, 159, 66, redirection server.
    case ipv4
    /// IPv6 only: by hand, DHCPv6; SIP PnP only where ``SequenceSettings/pnpOverIPv6`` is set.
    case ipv6
    /// Both: by hand, SIP PnP, 160, 159, 66, DHCPv6, redirection server. IPv4 is preferred.
    case both

    /// Makes the value from what the interface has.
    public init(ipv4: Bool, ipv6: Bool) {
        switch (ipv4, ipv6) {
        case (true, true): self = .both
        case (true, false): self = .ipv4
        case (false, true): self = .ipv6
        case (false, false): self = .none
        }
    }

    /// There is an IPv4 address.
    public var hasIPv4: Bool { self == .ipv4 || self == .both }
    /// There is a global or unique local IPv6 address.
    public var hasIPv6: Bool { self == .ipv6 || self == .both }
}
