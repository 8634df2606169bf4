import Glibc

/// The hardware address of an interface, from the kernel's list.
enum HardwareAddress {
    /// sockaddr_ll (packet(7)), which Glibc's module leaves out: where its fields lie, in bytes.
    private enum Layout {
        static let hardwareType = 8
        static let length = 11
        static let address = 12
        static let maximumLength = 8
    }

    /// ARPHRD_ETHER (netdevice(7)).
    private static let ethernet: UInt16 = 1

    /// The address of the interface of this name.
    static func of(_ interface: String) throws(HelperProblem) -> [UInt8] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { throw .system("getifaddrs", errno) }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == UInt16(AF_PACKET),
                String(cString: entry.ifa_name) == interface
            else { continue }
            let raw = UnsafeRawPointer(address)
            let length = Int(raw.load(fromByteOffset: Layout.length, as: UInt8.self))
            guard raw.load(fromByteOffset: Layout.hardwareType, as: UInt16.self) == ethernet,
                (1...Layout.maximumLength).contains(length)
            else { break }
            return (0..<length).map { raw.load(fromByteOffset: Layout.address + $0, as: UInt8.self) }
        }
        throw .notEthernet(interface)
    }
}
