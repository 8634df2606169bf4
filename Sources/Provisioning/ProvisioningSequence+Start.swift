// Starting: power, settings, and what begins a run between two runs.

extension ProvisioningSequence {
    mutating func powerOn(_ trigger: Trigger, _ now: Moment) -> [Action] {
        var actions = abandon()
        poweredOnAt = now.uptime
        lastOutcome = nil
        actions += begin(trigger, now)
        return actions
    }

    /// Stops whatever is under way. A run that is cut short leaves nothing behind.
    private mutating func abandon() -> [Action] {
        var actions: [Action] = []
        switch state {
        case .off: return []
        case .awaitingNotify: actions = [.stopPnP]
        case .askingRedirection(let id), .downloadingInitial(let id, _), .downloadingNamed(let id, _, _):
            actions = [.cancelDownload(id)]
        case .loading, .waitingForAddress, .awaitingLease, .applying, .storing, .idle: break
        }
        state = .off
        run = nil
        planned = nil
        return actions + Timer.allCases.map(Action.cancel)
    }

    /// Begins a run: with step 1, or with step 2 when the settings are in memory already.
    mutating func begin(_ trigger: Trigger, _ now: Moment) -> [Action] {
        planned = nil
        askedToWait = nil
        settingsAreNewer = false
        runIsOwed = false
        leaseAtStart = lease
        leaseQuestion = .notAsked
        addressesAtStart = addresses
        initialURL = ""
        pendingNamed = []
        runStartedAt = now.uptime
        let trace = RunTrace(number: lastRun + 1, trigger: trigger, at: now)
        run = trace
        var actions: [Action] = [.cancel(.nextRun), .runBegan(trace)]
        if trigger.loadsSettings {
            state = .loading
            enter(.loadSettings, now)
            actions.append(.loadSettings)
        } else {
            lastRun += 1
            actions += skip(.loadSettings, "the settings are in memory since the start: this run begins with step 2")
            actions += lookForURL(now)
        }
        return actions
    }

    mutating func settingsLoaded(
        _ loaded: SequenceSettings,
        _ last: Int,
        _ detail: String,
        _ now: Moment
    ) -> [Action] {
        guard case .loading = state else { return [] }
        settings = loaded
        leaseAtStart = lease
        addressesAtStart = addresses
        lastRun = last + 1
        run?.number = lastRun
        return end(.loadSettings, .done, detail, now) + lookForURL(now)
    }

    mutating func settingsChanged(_ changed: SequenceSettings, _ now: Moment) -> [Action] {
        if isRunning, changed != settings { settingsAreNewer = true }
        settings = changed
        guard case .idle = state, let outcome = lastOutcome else { return [] }
        if !settings.provisioningEnabled {
            planned = nil
            return [.cancel(.nextRun)]
        }
        return scheduleNext(after: outcome, now)
    }

    mutating func addressesChanged(_ families: AddressFamilies, _ now: Moment) -> [Action] {
        let before = addresses
        addresses = families
        switch state {
        case .waitingForAddress(let step) where families != .none:
            return addressArrived(before: step, now)
        case .idle:
            return families.gains(over: before) ? beginIfNotProvisioned(.address, now) : []
        default:
            return []
        }
    }

    mutating func leaseChanged(_ offer: LeaseOffer, _ now: Moment) -> [Action] {
        let before = lease
        lease = offer
        guard case .idle = state, brings(offer, otherThan: before) else { return [] }
        return beginIfNotProvisioned(.lease, now)
    }

    mutating func nextRunDue(_ now: Moment) -> [Action] {
        guard case .idle = state, let due = planned else { return [] }
        if let local = due.localDue, let outcome = lastOutcome {
            // Somebody may have set the clock: it is not that time yet, or that time is long past. Summer time may have
            // begun as well: then it is that time sooner than was thought.
            let latest = due.next.at.advanced(by: Self.latestDailyRun)
            if now.local < local || now.wall > latest { return scheduleNext(after: outcome, now) }
            dailyRunServed = local
        }
        return begin(due.next.trigger, now)
    }

    /// A daily run that became due with the clock begins; without one, waits that count time go on as they are.
    mutating func clockSet(_ now: Moment) -> [Action] {
        guard case .idle = state, let due = planned, settings.resyncMinuteOfDay != nil, let outcome = lastOutcome
        else { return [] }
        return due.localDue == nil ? scheduleNext(after: outcome, now) : nextRunDue(now)
    }

    mutating func provisionRequested(_ trigger: Trigger, _ text: String, _ now: Moment) -> [Action] {
        switch state {
        case .off: return []
        case .idle:
            let actions = begin(trigger, now)
            run?[.loadSettings].note(text)
            return actions
        default:
            // What the user has changed since, here or on the server, this run may have passed already.
            let hasPassed = settingsAreNewer || run?[.download].outcome != .pending
            runIsOwed = runIsOwed || trigger == .user && hasPassed
            let answer = runIsOwed ? "a run follows this one, which is too far on" : "merged into this run"
            if let step = run?.currentStep {
                run?[step].note("\(text): \(answer)")
            }
            return []
        }
    }

    /// The URL that DHCP gives, of the options that are enabled, in their order.
    private func best(_ offer: LeaseOffer) -> String? {
        if settings.option160Enabled, let text = offer.option160.text { return text }
        if settings.option159Enabled, let text = offer.option159.text { return text }
        if settings.option66Enabled, let text = offer.option66.text { return text }
        return settings.dhcpv6Enabled ? offer.dhcpv6.text : nil
    }

    /// An offer matters when it has another URL than before, and no URL set by hand comes first.
    private func brings(_ offer: LeaseOffer, otherThan before: LeaseOffer) -> Bool {
        guard case .empty = settings.provisioningURL, let url = best(offer) else { return false }
        return url != best(before)
    }

    /// A run that ended badly while a lease or an address came too late for it starts anew at once.
    mutating func latecomer(_ now: Moment) -> Trigger? {
        if brings(lease, otherThan: leaseAtStart) { return .lease }
        return addresses.gains(over: addressesAtStart) && addressesAtStart != .none ? .address : nil
    }

    private mutating func beginIfNotProvisioned(_ trigger: Trigger, _ now: Moment) -> [Action] {
        guard let outcome = lastOutcome, outcome.schedulesRetry else { return [] }
        return begin(trigger, now)
    }
}

extension AddressFamilies {
    /// There is a family that was not there before.
    func gains(over before: AddressFamilies) -> Bool {
        hasIPv4 && !before.hasIPv4 || hasIPv6 && !before.hasIPv6
    }
}
