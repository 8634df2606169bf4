import Glibc

/// UDP datagrams that reached this host and were dropped because a receive buffer was full. A phone of hardware would have
/// heard them, so no server is to blame.
struct ReceiveLosses {
    /// How long a reading serves: phones that start together ask together.
    private static let freshness = Duration.milliseconds(50)

    private var reading: (count: Int, at: Duration)?

    /// How many there have been in this network namespace, since it was made.
    mutating func count(at now: Duration) -> Int {
        if let reading, now - reading.at < Self.freshness { return reading.count }
        let count = Self.count(in: ["/proc/self/net/snmp", "/proc/self/net/snmp6"].flatMap(Self.lines))
        reading = (count, now)
        return count
    }

    /// What is told of them.
    static func sentence(_ lost: Int) -> String {
        """
        \(lost) UDP datagram(s) were lost on this host while the phone waited, as the receive buffer was full: raise \
        net.core.rmem_max (sysctl) and restart phoneprovd
        """
    }

    /// Adds up `RcvbufErrors` of a table as /proc/net/snmp has it, where a line of names stands before its line of
    /// numbers, and `Udp6RcvbufErrors` of one as /proc/net/snmp6 has it (proc(5)). What is not there counts as none.
    static func count(in lines: [String]) -> Int {
        var sum = 0
        var names: [Substring] = []
        for line in lines {
            let words = line.split(whereSeparator: \.isWhitespace)
            switch words.first {
            case "Udp:" where names.isEmpty: names = words
            case "Udp:":
                let place = names.firstIndex(of: "RcvbufErrors") ?? words.count
                if place < words.count { sum += Int(words[place]) ?? 0 }
                names = []
            case "Udp6RcvbufErrors": sum += words.last.flatMap { Int($0) } ?? 0
            default: break
            }
        }
        return sum
    }

    private static func lines(_ path: String) -> [String] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var lines: [String] = []
        var line = [CChar](repeating: 0, count: 4_096)
        // Both tables have a few hundred lines at most.
        while lines.count < 1_000, fgets(&line, CInt(line.count), file) != nil {
            lines.append(String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return lines
    }
}
