import Provisioning
import Testing

/// The world around a sequence, as a model: it performs the actions in virtual time and refuses impossible ones.
///
/// It is a second judge beside equality: a table says what a run must come to, the model says that every single action
/// on the way made sense.
struct SimulatedPhone {
    /// What the world answers.
    struct World {
        var settings = SequenceSettings()
        var addresses: AddressFamilies = .ipv4
        var lease: LeaseOffer = .none
        /// What comes of the SUBSCRIBE.
        var pnp: PnP = .silence
        /// What comes of a URL; what is not listed cannot be had.
        var downloads: [String: DownloadResult] = [:]
        var storeFails = false

        enum PnP { case silence, answer(String), cannotSend }
    }

    static let identity = PhoneIdentity(
        mac: MACAddress("0080F0ABCDEF").unsafelyUnwrapped,  // The text is one.
        model: "KX-UTG200B",
        softwareVersion: "03.131"
    )

    var sequence = ProvisioningSequence(identity: identity)
    var world: World
    var now = Moment(uptime: .seconds(1_000), wall: WallTime(milliseconds: 1_780_000_000_000))
    private(set) var asked: [String] = []
    private(set) var ended: [RunTrace] = []
    private(set) var timers: [ProvisioningSequence.Timer: Duration] = [:]
    private var isSubscribed = false
    private var openDownloads: Set<DownloadID> = []
    private var queue: [ProvisioningSequence.Event] = []
    private var runs = 0

    init(_ world: World) { self.world = world }

    /// Switches on and lets the world go until the first run has ended.
    mutating func firstRun() throws -> RunTrace {
        queue = [.addressesChanged(world.addresses), .leaseChanged(world.lease), .powerOn(.start)]
        try settle()
        return try #require(ended.last)
    }

    mutating func happen(_ event: ProvisioningSequence.Event) throws {
        queue.append(event)
        try settle()
    }

    /// Lets the next timer fire, if there is one.
    mutating func letTimePass() throws {
        let next = try #require(timers.min { $0.value < $1.value })
        now = now.advanced(by: next.value - now.uptime)
        timers[next.key] = nil
        queue.append(.timerFired(next.key))
        try settle()
    }

    private mutating func settle() throws {
        var budget = 1_000
        while true {
            while !queue.isEmpty {
                budget -= 1
                try #require(budget > 0, "the sequence does not come to rest")
                let event = queue.removeFirst()
                for action in sequence.handle(event, at: now) { try perform(action) }
            }
            // Within a run nothing else is left to happen but the end of the wait for a NOTIFY.
            guard let end = timers[.pnpWindow] else { return }
            now = now.advanced(by: end - now.uptime)
            timers[.pnpWindow] = nil
            queue.append(.timerFired(.pnpWindow))
        }
    }

    private mutating func perform(_ action: ProvisioningSequence.Action) throws {
        switch action {
        case .loadSettings:
            queue.append(.settingsLoaded(world.settings, lastRun: runs, detail: "factory defaults"))
        case .startPnP:
            try #require(!isSubscribed, "a second SUBSCRIBE while one is open")
            try #require(
                world.addresses.hasIPv4 || world.addresses.hasIPv6 && world.settings.pnpOverIPv6,
                "SIP PnP without an address to send from"
            )
            isSubscribed = true
            switch world.pnp {
            case .silence: break
            case .answer(let url): queue.append(.pnpFound(url: url, detail: "198.51.100.1:5060"))
            case .cannotSend:
                isSubscribed = false
                queue.append(.pnpFailed("port 5060 cannot be opened"))
            }
        case .stopPnP:
            try #require(isSubscribed, "no SUBSCRIBE to stop")
            isSubscribed = false
        case .askLease:
            queue.append(.leaseAnswered)
        case .download(let order):
            try #require(openDownloads.isEmpty, "two downloads at once")
            try #require(!isSubscribed, "a download while the phone waits for a NOTIFY")
            openDownloads.insert(order.id)
            asked.append(order.url)
            openDownloads.remove(order.id)
            queue.append(.downloadFinished(order.id, world.downloads[order.url] ?? .failed("\(order.url): 404")))
        case .cancelDownload(let id):
            openDownloads.remove(id)
        case .apply:
            queue.append(.applied(world.settings, changes: []))
        case .store(let trace):
            try #require(trace.outcome != nil, "a run is kept before it has ended")
            try #require(trace.steps.allSatisfy { $0.outcome != .pending && $0.outcome != .running })
            try #require(
                trace.steps.allSatisfy { ($0.outcome == .skipped) == ($0.startedAt == nil && $0.milliseconds == nil) },
                "a step that began was skipped, or one that was walked never began: \(trace.steps)"
            )
            queue.append(world.storeFails ? .storeFailed(world.settings, reason: "disk full") : .stored)
        case .schedule(let timer, let wait):
            try #require(wait > .zero, "a timer without a wait: \(timer)")
            timers[timer] = now.uptime + wait
        case .cancel(let timer):
            timers[timer] = nil
        case .runBegan: break
        case .stepEnded(let record):
            try #require(!record.detail.isEmpty, "a step without a reason: \(record)")
        case .runEnded(let trace):
            runs = trace.number
            ended.append(trace)
        }
    }
}

extension FetchedDocument {
    /// A document as tests need it.
    static func sample(
        _ url: String,
        unchanged: Bool = false,
        names: InitialPart? = nil,
        hasSettings: Bool = true
    ) -> FetchedDocument {
        FetchedDocument(
            url: url,
            isUnchanged: unchanged,
            bytes: 100,
            sha256: "00",
            names: names,
            hasSettings: hasSettings,
            detail: "200 OK"
        )
    }
}

extension DownloadResult {
    static func document(at url: String, names: FetchedDocument.InitialPart? = nil) -> DownloadResult {
        .document(.sample(url, names: names))
    }
}
