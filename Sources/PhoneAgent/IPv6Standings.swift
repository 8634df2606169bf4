import Glibc

/// What the kernel says of the machine's IPv6 addresses, and getifaddrs(3) does not: whether one can be sent from (RFC 4862
/// section 5.4), and whether it is to last.
struct IPv6Standings {
    private struct Place: Hashable {
        let interface: UInt32
        let address: [UInt8]
    }

    /// The lower eight bits of the flags, linux/if_addr.h.
    private var flags: [Place: UInt8] = [:]

    /// IFA_F_DADFAILED and IFA_F_TENTATIVE: somebody else has the address, or it is not known yet that nobody has.
    private static let unusable: UInt8 = 0x08 | 0x40
    /// IFA_F_DEPRECATED.
    private static let deprecated: UInt8 = 0x20
    /// IFA_F_TEMPORARY: another one takes its place within a day (RFC 8981).
    private static let temporary: UInt8 = 0x01
    private static let maximumBytes = 1 << 20

    /// As the kernel has it now. Without the file, as without IPv6, nothing is known.
    static func read() -> IPv6Standings {
        // Not /proc/net: the unit's /proc has nothing that is not about processes.
        let descriptor = open("/proc/self/net/if_inet6", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return IPv6Standings("") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 8_192)
        while bytes.count < maximumBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return IPv6Standings(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads lines of six words: the address, and in hexadecimal the interface's number, the length of the prefix, the scope
    /// and the flags; then the interface's name. Others are left out.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 6, let interface = UInt32(words[1], radix: 16), let value = UInt8(words[4], radix: 16)
            else { continue }
            let digits = words[0].utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 32, words[0].utf8.count == 32 else { continue }
            let address = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
            flags[Place(interface: interface, address: address)] = value
        }
    }

    /// The lower, the better for a socket that is to stay; `nil` when the address cannot be sent from. One that nothing is
    /// known of can.
    func rank(of address: [UInt8], on interface: UInt32) -> Int? {
        let flags = flags[Place(interface: interface, address: address)] ?? 0
        guard flags & Self.unusable == 0 else { return nil }
        return (flags & Self.deprecated != 0 ? 2 : 0) + (flags & Self.temporary != 0 ? 1 : 0)
    }
}
