@testable import SIP

/// The user agent of one socket with two phones, driven by records, each an event: a letter and what it needs.
///
/// | record | event |
/// |---|---|
/// | `d` source time bytes… | a datagram comes from one of twenty addresses |
/// | `t` | the time goes on to when the next scheduled timer runs out |
/// | `f` exchange kind | a timer fires that may never have been scheduled, as one does that was cancelled too late |
/// | `s` phone call | a phone subscribes, with a Call-ID of its own or one that is in use |
/// | `c` phone, `r` phone | its window is closed, the phone is removed |
/// | `p` phone event,user,… | the phone is added, or replaced |
/// | `a` which | the address of the interface changes |
/// | `w` tens ones | the time goes on by so many tenths of a second |
///
/// A number is the low bits of one byte, so that digits can stand in a corpus, and letters for the sources.
struct Session {
    static let maximumEvents = 64

    var agent: SIPUserAgent
    var now = Duration.seconds(1_000)
    /// Timers that run, with the time when they run out.
    var timers: [(id: SIPUserAgent.TimerID, due: Duration)] = []
    /// Whether timers fired that were not running, after which the ones that run tell nothing any more.
    var isDisturbed = false
    var judge: Judge

    static let macs = ["0080F0ABCDEF", "0080F0000002", "0080F0000003"]
    private static let resyncUsers = ["1001", "sip:1002@example.com"]

    /// The four ways in which an input can begin, ready to be copied.
    static let beginnings = (UInt8(0)...3).map(Session.init(settings:))

    /// The lowest bit lets foreign Call-IDs in, the next one adds a second phone.
    private init(settings: UInt8) {
        let allowsForeign = settings & 1 == 1
        let configuration = SIPUserAgent.Configuration(
            userAgent: "Panasonic",
            allowForeignCallID: allowsForeign,
            callIDPrefix: "c0ffee00",
            tagSeed: 7
        )
        agent = SIPUserAgent(configuration: configuration)
        // A few strangers in a second are a flood here: an input cannot hold hundreds of them.
        agent.gate = FloodGate(perSecond: 3)
        judge = Judge(group: configuration.group, allowsForeign: allowsForeign)
        handle(.localAddressChanged(Self.localAddresses[0]))
        for index in 0...(settings & 2 == 2 ? 1 : 0) {
            add(phone: index, resyncEvent: "check-sync", resyncUsers: Self.resyncUsers)
        }
        subscribe(phone: 0, call: 0)
    }

    mutating func perform(_ record: ArraySlice<UInt8>) {
        let first = Int(record.dropFirst().first ?? 0) & 31
        let second = Int(record.dropFirst(2).first ?? 0) & 15
        let phone = (first & 15) % Self.macs.count
        switch record.first {
        case UInt8(ascii: "d"):
            now += Self.pauses[second % Self.pauses.count]
            receive(Array(record.dropFirst(3)), from: Self.sources[first % Self.sources.count])
        case UInt8(ascii: "t"): fireNext()
        case UInt8(ascii: "f"): fireForged(exchange: UInt64(first & 15), kind: second)
        case UInt8(ascii: "s"): subscribe(phone: phone, call: second % Self.calls.count)
        case UInt8(ascii: "c"): handle(.closeWindow(mac: Self.macs[phone]))
        case UInt8(ascii: "r"):
            judge.forget(Self.macs[phone])
            handle(.phoneRemoved(mac: Self.macs[phone]))
        case UInt8(ascii: "p"):
            let texts = String(decoding: record.dropFirst(2), as: UTF8.self).split(separator: ",").map(String.init)
            add(phone: phone, resyncEvent: texts.first ?? "", resyncUsers: Array(texts.dropFirst()))
        case UInt8(ascii: "a"):
            handle(.localAddressChanged(Self.localAddresses[(first & 15) % Self.localAddresses.count]))
        case UInt8(ascii: "w"): now += .milliseconds((first & 15) * 1_000 + second * 100)
        default: break
        }
    }

