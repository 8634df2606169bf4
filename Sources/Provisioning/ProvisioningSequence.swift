/// The nine steps of a phone that looks for its configuration, as a value.
///
/// It does no I/O, reads no clock and rolls no dice: an event and the time go in, actions come out. Whoever performs the
/// actions owns sockets, downloads and flash, and reports what came of them as further events.
///
/// Source: Administrator Guide of the KX-UTG series, "Provisioning".
public struct ProvisioningSequence: Sendable {
    /// How long a phone waits for a NOTIFY at most, from its SUBSCRIBE on (Administrator Guide, "SIP PnP").
    public static let pnpWindow: Duration = .seconds(5)
    /// How late a daily run may come. The clock is looked at every quarter of an hour, because it may have been set
    /// meanwhile; a time that is further back was never waited for.
    static let latestDailyRun: Duration = .minutes(16)

    /// What happened in the world.
    public enum Event: Sendable, Hashable {
        /// The phone was started, rebooted or reset: from step 1, whatever was under way.
        case powerOn(Trigger)
        /// The answer to ``Action/loadSettings``; with the number of the last run that flash knows.
        case settingsLoaded(SequenceSettings, lastRun: Int, detail: String)
        /// The user changed settings, or the daemon's own settings changed.
        case settingsChanged(SequenceSettings)
        /// The interface's addresses.
        case addressesChanged(AddressFamilies)
        /// A DHCP event; a lease that ended is ``LeaseOffer/none``.
        case leaseChanged(LeaseOffer)
        /// A valid NOTIFY; the detail names the server.
        case pnpFound(url: String, detail: String)
        /// The SUBSCRIBE cannot be sent.
        case pnpFailed(String)
        /// A download ended.
        case downloadFinished(DownloadID, DownloadResult)
        /// The answer to ``Action/apply(_:)``: the settings as they are now.
        case applied(SequenceSettings, changes: [ChangedSetting])
        /// The answer to ``Action/store(_:)``: it is in flash.
        case stored
        /// The answer to ``Action/store(_:)``: flash is as it was before the run, and so are the settings.
        case storeFailed(SequenceSettings, reason: String)
        /// Somebody has set the clock: what is planned for a time of day is planned anew.
        case clockSet
        /// A timer of ``Action/schedule(_:after:)``.
        case timerFired(Timer)
        /// Somebody wants a run now. During a run it is merged into that.
        case provisionRequested(Trigger, note: String)
        /// The answer to ``Action/askLease``, after any ``leaseChanged(_:)`` that it brought: no more is to be waited for.
        case leaseAnswered
        /// Something worth a line in the trace, under this step.
        case noted(ProvisioningStep, String)
        /// Something that the run saw, for its trace.
        case observed(RunObservation)
    }

    /// What the world must do.
    public enum Action: Sendable, Hashable {
        /// Load the settings from flash.
        case loadSettings
        /// Multicast a SUBSCRIBE.
        case startPnP
        /// Nobody waits for a NOTIFY any more. Those that still come are answered all the same.
        case stopPnP
        /// Ask the DHCP server, unless the DHCP client has told everything. The answer is awaited before step 4.
        case askLease
        /// Start a download.
        case download(DownloadOrder)
        /// Its result is not wanted any more.
        case cancelDownload(DownloadID)
        /// Put the run's fresh documents in force.
        case apply([FileReport])
        /// Keep the run's results and its trace, in one transaction.
        case store(RunTrace)
        /// Send ``Event/timerFired(_:)`` a while later. A timer that runs already starts anew.
        case schedule(Timer, after: Duration)
        /// Forget a timer.
        case cancel(Timer)
        /// A run began.
        case runBegan(RunTrace)
        /// A step ended.
        case stepEnded(StepRecord)
        /// A run ended.
        case runEnded(RunTrace)
    }

    /// The sequence's timers.
    public enum Timer: Sendable, Hashable, CaseIterable {
        /// The end of the wait for a NOTIFY.
        case pnpWindow
        /// The next run.
        case nextRun
    }

    enum State: Sendable, Hashable {
        case off
        case loading
        case waitingForAddress(before: ProvisioningStep)
        case awaitingNotify
        case awaitingLease
        case askingRedirection(DownloadID)
        case downloadingInitial(DownloadID, remaining: ArraySlice<String>)
        /// The first URL is the one that is asked for.
        case downloadingNamed(DownloadID, NamedDownload, urls: ArraySlice<String>)
        case applying
        case storing
        case idle
    }

