import Testing

@testable import Provisioning

/// When the next run comes.
struct RunScheduleTests {
    let midnight = Moment(uptime: .seconds(86_400), wall: WallTime(milliseconds: 1_780_012_800_000))

    private func planned(_ outcome: Outcome, _ settings: SequenceSettings, start: Duration = .zero) -> RunSchedule.Plan?
    {
        RunSchedule(poweredOnAt: start, endedAt: midnight.uptime).plan(
            after: outcome,
            settings: settings,
            now: midnight
        )
    }

    @Test(arguments: [Outcome.fallback, .partial, .failed])
    func `everything but provisioned and disabled is tried again`(outcome: Outcome) throws {
        let plan = try #require(planned(outcome, SequenceSettings(retryMinutes: 7)))
        #expect(plan.wait == .seconds(420))
        #expect(plan.next == NextRun(at: midnight.wall.advanced(by: .seconds(420)), trigger: .retry))
        #expect(plan.reason == "the next attempt comes 7 min after this one: CFG_RTRY_INTVL")
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
        let schedule = RunSchedule(poweredOnAt: .zero, endedAt: now.uptime)
        let plan = try #require(schedule.plan(after: .provisioned, settings: settings, now: now))
        #expect(plan.wait == .seconds(wait))
        #expect(plan.next.trigger == .timeOfDay)
    }

    @Test func `the earliest of several counts`() throws {
        let both = SequenceSettings(retryMinutes: 30, cyclic: true, cyclicMinutes: 10)
        #expect(planned(.failed, both, start: midnight.uptime - .seconds(1))?.next.trigger == .cyclic)
        #expect(planned(.failed, both, start: midnight.uptime - .seconds(1))?.wait == .seconds(599))
    }

    @Test func `a time of day before 1970 is one too`() {
        #expect(DailyTime(minute: 0).next(after: -1, served: nil) == 0)
    }

    @Test func `a time of day that was served comes again a day later, also when the clock goes back over it`() {
        let (hour, day): (Int64, Int64) = (3_600_000, 86_400_000)
        let half = DailyTime(minute: 150)
        let due = 2 * hour + hour / 2
        #expect(half.next(after: due - 1, served: nil) == due)
        #expect(half.next(after: due, served: due) == due + day)
        #expect(half.next(after: due - hour, served: due) == due + day, "the end of summer time")
        #expect(half.next(after: due - 4 * hour, served: due) == due, "a clock that was set back by hours")
        #expect(half.next(after: due - 9 * day - 1, served: due) == due - 9 * day, "by days")
    }

    @Test func `a plan that counts time moves along when the clock is set, one for a time of day does not`() throws {
        var phone = SimulatedPhone(.init())
        _ = try phone.firstRun()
        let planned = try #require(phone.sequence.plannedRun(at: phone.now))
        #expect(planned.at == phone.now.wall.advanced(by: .minutes(30)))
        let later = phone.now.advanced(by: .minutes(10))
        #expect(phone.sequence.plannedRun(at: later) == planned)
        let set = Moment(uptime: later.uptime, wall: later.wall.advanced(by: .seconds(7_200)))
        #expect(phone.sequence.plannedRun(at: set)?.at == planned.at.advanced(by: .seconds(7_200)))
        #expect(phone.sequence.trace(at: set)?.next?.at == planned.at.advanced(by: .seconds(7_200)))
        let trimmed = Moment(uptime: later.uptime, wall: later.wall.advanced(by: .milliseconds(-40)))
        #expect(phone.sequence.plannedRun(at: trimmed) == planned)
        let daily = PlannedRun(next: planned, uptime: phone.now.uptime, localDue: 0)
        #expect(daily.next(at: set) == planned)
    }
}
