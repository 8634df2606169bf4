/// The values of all leases that one interface has now: the sum of its DHCP events.
///
/// A plain value: ``merging(_:)`` gives the one after an event. Two families are kept apart, because each has its own
/// client and its own end.
public struct LeaseValues: Hashable, Sendable, Codable {
    /// The DHCP lease; `nil` while there is none.
    public var ipv4: IPv4Lease?
    /// The DHCPv6 lease; `nil` while there is none.
    public var ipv6: IPv6Lease?
    /// What the DHCP client does not hand over of the lease ``ipv4``.
    public var losses: [DHCPLoss]

    /// The values of these leases; without any, those of an interface that has none.
    public init(ipv4: IPv4Lease? = nil, ipv6: IPv6Lease? = nil, losses: [DHCPLoss] = []) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.losses = losses
    }

    /// Reads what was kept, by an earlier version too, which knew of no losses.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        ipv4 = try container.decodeIfPresent(IPv4Lease.self, forKey: .ipv4)
        ipv6 = try container.decodeIfPresent(IPv6Lease.self, forKey: .ipv6)
        losses = try container.decodeIfPresent([DHCPLoss].self, forKey: .losses) ?? []
    }

    /// Option 160 of the DHCP lease; absent without a lease.
    public var option160: OptionValue { ipv4?.option160 ?? .absent }
    /// Option 159 of the DHCP lease; absent without a lease.
    public var option159: OptionValue { ipv4?.option159 ?? .absent }
    /// Option 66 of the DHCP lease; absent without a lease.
    public var option66: OptionValue { ipv4?.option66 ?? .absent }
    /// Sub-option 1 of DHCPv6 option 17; absent without a lease.
    public var dhcpv6: OptionValue { ipv6?.vendorURL ?? .absent }

    /// The values after this event.
    ///
    /// A lease that begins or is renewed replaces the one of its family whole, so an option that the server sends no
    /// more is gone. A lease that ends takes its values away. Any other event changes nothing.
    public func merging(_ event: DHCPEvent) -> LeaseValues {
        var result = self
        switch event.change {
        case .bound(.ipv4(let lease)):
            result.ipv4 = lease
            result.losses = event.losses
        case .bound(.ipv6(let lease)): result.ipv6 = lease
        case .ended(.ipv4):
            result.ipv4 = nil
            result.losses = []
        case .ended(.ipv6): result.ipv6 = nil
        case .ignored: break
        }
        return result
    }

    /// The values at this time, in seconds since 1970: leases whose expiry has passed are gone. For values that were
    /// kept over a restart, while no event could come.
    public func valid(at time: UInt64) -> LeaseValues {
        var result = self
        if let expiry = ipv4?.expiry, expiry <= time {
            result.ipv4 = nil
            result.losses = []
        }
        if let expiry = ipv6?.expiry, expiry <= time { result.ipv6 = nil }
        return result
    }
}
