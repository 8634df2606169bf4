import Provisioning

/// The sessions of web programming that are open. A value without a clock: every call is told the time.
struct SessionTable {
    /// A session ends after half an hour without a call that counts as a sign of life.
    static let idleLimit = Duration.seconds(30 * 60)
    /// And after twelve hours in any case.
    static let ageLimit = Duration.seconds(12 * 60 * 60)
    /// How many there are at most. A further one ends the one that was used longest ago.
    static let maximumCount = 256

    /// A session.
    struct Session {
        let account: String
        let from: String
        /// The digest of name and password with which each phone was opened: it must still be right.
        let digests: [MACAddress: [UInt8]]
        let begun: Duration
        var used: Duration
    }

    private var sessions: [String: Session] = [:]

    /// Adds a session under a name that nobody can guess.
    mutating func open(_ name: String, _ session: Session) {
        expire(at: session.begun)
        if sessions.count >= Self.maximumCount, let oldest = sessions.min(by: { $0.value.used < $1.value.used })?.key {
            sessions[oldest] = nil
        }
        sessions[name] = session
    }

    /// The session of this name; `nil` when it has ended.
    mutating func session(_ name: String, renew: Bool, at now: Duration) -> Session? {
        expire(at: now)
        if renew { sessions[name]?.used = now }
        return sessions[name]
    }

    /// Ends a session.
    ///
    /// - Returns: the session, when there was one.
    mutating func close(_ name: String) -> Session? { sessions.removeValue(forKey: name) }

    private mutating func expire(at now: Duration) {
        sessions = sessions.filter { now - $0.value.used < Self.idleLimit && now - $0.value.begun < Self.ageLimit }
    }
}
