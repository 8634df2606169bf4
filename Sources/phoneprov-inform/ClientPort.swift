import DHCPOptions
import Glibc

/// UDP port 68 on one interface, beside the DHCP client that may have it too.
///
/// What comes is read by a packet socket (packet(7)), which sees a copy of it. A UDP socket would not do: a client's
/// own, bound to the address and connected to its server, as NetworkManager's is, gets the answer to DHCPINFORM before
/// any other; or the newer socket takes the client's own answers away from it (both measured). So there is a UDP socket
/// for the moment of sending only, for which the client's must have SO_REUSEADDR, as all of them do.
struct ClientPort: ~Copyable {
    private static let clientPort: UInt16 = 68
    private static let serverPort: UInt16 = 67

    /// The packet socket.
    let descriptor: CInt
    private let interface: String
    private let address: IPv4Address

    /// Opens the port, which takes CAP_NET_RAW.
    init(interface: String, address: IPv4Address) throws(HelperProblem) {
        descriptor = try PacketSocket.open(interface, udpPort: Self.clientPort)
        self.interface = interface
        self.address = address
    }

    deinit { close(descriptor) }

    /// Sends to the servers of the link, which takes CAP_NET_BIND_SERVICE.
    func send(_ bytes: [UInt8]) throws(HelperProblem) {
        let sender = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard sender >= 0 else { throw .system("socket", errno) }
        defer { close(sender) }
        var on: CInt = 1
        for option in [SO_REUSEADDR, SO_BROADCAST] {
            guard setsockopt(sender, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
                throw .system("setsockopt", errno)
            }
        }
        let name = Array(interface.utf8)
        guard setsockopt(sender, SOL_SOCKET, SO_BINDTODEVICE, name, socklen_t(name.count)) == 0 else {
            throw .system("binding to \(interface)", errno)
        }
        guard Self.withSocketAddress(address, Self.clientPort, { bind(sender, $0, $1) }) == 0 else {
            throw .system("UDP port \(Self.clientPort) of \(address) on \(interface)", errno)
        }
        let sent = Self.withSocketAddress(IPv4Address(bits: .max), Self.serverPort) { address, length in
            sendto(sender, bytes, bytes.count, 0, address, length)
        }
        guard sent == bytes.count else { throw .system("sending to 255.255.255.255", errno) }
    }

    /// Takes a datagram that has come; `nil` when there is none, or it is not from a server's port to this one.
    func receive() -> [UInt8]? {
        // The longest IPv4 and UDP headers, and one byte more than a message may have: a longer one shows itself.
        var packet = [UInt8](repeating: 0, count: 60 + 8 + DHCPMessage.maximumSize + 1)
        let count = recv(descriptor, &packet, packet.count, CInt(MSG_DONTWAIT))
        guard count > 0 else { return nil }
        return UDPDatagram(packet: packet[..<count], from: Self.serverPort, to: Self.clientPort)?.content
    }

    /// Calls `body` with an address as the operating system takes it.
    private static func withSocketAddress<Result>(
        _ address: IPv4Address,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var value = sockaddr_in()
        value.sin_family = sa_family_t(AF_INET)
        value.sin_port = port.bigEndian
        value.sin_addr.s_addr = address.bits.bigEndian
        return withUnsafePointer(to: value) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
