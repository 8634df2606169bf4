/// When the next run comes, and why.
public struct NextRun: Sendable, Hashable, Codable {
    /// By the clock.
    public let at: WallTime
    /// Why.
    public let trigger: Trigger

    /// Makes a plan.
    public init(at: WallTime, trigger: Trigger) {
        self.at = at
        self.trigger = trigger
    }
}

/// Works out the next run (Administrator Guide, "Timing of downloading").
///
/// After a run that was not `provisioned` the next attempt is CFG_RTRY_INTVL later. CFG_CYCLIC gives one every
/// CFG_CYCLIC_INTVL minutes after the start. CFG_RESYNC_TIME gives one each day and switches the interval off. The
/// earliest counts.
struct RunSchedule: Sendable, Hashable {
    /// A plan with the time to wait for it.
    struct Plan: Sendable, Hashable {
        let next: NextRun
        let wait: Duration
    }

    static func plan(
        after outcome: Outcome,
        settings: SequenceSettings,
        poweredOnAt start: Duration,
        endedAt end: Duration,
        now: Moment
    ) -> Plan? {
        guard outcome != .disabled, settings.provisioningEnabled else { return nil }
        var plans: [(wait: Duration, trigger: Trigger)] = []
        if outcome.schedulesRetry {
            // From the end of the run, however often it is planned anew; one that is due comes at once.
            let due = end + .minutes(settings.retryMinutes) - now.uptime
            plans.append((max(due, .milliseconds(1)), .retry))
        }
        if let minute = settings.resyncMinuteOfDay {
            plans.append((waitForTimeOfDay(minute: minute, now: now), .timeOfDay))
        } else if settings.cyclic {
            let interval = Duration.minutes(settings.cyclicMinutes)
            plans.append((waitForInterval(interval, since: now.uptime - start), .cyclic))
        }
        guard let first = plans.min(by: { $0.wait < $1.wait }) else { return nil }
        return Plan(
            next: NextRun(at: now.wall.advanced(by: first.wait), trigger: first.trigger),
            wait: first.wait
        )
    }

    /// The rest of the interval that is under way. At its very end a whole one is left.
    private static func waitForInterval(_ interval: Duration, since elapsed: Duration) -> Duration {
        let length = interval.milliseconds
        return .milliseconds(length - elapsed.milliseconds % length)
    }

    private static func waitForTimeOfDay(minute: Int, now: Moment) -> Duration {
        let day: Int64 = 86_400_000
        let local = now.wall.milliseconds + Int64(now.secondsFromUTC) * 1_000
        let intoDay = ((local % day) + day) % day
        let wait = Int64(minute) * 60_000 - intoDay
        return .milliseconds(wait > 0 ? wait : wait + day)
    }
}
