/// What a SIP socket speaks.
enum SIPFamily: String, Sendable, CaseIterable {
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"

    /// The family of a numeric address.
    init(of address: String) { self = address.utf8.contains(UInt8(ascii: ":")) ? .ipv6 : .ipv4 }
}

/// The SIP sockets of an interface: one for each family that SIP PnP takes place in.
struct InterfaceSockets: Sendable {
    /// Those that are open, IPv4 before IPv6.
    var open: [SIPSocket] = []
    /// Why there is no other.
    var missing: [String] = []
    /// Counts up: a later one is newer.
    var version = 0

    /// Those that are not among `others`.
    func added(to others: InterfaceSockets) -> [SIPSocket] {
        open.filter { socket in !others.open.contains { $0 === socket } }
    }
}
