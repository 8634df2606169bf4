import ConfigurationFile
import Control
import DHCPOptions
import Downloads
import Flash
import Logging
import PhoneSettings
import Provisioning
import SIP

/// One phone: it hands what happens to its sequence, and performs what the sequence wants.
///
/// Everything comes through one inbox, in order. So a run, a call of the control interface and a DHCP event never see
/// each other half done.
actor Phone {
    /// What comes to a phone.
    enum Input: Sendable {
        case powerOn(Trigger)
        case interface(InterfaceState)
        case sockets(InterfaceSockets)
        case dhcp(DHCPEvent, origin: String)
        case informed(InformCall.Reply, generation: Int)
        case sip(SIPSocket.Report, SIPFamily)
        case timer(ProvisioningSequence.Timer, generation: Int)
        case turn(generation: Int)
        case downloaded(DownloadID, DownloadResult, FileFetcher.Content)
        case transferred(DownloadID, TransferFact)
        case trusted(Set<String>)
        case reconfigured(DaemonConfiguration)
        case call(@Sendable (isolated Phone) async -> Void)
        case turnCame(CheckedContinuation<Void, Never>)
    }

    nonisolated let identity: PhoneIdentity
    nonisolated let interface: String
    nonisolated let inbox: AsyncStream<Input>.Continuation
    private let inputs: AsyncStream<Input>
    var environment: PhoneEnvironment
    let logger: Logger

    var sequence: ProvisioningSequence
    /// The URL that a PnP server gave in this run, for comparison with those of other servers.
    var pnpURL: (text: String, server: SIPAddress)?
    var layers: [SettingsLayer: [Setting]] = [:]
    var settings = EffectiveSettings(layers: [:])
    /// Which change by hand each value of the user came from.
    var origins: [ParameterKey: ProgrammingRecord] = [:]
    var files: [FlashFile: SavedFile] = [:]
    var roots: [Int: [UInt8]] = [:]
    var lease = LeaseValues()
    /// Which way the lease came, for the trace.
    var leaseOrigin = ""
    /// What is worth knowing of the DHCP client's configuration.
    var leaseNotes: [DHCPEvent.Note] = []
    /// What a DHCP server said when it was asked.
    var inform = InformState()
    /// Flash was read, or could not be: from here on the settings are the phone's own.
    var areSettingsLoaded = false
    /// The accounts for web programming that others know of.
    private var publishedAccounts: [String] = []
    /// Flash could be read: only then may it be written.
    var isFlashKnown = false
    var isLeaseKnown = false
    var state = InterfaceState()
    var isInterfaceKnown = false
    var sockets = InterfaceSockets(missing: ["the SIP socket is not open yet"])

    /// What the run that is under way has brought so far.
    var fetched: [FileRole: (saved: SavedFile, settings: [Setting], body: [UInt8]?)] = [:]
    var fetchedRoots: [Int: (saved: SavedFile, body: [UInt8], isNew: Bool)] = [:]
    /// Root certificates that are saved, and that the initial file of this run names no more.
    var droppedRoots: Set<Int> = []
    var downloads: [DownloadID: Task<Void, Never>] = [:]
    var timers: [ProvisioningSequence.Timer: (generation: Int, task: Task<Void, Never>)] = [:]
    var timerGeneration = 0
    /// Over which families this run has sent a SUBSCRIBE: before that, a window that closes is the last run's.
    var subscribedFamilies: Set<SIPFamily> = []
    /// How long the phone still waits for its turn with SIP PnP, once its time for it is scheduled.
    var pnpTurn = Duration.zero
    var waitingForTurn: (generation: Int, task: Task<Void, Never>)?
    var since: WallTime = .now
    var lastState: PhoneState?
    var lastResync: Duration?
    /// Whether the log has it that NOTIFYs come too often since then: once is enough.
    var isResyncRestTold = false
    /// Numeric addresses of those whose NOTIFYs are obeyed, when not everybody's are.
    var trustedAddresses: Set<String> = []
    var lookingUpTrusted: Task<Void, Never>?
    /// The SIP messages of the last run, and of the time after it.
    var traffic = SIPTrafficLog()

    init(_ definition: DaemonConfiguration.PhoneDefinition, environment: PhoneEnvironment) {
        identity = definition.identity
        interface = definition.interface
        self.environment = environment
        var logger = environment.logger
        logger[metadataKey: "mac"] = "\(definition.identity.mac)"
        logger[metadataKey: "model"] = "\(definition.identity.model)"
        logger[metadataKey: "interface"] = "\(definition.interface)"
        self.logger = logger
        sequence = ProvisioningSequence(identity: definition.identity)
        (inputs, inbox) = AsyncStream.makeStream(of: Input.self)
    }

    /// Works off the inbox until it is finished. What was in it by then is still worked off.
    func run() async {
        for await input in inputs {
            // In a task of its own: the memory that its deep calls take stays with a task until that ends, and this one
            // lasts as long as the phone is on. It was half of what a phone at rest had.
            await Task {
                await take(input)
                // Nothing can have changed by that one.
                if case .turnCame = input { return }
                await publish()
            }.value
        }
        for timer in timers.values { timer.task.cancel() }
        for download in downloads.values { download.cancel() }
        lookingUpTrusted?.cancel()
        waitingForTurn?.task.cancel()
        for socket in sockets.open { socket.remove(identity.mac.upperCase) }
        inform.asking?.cancel()
    }

    /// Runs something in the phone's turn.
    ///
    /// - Throws: ``Control/ControlError/shuttingDown`` when the phone takes nothing more, and what the body throws.
    nonisolated func call<Result: Sendable>(
        _ body: @escaping @Sendable (isolated Phone) async throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = inbox.yield(
                .call { phone in
                    do {
                        let result = try await body(phone)
                        await phone.publish()
                        continuation.resume(returning: result)
                    } catch {
                        continuation.resume(throwing: error)
                    }
                }
            )
            if case .enqueued = outcome { return }
            continuation.resume(throwing: ControlError.shuttingDown)
        }
    }

    /// Comes back when the phone has worked off what was in its inbox, or takes nothing more.
    nonisolated func turn() async {
        await withCheckedContinuation { continuation in
            guard case .enqueued = inbox.yield(.turnCame(continuation)) else { return continuation.resume() }
        }
    }

    private func take(_ input: Input) async {
        switch input {
        case .powerOn(let trigger):
            await handle(.powerOn(trigger))
        case .interface(let now):
            if !now.exists, state.exists || !isInterfaceKnown {
                logger.warning("there is no interface \(interface): the phone waits for it")
            }
            isInterfaceKnown = true
            let before = state
            state = now
            await addressWasSet(before)
            await handle(.addressesChanged(now.families))
        case .sockets(let now):
            let added = replaceSockets(by: now)
            // The SUBSCRIBE went out of a socket that is gone, where its answers would go, or out of none.
            if sequence.isAwaitingNotify, waitingForTurn == nil { await subscribe(over: added) }
        case .dhcp(let event, let origin):
            await take(event, origin: origin)
        case .informed(let reply, let generation):
            await take(reply, generation)
        case .sip(let report, let family):
            await take(report, family)
        case .turn(let generation):
            guard waitingForTurn?.generation == generation else { return }
            waitingForTurn = nil
            if sequence.isAwaitingNotify { await startPnP() }
        case .timer(let timer, let generation):
            guard timers[timer]?.generation == generation else { return }
            timers[timer] = nil
            await handle(.timerFired(timer))
        case .downloaded(let id, let result, let content):
            guard downloads.removeValue(forKey: id) != nil else { return }
            keep(content, of: result)
            warn(of: result)
            await handle(.downloadFinished(id, result))
        case .transferred(let id, let fact):
            if downloads[id] != nil { await handle(.observed(.transfer(fact))) }
        case .trusted(let addresses):
            trustedAddresses = addresses
            registerWithSockets()
        case .reconfigured(let configuration):
            await take(configuration)
        case .call(let body):
            await body(self)
        case .turnCame(let continuation):
            continuation.resume()
        }
    }

    /// Settings that a file's errors left out are worth a line in the log, though the file as a whole is taken.
    private func warn(of result: DownloadResult) {
        guard case .document(let document) = result, document.errors > 0 else { return }
        logger.warning(
            "\(ProvisioningURL.masked(document.url)): \(document.errors) error(s), settings were left out: see explain",
            metadata: ["url": "\(ProvisioningURL.masked(document.url))"]
        )
    }

    /// Another configuration counts from the next step on. A run goes on, and a run that is planned stays planned.
    private func take(_ configuration: DaemonConfiguration) async {
        let before = sequenceSettings(files: files, layers: layers, settings: settings)
        environment.configuration = configuration
        registerWithSockets()
        lookUpTrusted()
        let after = sequenceSettings(files: files, layers: layers, settings: settings)
        if after != before { await handle(.settingsChanged(after)) }
    }

    private func take(_ report: SIPSocket.Report, _ family: SIPFamily) async {
        switch report {
        case .found(let url, let server):
            // A server of the other family may have been first, a moment ago.
            guard sequence.isAwaitingNotify else { return }
            let product = server.product.isEmpty ? "" : " (\(server.product))"
            let detail = "NOTIFY from \(server.address)\(product): \(ProvisioningURL.masked(url))"
            pnpURL = (url, server.address)
            await handle(.pnpFound(url: url, detail: detail))
        case .sendFailed(let reason):
            // Whose message it was the socket does not know; only a phone that waits for an answer is concerned.
            if sequence.isAwaitingNotify { await handle(.noted(.sipPnP, "a message could not be sent \(reason)")) }
        case .lost where !subscribedFamilies.contains(family): break
        case .lost(let count): await handle(.noted(.sipPnP, ReceiveLosses.sentence(count)))
        case .traffic(let message):
            let step = sequence.trace(at: AgentClock.now())?.currentStep
            traffic.add(message, step: step?.rawValue ?? 0)
            if let step { await handle(.observed(.message(MessageFact(message, step: step)))) }
        case .note(.windowClosed) where !subscribedFamilies.contains(family): break
        case .note(let said):
            if case .subscribeSent = said { subscribedFamilies.insert(family) }
            let note = seenTogether(said)
            warnOfConflict(note)
            let family = sockets.open.count > 1 && !note.namesAddress ? "\(family.rawValue): " : ""
            await handle(.noted(.sipPnP, family + note.masked))
        case .resync(let source, let uri):
            let note = "NOTIFY from \(source) for \(uri)"
            let now = AgentClock.uptime
            let rest = Duration.seconds(environment.configuration.resyncMinimumSeconds)
            if !sequence.isRunning, let lastResync, now - lastResync < rest {
                logger.log(
                    level: isResyncRestTold ? .debug : .notice,
                    "\(note): answered, but a NOTIFY started a run less than \(rest) ago"
                )
                isResyncRestTold = true
                return
            }
            if !sequence.isRunning {
                lastResync = now
                isResyncRestTold = false
            }
            await handle(.provisionRequested(.resync, note: note))
        }
    }

    /// What became of a NOTIFY, as the phone has it: each of two sockets knows its own servers alone.
    private func seenTogether(_ note: SIPNote) -> SIPNote {
        guard case .notifyReceived(let url, let use, let server) = note else { return note }
        switch (use, pnpURL) {
        case (.taken, let first?) where first == (url, server.address): return note
        case (.taken, nil): return .notifyReceived(url: url, used: .tooLate, server: server)
        case (.taken, _?), (.tooLate, _?): return .notifyReceived(url: url, used: .notFirst, server: server)
        case (.notFirst, _), (.tooLate, nil): return note
        }
    }

    /// Two PnP servers on one wire that do not agree: which of them a phone gets its settings from is chance.
    private func warnOfConflict(_ note: SIPNote) {
        if case .withSuppressed(let inner, _) = note { return warnOfConflict(inner) }
        guard case .notifyReceived(let other, let use, let server) = note, use != .taken,
            let first = pnpURL?.text, other != first
        else { return }
        logger.warning(
            """
            PnP servers do not agree: \(server) gives \(ProvisioningURL.masked(other)), and another one before it gave \
            \(ProvisioningURL.masked(first)), which the phone takes
            """,
            metadata: [
                "message-id": "\(MessageID.pnpConflict)", "pnp-server": "\(server.address)",
                "url": "\(ProvisioningURL.masked(other))",
            ]
        )
    }

    /// Hands an event to the sequence and performs what comes out.
    func handle(_ event: ProvisioningSequence.Event) async {
        for action in sequence.handle(event, at: AgentClock.now()) {
            await perform(action)
        }
    }

    /// Lets everybody see how the phone stands.
    func publish() async {
        if status().state != lastState {
            lastState = status().state
            since = .now
        }
        if areSettingsLoaded {
            let accounts = WebAccounts.parameters.map(settings.text)
            if accounts != publishedAccounts {
                publishedAccounts = accounts
                await environment.access.update(settings, of: identity)
            }
        }
        await environment.board.publish(status(), of: identity.mac)
    }
}
