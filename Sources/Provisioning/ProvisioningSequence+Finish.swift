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
        let plan = RunSchedule.plan(
            after: outcome,
            settings: settings,
            poweredOnAt: poweredOnAt,
            endedAt: runEndedAt,
            now: now
        )
        run?.outcome = outcome
        run?.finishedAt = now.wall
        run?.lease = LeaseFact.all(of: leaseAtStart)
        run?.milliseconds = (now.uptime - runStartedAt).milliseconds
        run?.next = plan?.next
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
        let kept = FileRole.allCases.filter { previous.savedFiles[$0] != nil }
        let outcome: Outcome = kept.isEmpty ? .failed : .fallback
        let inForce = kept.isEmpty ? "there is no saved copy" : "the saved copies stay in force"
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
        run?.next = nextRun
        return ended + (run.map { [.runEnded($0)] } ?? []) + actions
    }

    mutating func scheduleNext(after outcome: Outcome, _ now: Moment) -> [Action] {
        let plan = RunSchedule.plan(
            after: outcome,
            settings: settings,
            poweredOnAt: poweredOnAt,
            endedAt: runEndedAt,
            now: now
        )
        guard let plan else {
            nextRun = nil
            return [.cancel(.nextRun)]
        }
        nextRun = plan.next
        let wait = plan.next.trigger == .timeOfDay ? min(plan.wait, Self.longestClockWait) : plan.wait
        return [.schedule(.nextRun, after: wait)]
    }
}
