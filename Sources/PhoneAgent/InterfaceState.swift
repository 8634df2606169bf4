import Glibc
import Provisioning

/// What a network interface has that a phone needs.
struct InterfaceState: Sendable, Hashable {
    /// The interface is there.
    var exists = false
    /// Its number (netdevice(7)); 0 when it is not there.
    var index: UInt32 = 0
    /// Its first IPv4 address, a dotted quad.
    var ipv4: String?
    /// How often an IPv4 address of it was set, anew or once more: a DHCP client does so when it renews its lease.
    var ipv4Settings = 0
    /// Its IPv6 addresses beyond the link-local ones that can be sent from; those that are to last stand first.
    var ipv6: [String] = []

    /// What there is to provision with.
    var families: AddressFamilies { AddressFamilies(ipv4: ipv4 != nil, ipv6: !ipv6.isEmpty) }

    /// The states of these interfaces, read from the kernel.
    static func read(_ names: Set<String>) -> [String: InterfaceState] {
        var states: [String: InterfaceState] = [:]
        let standings = IPv6Standings.read()
        var ranks: [String: [(rank: Int, address: String)]] = [:]
        for name in names {
            let index = if_nametoindex(name)
            states[name] = InterfaceState(exists: index != 0, index: index)
        }
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return states }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let name = String(cString: entry.ifa_name)
            guard states[name] != nil, let address = entry.ifa_addr else { continue }
            guard entry.ifa_flags & UInt32(IFF_UP) != 0 else { continue }
            switch Int32(address.pointee.sa_family) {
            case AF_INET:
                guard states[name]?.ipv4 == nil else { continue }
                states[name]?.ipv4 = numeric(address, length: socklen_t(MemoryLayout<sockaddr_in>.size))
            case AF_INET6:
                guard isBeyondTheLink(address), let index = states[name]?.index,
                    let rank = standings.rank(of: bytes(address), on: index),
                    let text = numeric(address, length: socklen_t(MemoryLayout<sockaddr_in6>.size))
                else { continue }
                ranks[name, default: []].append((rank, text))
            default:
                continue
            }
        }
        for (name, found) in ranks {
            let order = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            states[name]?.ipv6 = order.map(\.element.address)
        }
        return states
    }

    private static func bytes(_ address: UnsafeMutablePointer<sockaddr>) -> [UInt8] {
        address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
            withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
        }
    }

    private static func numeric(_ address: UnsafeMutablePointer<sockaddr>, length: socklen_t) -> String? {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Link-local addresses (fe80::/10) reach no provisioning server beyond the link; the host's own `::1` counts.
    private static func isBeyondTheLink(_ address: UnsafeMutablePointer<sockaddr>) -> Bool {
        let bytes = bytes(address)
        return !(bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }
}
