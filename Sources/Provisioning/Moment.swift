/// A point in time as the sequence sees it: it reads no clock, each event brings one.
public struct Moment: Sendable, Hashable {
    /// Time on a clock that never jumps, from any origin. Intervals are measured on it.
    public let uptime: Duration
    /// The time of day, which may jump.
    public let wall: WallTime
    /// Local time minus UTC, in seconds. CFG_RESYNC_TIME is local time.
    public let secondsFromUTC: Int

    /// Makes a moment.
    public init(uptime: Duration, wall: WallTime, secondsFromUTC: Int = 0) {
        self.uptime = uptime
        self.wall = wall
        self.secondsFromUTC = secondsFromUTC
    }

    /// The moment a while later, with a clock that does not jump.
    public func advanced(by interval: Duration) -> Moment {
        Moment(uptime: uptime + interval, wall: wall.advanced(by: interval), secondsFromUTC: secondsFromUTC)
    }
}

/// A time of day in UTC, in milliseconds since 1970-01-01.
public struct WallTime: Sendable, Hashable, Comparable, Codable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// Makes a time from milliseconds since 1970.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The time a while later. It stops at the ends of its range.
    public func advanced(by interval: Duration) -> WallTime {
        let (sum, overflow) = milliseconds.addingReportingOverflow(interval.milliseconds)
        return WallTime(milliseconds: overflow ? (interval < .zero ? .min : .max) : sum)
    }

    /// Orders times, the earlier one first.
    public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

    /// Reads the number that ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// Writes the milliseconds as one number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000).partialValue &+ attoseconds / 1_000_000_000_000_000
    }

    /// A number of whole minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}