    /// A file that the initial file names.
    struct NamedDownload: Sendable, Hashable {
        let purpose: DownloadPurpose
        let path: String
    }

    /// The phone.
    public let identity: PhoneIdentity

    var state: State = .off
    var settings = SequenceSettings()
    var addresses: AddressFamilies = .none
    var lease: LeaseOffer = .none
    var poweredOnAt: Duration = .zero
    var lastRun = 0
    var lastOutcome: Outcome?
    var run: RunTrace?
    var runStartedAt: Duration = .zero
    var runEndedAt: Duration = .zero
    var leaseAtStart: LeaseOffer = .none
    var leaseQuestion: LeaseQuestion = .notAsked
    var addressesAtStart: AddressFamilies = .none
    var initialURL = ""
    var pendingNamed: ArraySlice<NamedDownload> = []
    var downloadCount = 0
    var planned: PlannedRun?
    /// What a server of this run, or of the last one, asked for with Retry-After; the longest.
    var askedToWait: Duration?
    /// When the last daily run was due, in local milliseconds.
    var dailyRunServed: Int64?
    /// The user changed settings after the run had begun: steps that are past have not seen them.
    var settingsAreNewer = false
    /// The user then asked for a run, which comes when this one has ended.
    var runIsOwed = false

    /// Makes the sequence of a phone that is switched off.
    public init(identity: PhoneIdentity) {
        self.identity = identity
    }

    /// A run is under way.
    public var isRunning: Bool {
        switch state {
        case .off, .idle: false
        default: true
        }
    }

    /// How the last finished run ended; `nil` before the first.
    public var outcome: Outcome? { lastOutcome }

    /// The next run, when one is planned and none is under way. Its time is by the clock of now: that of a retry moves
    /// along when somebody sets the clock, as the wait stays the same.
    public func plannedRun(at now: Moment) -> NextRun? { planned?.next(at: now) }

    /// The trace of the run that is under way, or of the last one; `nil` before the first.
    public func trace(at now: Moment) -> RunTrace? {
        guard var trace = run else { return nil }
        if isRunning {
            trace.lease = LeaseFact.all(of: lease)
            trace.milliseconds = (now.uptime - runStartedAt).milliseconds
        } else if let next = plannedRun(at: now) {
            trace.next = next
        }
        return trace
    }

    /// The phone has no address and waits for one.
    public var isWaitingForAddress: Bool {
        if case .waitingForAddress = state { true } else { false }
    }

    /// A SUBSCRIBE went out, and the phone waits for a NOTIFY.
    public var isAwaitingNotify: Bool {
        if case .awaitingNotify = state { true } else { false }
    }

    /// Takes an event.
    ///
    /// - Returns: what to do, in this order.
    public mutating func handle(_ event: Event, at now: Moment) -> [Action] {
        switch event {
        case .powerOn(let trigger): return powerOn(trigger, now)
        case .settingsLoaded(let loaded, let last, let detail): return settingsLoaded(loaded, last, detail, now)
        case .settingsChanged(let changed): return settingsChanged(changed, now)
        case .addressesChanged(let families): return addressesChanged(families, now)
        case .leaseChanged(let offer): return leaseChanged(offer, now)
        case .pnpFound(let url, let detail): return pnpFound(url, detail, now)
        case .pnpFailed(let reason): return pnpFailed(reason, now)
        case .downloadFinished(let id, let result): return downloadFinished(id, result, now)
        case .applied(let changed, let changes): return applied(changed, changes, now)
        case .stored: return stored(now)
        case .storeFailed(let previous, let reason): return storeFailed(previous, reason, now)
        case .leaseAnswered: return leaseAnswered(now)
        case .clockSet: return clockSet(now)
        case .timerFired(.pnpWindow): return pnpWindowClosed(now)
        case .timerFired(.nextRun): return nextRunDue(now)
        case .provisionRequested(let trigger, let text): return provisionRequested(trigger, text, now)
        case .noted(let step, let text):
            run?[step].note(text)
            return []
        case .observed(let observation):
            if isRunning { run?.add(observation) }
            return []
        }
    }
}
