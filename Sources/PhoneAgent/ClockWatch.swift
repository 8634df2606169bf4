import Provisioning

/// Finds out that somebody has set the clock: the time of day and the uptime no longer go on side by side.
///
/// To look costs next to nothing, so it is done whenever the daemon is awake anyway: with each sign of life to systemd,
/// and when somebody asks how the phones are. A clock that is only trimmed is none that was set.
struct ClockWatch: Sendable {
    /// From here on a difference is a jump; what is less, a time of day in minutes can do without.
    static let tolerance = Duration.seconds(2)

    /// The time of day at uptime zero, as it was at the last look.
    private var origin: WallTime

    init(_ now: Moment) { origin = Self.origin(now) }

    /// How far the clock was set forward, or back, since the last look; `nil` when it was not.
    mutating func jump(at now: Moment) -> Duration? {
        let before = origin
        origin = Self.origin(now)
        let jump = Duration.milliseconds(origin.milliseconds - before.milliseconds)
        return jump >= Self.tolerance || jump <= .zero - Self.tolerance ? jump : nil
    }

    private static func origin(_ now: Moment) -> WallTime { now.wall.advanced(by: .zero - now.uptime) }
}

extension Fleet {
    /// Has the phones plan anew when somebody has set the clock since the last look.
    func noticeClock() async {
        guard let jump = clock.withLock({ $0.jump(at: AgentClock.now()) }) else { return }
        let seconds = (abs(jump.milliseconds) + 500) / 1_000
        logger.notice("the clock was set \(seconds) s \(jump < .zero ? "back" : "forward")")
        for phone in phones {
            try? await phone.call { await $0.handle(.clockSet) }
        }
    }
}
