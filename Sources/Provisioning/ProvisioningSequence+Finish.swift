// The end of a run: the outcome, what is kept, the next attempt.

extension ProvisioningSequence {
    mutating func finish(files: [FileReport], _ now: Moment, outcome: Outcome? = nil) -> [Action] {
        run?.files = files
        run?.outcome = outcome ?? Outcome.judge(files)
        state = .applying
        return [.apply(files)]
    }

    mutating func applied(_ changed: SequenceSettings, _ changes: [ChangedSetting], _ now: Moment) -> [Action] {
        guard case .applying = state, let outcome = run?.outcome else { return [] }
        settings = changed
        run?.changes = changes
        return close(outcome, now)
    }

    private mutating func close(_ outcome: Outcome, _ now: Moment) -> [Action] {
        runEndedAt = now.uptime
        let plan = schedule.plan(after: outcome, settings: settings, now: now)
        run?.outcome = outcome
        run?.finishedAt = now.wall
        run?.lease = LeaseFact.all(of: leaseAtStart)
        run?.milliseconds = (now.uptime - runStartedAt).milliseconds
        run?.next = plan?.next
        if outcome.schedulesRetry, let plan { run?[.savedFiles].note(plan.reason) }
        state = .storing
        guard let trace = run else { return [] }
        return [.store(trace)]
    }

    mutating func stored(_ now: Moment) -> [Action] {
        guard case .storing = state, let trace = run, let outcome = trace.outcome else { return [] }
        state = .idle
        lastOutcome = outcome
        let actions: [Action] = [.runEnded(trace)]
        if runIsOwed {
            return actions + begin(.user, now)
        }
        if outcome.schedulesRetry, let trigger = latecomer(now) {
            return actions + begin(trigger, now)
        }
        return actions + scheduleNext(after: outcome, now)
    }

    mutating func storeFailed(_ previous: SequenceSettings, _ reason: String, _ now: Moment) -> [Action] {
        guard case .storing = state else { return [] }
        settings = previous
        let kept = FileRole.allCases.filter { previous.savedFiles[$0] != nil }.map {
            report(of: $0, because: "", url: "")
        }
        let outcome = Outcome.judge(kept)
        let isRetryNoted = run?.outcome?.schedulesRetry ?? false
        let inForce = outcome == .failed ? kept.lackOfSavedCopies : "the saved copies stay in force"
        run?.outcome = outcome
        run?.changes = []
        run?.storeFailure = reason
        let files = (run?.files ?? []).map { report(of: $0.role, because: "not kept: \(reason)", url: $0.url) }
        run?.files = files
        let ended = end(
            .savedFiles,
            .failed,
            "flash could not be written, so the run has changed nothing: \(inForce)",
            now
        )
        state = .idle
        lastOutcome = outcome
        if runIsOwed {
            return ended + (run.map { [.runEnded($0)] } ?? []) + begin(.user, now)
        }
        let actions = scheduleNext(after: outcome, now)
        run?.next = planned?.next
        if !isRetryNoted, let plan = schedule.plan(after: outcome, settings: settings, now: now) {
            run?[.savedFiles].note(plan.reason)
        }
        return ended + (run.map { [.runEnded($0)] } ?? []) + actions
    }

    private var schedule: RunSchedule {
        RunSchedule(
            poweredOnAt: poweredOnAt,
            endedAt: runEndedAt,
            wish: askedToWait.map { RetryWish(asked: $0, share: identity.share(inRun: lastRun)) },
            served: dailyRunServed
        )
    }

    mutating func scheduleNext(after outcome: Outcome, _ now: Moment) -> [Action] {
        guard let plan = schedule.plan(after: outcome, settings: settings, now: now) else {
            planned = nil
            return [.cancel(.nextRun)]
        }
        planned = PlannedRun(next: plan.next, uptime: now.uptime + plan.wait, localDue: plan.localDue)
        let wait = plan.localDue == nil ? plan.wait : min(plan.wait, now.restOfQuarter)
        return [.schedule(.nextRun, after: wait)]
    }
}
