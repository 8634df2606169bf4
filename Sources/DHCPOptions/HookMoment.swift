/// When a hook began, as it says in `phone_prov_began`: `UPTIME:PROCESS`, such as `5021.37:4711`.
///
/// A hook hands its event over in the background, so that two events may arrive in the wrong order. What is fixed while
/// the DHCP client waits for its hook tells which came first: the first field of `/proc/uptime`, which counts the
/// machine's sleep and never jumps, as the time of day does, and which a shell reads without starting a program. It
/// has hundredths of a second; of two hooks within one, that with the later process id came later, as the client
/// starts the second when the first has ended.
public struct HookMoment: Hashable, Sendable {
    /// Time since the machine has started, in hundredths of a second.
    public let uptime: UInt64
    /// The process id of the hook.
    public let process: UInt32

    /// Longest text accepted, in bytes.
    public static let maximumLength = 32
    /// Process ids begin anew at `pid_max`, which is no less than twice this: two hooks of one hundredth of a second
    /// whose ids are further apart stand on either side of that.
    static let longestWay: UInt32 = 16_384

    /// Reads the text; `nil` when it is not of that form.
    public init?(_ text: String) {
        let digits = { (part: Substring) in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, parts.count == 2, digits(parts[1]) else { return nil }
        let time = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard time.count == 2, time.allSatisfy(digits), time[1].utf8.count == 2,
            let uptime = UInt64(time[0] + time[1]), let process = UInt32(parts[1])
        else { return nil }
        self.uptime = uptime
        self.process = process
    }

    /// Whether this hook began before the other.
    public func precedes(_ other: HookMoment) -> Bool {
        guard uptime == other.uptime else { return uptime < other.uptime }
        guard process != other.process else { return false }
        let isLower = process < other.process
        let way = isLower ? other.process - process : process - other.process
        return isLower == (way <= Self.longestWay)
    }
}

/// Which events are still news: the last one that was taken counts, for each interface and address family.
public struct DHCPEventOrder: Sendable {
    /// How much later than another an event may arrive that began before it, in hundredths of a second: a minute, as a
    /// hook gives up after 35 seconds. One that seems older yet comes from a machine that counts anew, a container that
    /// was started again.
    public static let longestDelay: UInt64 = 6_000

    private var last: [String: [AddressFamily: HookMoment]] = [:]

    /// Before the first event.
    public init() {}

    /// Whether an event is to be taken; from then on it is the last one. An event whose hook does not say when it began is.
    public mutating func admits(_ event: DHCPEvent) -> Bool {
        guard let began = event.began, let family = event.change.family else { return true }
        if let before = last[event.interface]?[family], began.precedes(before),
            before.uptime - began.uptime <= Self.longestDelay
        {
            return false
        }
        last[event.interface, default: [:]][family] = began
        return true
    }
}

extension DHCPEvent.Change {
    /// The address family whose lease it is about.
    var family: AddressFamily? {
        switch self {
        case .bound(.ipv4): .ipv4
        case .bound(.ipv6): .ipv6
        case .ended(let family): family
        case .ignored: nil
        }
    }
}
