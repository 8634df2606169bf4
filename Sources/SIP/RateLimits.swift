/// Lets so many things through in each second.
struct RateLimiter: Sendable {
    let perSecond: Int
    private var second: Int64 = .min
    private var count = 0

    init(perSecond: Int) {
        self.perSecond = perSecond
    }

    /// Whether nothing more goes through in this second.
    func isExhausted(at now: Duration) -> Bool {
        now.components.seconds == second && count >= perSecond
    }

    mutating func allow(at now: Duration) -> Bool {
        if now.components.seconds != second {
            second = now.components.seconds
            count = 0
        }
        guard count < perSecond else { return false }
        count += 1
        return true
    }
}

/// Lets so many notes through in each second and counts the others.
struct NoteLimiter: Sendable {
    private var limiter: RateLimiter
    private var suppressed = 0

    init(perSecond: Int) {
        limiter = RateLimiter(perSecond: perSecond)
    }

    /// The note to write now: none, this one, or this one with the number of those left out. It is made only when it is
    /// written.
    mutating func notes(at now: Duration, _ note: () -> SIPNote) -> [SIPNote] {
        guard limiter.allow(at: now) else {
            suppressed += 1
            return []
        }
        guard suppressed > 0 else { return [note()] }
        defer { suppressed = 0 }
        return [.withSuppressed(note(), count: suppressed)]
    }
}

/// Lets so many notes through in all and counts the others.
struct NoteBudget: Sendable {
    private var left: Int
    private(set) var suppressed = 0

    init(limit: Int) {
        left = limit
    }

    mutating func take() -> Bool {
        guard left > 0 else {
            suppressed += 1
            return false
        }
        left -= 1
        return true
    }
}
