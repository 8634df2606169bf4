/// Where a provisioning URL came from.
public enum ProvisioningSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// Set by the user: web or phone programming.
    case manual
    /// Written into USR_PROV_SVR_URL by an earlier configuration file.
    case stored
    /// A NOTIFY of SIP PnP.
    case sipPnP = "sip-pnp"
    /// DHCP option 160.
    case dhcp160 = "dhcp-160"
    /// DHCP option 159.
    case dhcp159 = "dhcp-159"
    /// DHCP option 66, TFTP server name (RFC 2132 9.4).
    case dhcp66 = "dhcp-66"
    /// DHCPv6 vendor-specific information: option 17, sub-option 1 (RFC 8415 21.17).
    case dhcpv6
    /// The redirection server.
    case redirection
    /// No source gave a URL.
    case none
}
