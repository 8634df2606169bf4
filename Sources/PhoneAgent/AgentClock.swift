import Glibc
import Provisioning

/// The clocks of the machine.
enum AgentClock {
    private static let origin = ContinuousClock.now

    /// This moment, on all the clocks that the sequence wants.
    static func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var seconds = time.tv_sec
        var local = tm()
        localtime_r(&seconds, &local)
        return Moment(
            uptime: uptime,
            wall: WallTime(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000),
            secondsFromUTC: local.tm_gmtoff
        )
    }

    /// The time of day, in microseconds since 1970, for captures.
    static var wallMicroseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    /// Time since the process first looked, sleep of the machine included.
    static var uptime: Duration { ContinuousClock.now - origin }
}
