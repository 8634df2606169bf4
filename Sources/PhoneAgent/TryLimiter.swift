/// Counts wrong passwords, so that nobody can go through many: five a minute from one address, and sixty in all.
///
/// A value without a clock: every call is told the time.
struct TryLimiter {
    /// How many wrong tries one address has in a ``window``.
    static let perAddress = 5
    /// How many wrong tries all addresses together have in a ``window``.
    static let inAll = 60
    /// The time in which tries are counted.
    static let window = Duration.seconds(60)

    private var tries: [(at: Duration, address: String)] = []

    /// How many seconds this address has to wait before it may try; `nil` when it may now.
    mutating func wait(_ address: String, at now: Duration) -> Int? {
        tries.removeAll { now - $0.at >= Self.window }
        let own = tries.filter { $0.address == Self.network(of: address) }
        let oldest =
            if own.count >= Self.perAddress {
                own[own.count - Self.perAddress].at
            } else if tries.count >= Self.inAll {
                tries[tries.count - Self.inAll].at
            } else {
                nil as Duration?
            }
        return oldest.map { max(1, Int((Self.window - (now - $0)).components.seconds) + 1) }
    }

    /// Takes note of a wrong try.
    mutating func failed(_ address: String, at now: Duration) {
        tries.append((now, Self.network(of: address)))
    }

    /// An IPv6 host has 2^64 addresses (RFC 4291 2.5.1): its network is what is counted.
    private static func network(of address: String) -> String {
        guard address.contains(":") else { return address }
        let groups = address.prefix { $0 != "%" }.split(separator: ":", omittingEmptySubsequences: false)
        guard let gap = groups.firstIndex(of: ""), gap < 4 else { return groups.prefix(4).joined(separator: ":") }
        return groups.prefix(gap).joined(separator: ":") + "::"
    }
}
