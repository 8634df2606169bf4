// The book-keeping of steps, shared by all of them.

extension ProvisioningSequence {
    mutating func enter(_ step: ProvisioningStep, _ now: Moment, detail: String = "") {
        guard run?[step].outcome == .pending else {
            run?[step].detail = detail
            return
        }
        run?[step].outcome = .running
        run?[step].detail = detail
        run?[step].startedAt = now.wall
        run?[step].startedUptime = now.uptime
    }

    mutating func end(
        _ step: ProvisioningStep,
        _ outcome: StepRecord.StepOutcome,
        _ detail: String,
        _ now: Moment
    ) -> [Action] {
        guard var record = run?[step] else { return [] }
        if record.startedAt == nil {
            record.startedAt = now.wall
            record.startedUptime = now.uptime
        }
        record.outcome = outcome
        record.detail = detail
        record.milliseconds = (now.uptime - record.startedUptime).milliseconds
        run?[step] = record
        return [.stepEnded(record)]
    }

    /// A step that only waited for an address can still turn out to be one that is not walked: it has not begun.
    mutating func skip(_ step: ProvisioningStep, _ reason: String) -> [Action] {
        guard var record = run?[step], record.outcome == .pending || record.outcome == .running else { return [] }
        record.outcome = .skipped
        record.detail = reason
        record.startedAt = nil
        record.startedUptime = .zero
        run?[step] = record
        return [.stepEnded(record)]
    }

    mutating func skip(_ steps: ClosedRange<ProvisioningStep>, _ reason: String) -> [Action] {
        ProvisioningStep.allCases.filter(steps.contains).flatMap { skip($0, reason) }
    }

    mutating func order(_ purpose: DownloadPurpose, _ url: String, isOneOfSeveralTries: Bool) -> DownloadOrder {
        downloadCount += 1
        return DownloadOrder(
            id: DownloadID(number: downloadCount),
            purpose: purpose,
            url: url,
            initialURL: initialURL.isEmpty || purpose == .initial ? url : initialURL,
            source: run?.source ?? .none,
            isOneOfSeveralTries: isOneOfSeveralTries
        )
    }
}
