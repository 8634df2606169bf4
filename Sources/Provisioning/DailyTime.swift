/// CFG_RESYNC_TIME: a local time of day that comes once a day, whatever daylight saving does to the clock.
///
/// On the day on which the clock jumps over it, it comes at the jump; on the day on which the clock shows it twice, it
/// comes the first time. Local times are milliseconds since 1970 as if local time were UTC.
struct DailyTime: Sendable, Hashable {
    /// Minutes after midnight, 0 to 1439.
    let minute: Int

    private static let day: Int64 = 86_400_000
    /// A clock that went back by no more than this shows a time again that it has shown: daylight saving goes back by two
    /// hours at most. One that went back further was set.
    private static let longestRepeat: Int64 = 3 * 3_600_000

    /// The next time, in local milliseconds.
    ///
    /// - Parameters:
    ///   - local: now.
    ///   - served: the last time at which the daily run began, `nil` before the first.
    func next(after local: Int64, served: Int64?) -> Int64 {
        var base = local
        if let served, served > local, served - local <= Self.longestRepeat { base = served }
        let intoDay = ((base % Self.day) + Self.day) % Self.day
        let today = base - intoDay + Int64(minute) * 60_000
        return today > base ? today : today + Self.day
    }
}

extension Moment {
    /// Local time in milliseconds since 1970, as if it were UTC.
    var local: Int64 { wall.milliseconds + Int64(secondsFromUTC) * 1_000 }

    /// The rest of the quarter of an hour that is under way. Every time zone changes its offset at such a boundary.
    var restOfQuarter: Duration {
        let quarter: Int64 = 900_000
        return .milliseconds(quarter - ((wall.milliseconds % quarter) + quarter) % quarter)
    }
}
