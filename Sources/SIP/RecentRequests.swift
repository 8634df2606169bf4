/// The requests answered of late, in a table of fixed size. A retransmission has the same Via as the first copy and must
/// not act twice; a copy with another Via has come by another way and is refused (RFC 3261 section 8.2.2.2).
struct RecentRequests: Sendable {
    enum Verdict: Hashable, Sendable {
        case new
        case retransmission
        case merged
    }

    private struct Entry: Sendable {
        var via: UInt64
        var expires: Duration
    }

    private var entries: [UInt64: Entry] = [:]
    private var order: [UInt64] = []
    private var oldest = 0

    /// Looks a request up by the hash of Call-ID, From tag, CSeq and method, and remembers it when it is new.
    mutating func check(key: UInt64, via: UInt64, hasToTag: Bool, at now: Duration) -> Verdict {
        if let entry = entries[key], entry.expires > now {
            return entry.via == via ? .retransmission : hasToTag ? .new : .merged
        }
        if entries.updateValue(Entry(via: via, expires: now + SIPTimers.transactionTimeout), forKey: key) == nil {
            remember(key)
        }
        return .new
    }

    private mutating func remember(_ key: UInt64) {
        if order.count < SIPLimits.maximumServerTransactions {
            order.append(key)
        } else {
            entries[order[oldest]] = nil
            order[oldest] = key
            oldest = (oldest + 1) % SIPLimits.maximumServerTransactions
        }
    }
}

/// FNV-1a over 64 bits with a secret start, so that nobody outside can make two requests collide on purpose.
struct SeededHash {
    private(set) var value: UInt64

    init(seed: UInt64) {
        value = 0xCBF2_9CE4_8422_2325 ^ seed
    }

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        value = (value ^ 0xFF) &* 0x0000_0100_0000_01B3
        value ^= value &>> 29
    }
}