    private mutating func receive(_ bytes: [UInt8], from source: SIPAddress) {
        let message = try? SIPMessage.parse(bytes)
        let before = judge.before(message, agent)
        let actions = agent.handle(.datagram(bytes, from: source), at: now)
        judge.check(actions, of: message, bytes.count, from: source, before, at: now)
        take(actions)
    }

    private mutating func handle(_ event: SIPUserAgent.Event) {
        let actions = agent.handle(event, at: now)
        judge.check(actions)
        take(actions)
    }

    /// The first phone obeys everybody who tells it to load its configuration, the others obey one server.
    private mutating func add(phone index: Int, resyncEvent: String, resyncUsers: [String]) {
        let phone = SIPUserAgent.Phone(
            mac: Self.macs[index],
            resyncEvent: resyncEvent,
            resyncUsers: resyncUsers,
            resyncSources: index == 0 ? nil : [Self.sources[0].host]
        )
        judge.phones[phone.mac] = phone
        handle(.phoneAdded(phone))
    }

    private mutating func subscribe(phone: Int, call: Int) {
        if let request = Self.requests[phone * Self.calls.count + call] { handle(.subscribe(request)) }
    }

    private mutating func fireNext() {
        guard let next = timers.indices.min(by: { timers[$0].due < timers[$1].due }) else { return }
        let timer = timers.remove(at: next)
        now = max(now, timer.due)
        handle(.timerFired(timer.id))
    }

    private mutating func fireForged(exchange: UInt64, kind: Int) {
        let kinds: [SIPUserAgent.TimerID.Kind] = [.retransmit, .timeout, .responsesEnd, .forget, .floodEnds]
        isDisturbed = true
        handle(.timerFired(.init(exchange: exchange, kind: kinds[kind % kinds.count])))
    }

    /// Runs the timers as the caller has to, and looks at the tables.
    private mutating func take(_ actions: [SIPUserAgent.Action]) {
        for action in actions {
            switch action {
            case .schedule(let id, let after):
                timers.removeAll { $0.id == id }
                timers.append((id, now + after))
            case .cancel(let id): timers.removeAll { $0.id == id }
            case .send, .pnpFound, .pnpRefused, .resync, .admit, .note: break
            }
        }
        Judge.checkTables(of: agent, isDisturbed ? nil : timers.map(\.id))
    }

    /// Call-ID, branch and tag. The first are those that the corpus is written for.
    private static let calls =
        [("c0ffee00c0ffee00c0ffee00c0ffee00", "z9hG4bK0123456789abcdef", "tag0123456789")]
        + (1...7).map { ("c0ffee00call\($0)", "z9hG4bKcall\($0)", "tag\($0)") }

    /// The request of each phone with each of the calls.
    private static let requests = macs.flatMap { mac in
        calls.map { callID, branch, tag -> SubscribeRequest? in
            guard let identifiers = try? PnPIdentifiers(callID: callID, branch: branch, fromTag: tag) else {
                return nil
            }
            return try? SubscribeRequest(
                mac: mac,
                vendor: "Panasonic",
                model: "KX-UTG200B",
                version: "03.131",
                userAgent: "Panasonic_KX-UTG200B/03.131 (0080f0abcdef)",
                identifiers: identifiers
            )
        }
    }

    private static let pauses: [Duration] = [.zero, .milliseconds(3), .milliseconds(400), .seconds(1), .seconds(31)]
    private static let localAddresses = [
        SIPAddress(host: "198.51.100.50", port: 5_060), SIPAddress(host: "2001:db8::50", port: 5_062),
        SIPAddress(host: "198.51.100.51", port: 5_060),
    ]
    private static let sources =
        (1...18).map { SIPAddress(host: "198.51.100.\($0)", port: 5_060) } + [
            SIPAddress(host: "198.51.100.1", port: 1_036), SIPAddress(host: "2001:db8::1", port: 5_060),
        ]
}
