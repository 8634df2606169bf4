import Testing

@testable import Provisioning

/// When the next run comes.
struct RunScheduleTests {
    let midnight = Moment(uptime: .seconds(86_400), wall: WallTime(milliseconds: 1_780_012_800_000))

    private func planned(_ outcome: Outcome, _ settings: SequenceSettings, start: Duration = .zero) -> RunSchedule.Plan?
    {
        RunSchedule.plan(
            after: outcome,
            settings: settings,
            poweredOnAt: start,
            endedAt: midnight.uptime,
            now: midnight
        )
    }

    @Test(arguments: [Outcome.fallback, .partial, .failed])
    func `everything but provisioned and disabled is tried again`(outcome: Outcome) throws {
        let plan = try #require(planned(outcome, SequenceSettings(retryMinutes: 7)))
        #expect(plan.wait == .seconds(420))
        #expect(plan.next == NextRun(at: midnight.wall.advanced(by: .seconds(420)), trigger: .retry))
    }

    @Test func `a provisioned phone rests, a disabled one has no plan at all`() {
        #expect(planned(.provisioned, SequenceSettings()) == nil)
        #expect(planned(.disabled, SequenceSettings(cyclic: true, resyncMinuteOfDay: 5)) == nil)
    }

    @Test(arguments: [(0, 600), (1, 599), (599, 1), (600, 600), (601, 599)])
    func `the interval counts from the start`(sinceStart: Int, wait: Int) throws {
        let settings = SequenceSettings(cyclic: true, cyclicMinutes: 10)
        let start = midnight.uptime - .seconds(sinceStart)
        let plan = try #require(planned(.provisioned, settings, start: start))
        #expect(plan.wait == .seconds(wait))
        #expect(plan.next.trigger == .cyclic)
    }

    @Test(arguments: [(0, 0, 86_400), (1, 0, 60), (0, 3_600, 82_800), (61, 3_600, 60), (0, -3_600, 3_600)])
    func `the time of day is local, and later than now`(minute: Int, offset: Int, wait: Int) throws {
        let now = Moment(uptime: midnight.uptime, wall: midnight.wall, secondsFromUTC: offset)
        let settings = SequenceSettings(cyclic: true, cyclicMinutes: 1, resyncMinuteOfDay: minute)
        let plan = try #require(
            RunSchedule.plan(after: .provisioned, settings: settings, poweredOnAt: .zero, endedAt: now.uptime, now: now)
        )
        #expect(plan.wait == .seconds(wait))
        #expect(plan.next.trigger == .timeOfDay)
    }

    @Test func `the earliest of several counts`() throws {
        let both = SequenceSettings(retryMinutes: 30, cyclic: true, cyclicMinutes: 10)
        #expect(planned(.failed, both, start: midnight.uptime - .seconds(1))?.next.trigger == .cyclic)
        #expect(planned(.failed, both, start: midnight.uptime - .seconds(1))?.wait == .seconds(599))
    }

    @Test func `a time of day before 1970 is one too`() {
        let now = Moment(uptime: .zero, wall: WallTime(milliseconds: -1))
        let settings = SequenceSettings(resyncMinuteOfDay: 0)
        #expect(
            RunSchedule.plan(
                after: .provisioned,
                settings: settings,
                poweredOnAt: .zero,
                endedAt: now.uptime,
                now: now
            )?.wait
                == .milliseconds(1)
        )
    }
}
