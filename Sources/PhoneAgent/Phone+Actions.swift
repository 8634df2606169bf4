import Flash
import Logging
import PhoneSettings
import Provisioning
import SIP

// What the sequence wants, done.

extension Phone {
    func perform(_ action: ProvisioningSequence.Action) async {
        switch action {
        case .loadSettings: await loadSettings()
        case .startPnP: await startPnP(after: pnpTurn)
        case .stopPnP:
            waitingForTurn?.task.cancel()
            waitingForTurn = nil
            for socket in sockets.open { socket.perform(.closeWindow(mac: identity.mac.upperCase)) }
        case .askLease: await askLease()
        case .download(let order): start(order)
        case .cancelDownload(let id): downloads.removeValue(forKey: id)?.cancel()
        case .apply: await apply()
        case .store(let trace): await store(trace)
        case .schedule(.pnpWindow, let wait):
            // The phone's time begins when its SUBSCRIBE goes out.
            pnpTurn = environment.pace.turn(
                perSecond: environment.configuration.sipPnP.startsPerSecond,
                at: AgentClock.uptime
            )
            schedule(.pnpWindow, pnpTurn + wait)
        case .schedule(let timer, let wait): schedule(timer, wait)
        case .cancel(let timer): timers.removeValue(forKey: timer)?.task.cancel()
        case .runBegan(let trace): began(trace)
        case .stepEnded(let record): log(record)
        case .runEnded(let trace): log(trace)
        }
    }

    private func schedule(_ timer: ProvisioningSequence.Timer, _ wait: Duration) {
        timers.removeValue(forKey: timer)?.task.cancel()
        timerGeneration += 1
        let generation = timerGeneration
        let task = Task { [inbox] in
            do {
                try await Task.sleep(for: wait)
                inbox.yield(.timer(timer, generation: generation))
            } catch {
                // Only a cancelled timer is woken early.
            }
        }
        timers[timer] = (generation, task)
    }

    private func startPnP(after wait: Duration) async {
        guard wait > .zero else { return await startPnP() }
        let rate = environment.configuration.sipPnP.startsPerSecond
        await handle(
            .noted(.sipPnP, "the SUBSCRIBE waits \(wait.milliseconds) ms for its turn: \(rate) phones a second begin")
        )
        timerGeneration += 1
        let generation = timerGeneration
        let task = Task { [inbox] in
            do {
                try await Task.sleep(for: wait)
                inbox.yield(.turn(generation: generation))
            } catch {
                // The run is over, and the next one has a turn of its own.
            }
        }
        waitingForTurn = (generation, task)
    }

    func startPnP() async {
        if !sockets.missing.isEmpty {
            _ = replaceSockets(by: await environment.sockets.sockets(of: interface))
        }
        let missing = sockets.missing.joined(separator: "; ")
        guard !sockets.open.isEmpty else {
            await handle(.pnpFailed("no SUBSCRIBE could be sent: \(missing)"))
            return
        }
        // Without an IPv4 address the sequence has said so.
        if !missing.isEmpty, state.ipv4 != nil {
            await handle(.noted(.sipPnP, "no SUBSCRIBE over the other family: \(missing)"))
        }
        await subscribe(over: sockets.open)
    }

    /// - Returns: those that are new to the phone.
    func replaceSockets(by now: InterfaceSockets) -> [SIPSocket] {
        guard now.version > sockets.version else { return [] }
        let added = now.added(to: sockets)
        sockets = now
        register(with: added)
        return added
    }

    /// Both families at once: the first valid URL of all servers counts.
    func subscribe(over sockets: [SIPSocket]) async {
        let pnp = environment.configuration.sipPnP
        do throws(SubscribeRequest.ValueError) {
            for socket in sockets {
                let request = try SubscribeRequest(
                    mac: identity.mac.upperCase,
                    vendor: pnp.vendor,
                    model: pnp.model.isEmpty ? identity.model : pnp.model,
                    version: pnp.version.isEmpty ? identity.softwareVersion : pnp.version,
                    userForm: pnp.userForm,
                    host: pnp.host.isEmpty ? nil : pnp.host,
                    userAgent: "\(pnp.vendor) \(identity.model)/\(identity.softwareVersion)",
                    identifiers: .random(callIDPrefix: socket.callIDPrefix)
                )
                socket.perform(.subscribe(request))
            }
        } catch {
            await handle(.pnpFailed("no SUBSCRIBE could be sent: \(error)"))
        }
    }

    private func began(_ trace: RunTrace) {
        forgetFetched()
        traffic = SIPTrafficLog()
        pnpURL = nil
        subscribedFamilies = []
        // Without its number: a run that loads flash knows it only then.
        logger.info("a run begins: \(trace.trigger.sentence)")
    }

    private func log(_ record: StepRecord) {
        var metadata: Logger.Metadata = [
            "step": "\(record.step.rawValue)",
            "provisioning-step-outcome": "\(record.outcome.rawValue)",
        ]
        if let url = sequence.trace(at: AgentClock.now())?.url { metadata["url"] = "\(url)" }
        logger.info(
            "step \(record.step.rawValue), \(record.step.name): \(record.outcome.rawValue): \(record.detail)",
            metadata: metadata
        )
    }

    private func log(_ trace: RunTrace) {
        let level: Logger.Level
        switch trace.outcome {
        case .provisioned, .disabled, nil: level = .notice
        case .fallback, .partial: level = .warning
        case .failed: level = .error
        }
        logger.log(
            level: level,
            "\(RunSentence.ending(of: trace))",
            metadata: [
                "provisioning-run": "\(trace.number)",
                "outcome": "\(trace.outcome?.rawValue ?? "")",
                "source": "\(trace.source.rawValue)",
                "url": "\(trace.url ?? "")",
                "message-id": "\(MessageID.runEnded(trace.outcome))",
            ]
        )
        for change in trace.changes {
            logger.info(
                "\(change.name): ‘\(change.old)’ → ‘\(change.new)’ (\(change.layer))",
                metadata: ["parameter": "\(change.name)", "message-id": "\(MessageID.settingChanged)"]
            )
        }
    }
}
