/// A server's wish that the phone comes back later: `Retry-After` with HTTP 429 or 503 (RFC 9110 section 10.2.3), turned
/// into a wait.
///
/// The time asked for counts from one minute to four times CFG_RTRY_INTVL. Phones that were asked the same come apart:
/// each adds a share of its own, up to a quarter of the wait and at least up to a minute. The result is between the two
/// bounds as well, so that a share is taken off instead when there is no room above.
struct RetryWish: Sendable, Hashable {
    /// The shortest wait.
    static let shortest: Duration = .seconds(60)

    /// What the server asked for.
    let asked: Duration
    /// This phone's share in this run, from 0 to below 1.
    let share: Double

    /// The longest wait, by CFG_RTRY_INTVL.
    static func longest(retryMinutes: Int) -> Duration { .minutes(4 * retryMinutes) }

    /// The wait from the end of the run, and why it is this long.
    func wait(retryMinutes: Int) -> (wait: Duration, reason: String) {
        let longest = Self.longest(retryMinutes: retryMinutes)
        let base = min(max(asked, Self.shortest), longest)
        let window = max(base / 4, Self.shortest)
        var reason = "the server asks for \(asked.inWords) (Retry-After)"
        if asked < Self.shortest { reason += ", of which \(Self.shortest.inWords) is the least" }
        if asked > longest { reason += ", of which \(longest.inWords) (4 × CFG_RTRY_INTVL) is the most" }
        if base + Self.shortest <= longest {
            let more = Duration.milliseconds(Int64(Double(min(window, longest - base).milliseconds) * share))
            return (base + more, "\(reason), and \(more.inWords) more keep the phones of a site apart")
        }
        let less = Duration.milliseconds(Int64(Double(window.milliseconds) * share))
        return (longest - less, "\(reason), and \(less.inWords) less keep the phones of a site apart")
    }
}

extension PhoneIdentity {
    /// A number from 0 to below 1 that differs from phone to phone and from run to run, and is the same when asked again.
    ///
    /// - Parameter run: the run's number.
    func share(inRun run: Int) -> Double {
        let seed = (UInt64(mac.upperCase, radix: 16) ?? 0) &+ UInt64(bitPattern: Int64(run)) &* 0x9E37_79B9_7F4A_7C15
        // The mixing function of SplitMix64 (Steele, Lea, Flood 2014): neighbouring addresses come out far apart.
        var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(1 << 53)
    }
}

extension Duration {
    /// `90 s`, `30 min`.
    var inWords: String {
        let seconds = milliseconds / 1_000
        return seconds > 0 && seconds.isMultiple(of: 60) ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
