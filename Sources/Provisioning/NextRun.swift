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
/// After a run that was not `provisioned` the next attempt is CFG_RTRY_INTVL later, or when the server asked for it.
/// CFG_CYCLIC gives one every CFG_CYCLIC_INTVL minutes after the start. CFG_RESYNC_TIME gives one each day and switches
/// the interval off. The earliest counts.
struct RunSchedule: Sendable, Hashable {
    /// A plan with the time to wait for it.
    struct Plan: Sendable, Hashable {
        let next: NextRun
        let wait: Duration
        /// Why it comes then, for the trace.
        let reason: String
        /// The time of day that it is planned for, in local milliseconds; `nil` for a plan that counts time alone.
        let localDue: Int64?
    }

    /// The clock that intervals count on, when the phone was switched on.
    var poweredOnAt: Duration
    /// The same clock, when the last run ended.
    var endedAt: Duration
    /// What a server of the last run asked for.
    var wish: RetryWish?
    /// When the last daily run was due, in local milliseconds.
    var served: Int64?

    func plan(after outcome: Outcome, settings: SequenceSettings, now: Moment) -> Plan? {
        guard outcome != .disabled, settings.provisioningEnabled else { return nil }
        var plans: [Plan] = []
        if outcome.schedulesRetry {
            let interval = Duration.minutes(settings.retryMinutes)
            let (length, reason) = wish?.wait(retryMinutes: settings.retryMinutes) ?? (interval, "CFG_RTRY_INTVL")
            // From the end of the run, however often it is planned anew; one that is due comes at once.
            plans.append(
                Self.plan(
                    wish == nil ? .retry : .retryAfter,
                    in: max(endedAt + length - now.uptime, .milliseconds(1)),
                    "the next attempt comes \(length.inWords) after this one: \(reason)",
                    now
                )
            )
        }
        if let minute = settings.resyncMinuteOfDay {
            let due = DailyTime(minute: minute).next(after: now.local, served: served)
            plans.append(Self.plan(.timeOfDay, in: .milliseconds(due - now.local), "CFG_RESYNC_TIME", now, due))
        } else if settings.cyclic {
            let interval = Duration.minutes(settings.cyclicMinutes)
            let wait = Self.rest(of: interval, since: now.uptime - poweredOnAt)
            plans.append(Self.plan(.cyclic, in: wait, "CFG_CYCLIC_INTVL", now))
        }
        return plans.min { $0.wait < $1.wait }
    }

    private static func plan(
        _ trigger: Trigger,
        in wait: Duration,
        _ reason: String,
        _ now: Moment,
        _ localDue: Int64? = nil
    ) -> Plan {
        Plan(
            next: NextRun(at: now.wall.advanced(by: wait), trigger: trigger),
            wait: wait,
            reason: reason,
            localDue: localDue
        )
    }

    /// The rest of the interval that is under way. At its very end a whole one is left.
    private static func rest(of interval: Duration, since elapsed: Duration) -> Duration {
        let length = interval.milliseconds
        return .milliseconds(length - elapsed.milliseconds % length)
    }
}

/// The next run as the sequence keeps it: by the clock for those who look, and by what it really hangs on.
struct PlannedRun: Sendable, Hashable {
    let next: NextRun
    /// The moment on the clock that never jumps.
    let uptime: Duration
    let localDue: Int64?

    /// The plan by the clock of now: an interval does not become longer when somebody sets the clock.
    func next(at now: Moment) -> NextRun {
        guard localDue == nil else { return next }
        let at = now.wall.advanced(by: uptime - now.uptime)
        // A clock that is only trimmed shall not make the same plan look like another one each time.
        let drift = at.milliseconds - next.at.milliseconds
        return (-1_000...1_000).contains(drift) ? next : NextRun(at: at, trigger: next.trigger)
    }
}
