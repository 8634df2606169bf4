/// Whose datagrams the socket takes.
public enum SIPAdmission: Hashable, Sendable {
    /// Everybody's.
    case everybody
    /// Only those in which a Call-ID with this beginning stands: the phones' own.
    case callIDs(beginningWith: String)
}

/// Tells a flood from ordinary traffic, so that the answer of a PnP server is not lost among datagrams that are read for
/// nothing. While it is shut the kernel leaves out what cannot belong to an exchange; it opens again after
/// ``SIPTimers/floodInterval``, to see whether the flood goes on.
struct FloodGate: Sendable {
    static let timer = SIPUserAgent.TimerID(exchange: 0, kind: .floodEnds)

    private(set) var isShut = false
    private var strangers: RateLimiter

    init(perSecond: Int = SIPLimits.maximumStrangersPerSecond) {
        strangers = RateLimiter(perSecond: perSecond)
    }

    /// Counts a datagram that belongs to no exchange.
    /// - Returns: whether there are so many that the gate ought to be shut.
    mutating func isFlooded(at now: Duration) -> Bool { !strangers.allow(at: now) && !isShut }

    mutating func shut() { isShut = true }

    /// - Returns: whether it was shut.
    mutating func open() -> Bool {
        defer { isShut = false }
        return isShut
    }
}

extension SIPUserAgent {
    /// A datagram came that belongs to no exchange.
    mutating func countStranger(at now: Duration) -> [Action] {
        guard gate.isFlooded(at: now), !openByMAC.isEmpty, !configuration.allowForeignCallID else { return [] }
        let prefix = configuration.callIDPrefix
        // A Call-ID from elsewhere would be shut out with the strangers.
        let serials = openByMAC.values.sorted()
        guard prefix.utf8.count >= SIPLimits.minimumCallIDPrefix,
            serials.allSatisfy({ exchanges[$0]?.identifiers.callID.hasPrefix(prefix) ?? false })
        else { return [] }
        gate.shut()
        var actions: [Action] = [
            .admit(.callIDs(beginningWith: prefix)), .schedule(FloodGate.timer, after: SIPTimers.floodInterval),
        ]
        for serial in serials where exchanges[serial]?.isToldOfFlood == false {
            exchanges[serial]?.isToldOfFlood = true
            actions += note(serial, .flood)
        }
        return actions
    }

    /// Nobody waits any more: everybody is heard again.
    mutating func openGateWhenNobodyWaits() -> [Action] {
        guard openByMAC.isEmpty, gate.open() else { return [] }
        return [.cancel(FloodGate.timer), .admit(.everybody)]
    }
}
