@testable import SIP

/// Says whether the actions of a user agent are those that the RFCs and the phone's own rules allow.
struct Judge {
    let group: SIPAddress
    let allowsForeign: Bool
    /// The phones as they were added.
    var phones: [String: SIPUserAgent.Phone] = [:]
    private var lastResync: [String: Duration] = [:]

    init(group: SIPAddress, allowsForeign: Bool) {
        self.group = group
        self.allowsForeign = allowsForeign
    }

    /// The phone was removed. When it comes again, it is a new one.
    mutating func forget(_ mac: String) {
        phones[mac] = nil
        lastResync[mac] = nil
    }

    /// What a datagram finds.
    struct Before {
        /// The phone whose exchange has the Call-ID of the datagram.
        var mac: String?
        /// Whether that exchange waits for a URL.
        var isOpen = false
        /// The phones that wait for a URL.
        var waiting: Set<String> = []
    }

    func before(_ message: SIPMessage?, _ agent: SIPUserAgent) -> Before {
        var before = Before(waiting: Set(agent.openByMAC.keys))
        if let id = message?.value(.callID), let serial = agent.serialByCallID[id], let own = agent.exchanges[serial] {
            before.mac = own.mac
            before.isOpen = own.window == .open
        }
        return before
    }

    /// The actions of anything but a datagram: only SUBSCRIBEs go out, and only to the group.
    func check(_ actions: [SIPUserAgent.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes, let to):
                invariant((try? SIPMessage.parse(bytes))?.method == .subscribe && to == group, "sent unasked")
            case .pnpFound, .pnpRefused, .resync: invariant(false, "\(action) came of no datagram")
            case .schedule(_, let after): invariant(after > .zero, "a timer of \(after)")
            case .note(_, let note): invariant(note.description.isOneLine, "note of several lines: \(note)")
            case .admit(let admission): invariant(admission == .everybody, "shut without a datagram")
            case .cancel: break
            }
        }
    }

    /// The actions of a datagram.
    mutating func check(
        _ actions: [SIPUserAgent.Action],
        of message: SIPMessage?,
        _ length: Int,
        from source: SIPAddress,
        _ before: Before,
        at now: Duration
    ) {
        var answers: [Int] = []
        var found = 0
        for action in actions {
            switch action {
            case .send(let bytes, let to):
                invariant(to == source, "answered to \(to) what came from \(source)")
                answers.append(Self.status(ofAnswer: bytes, to: message, length))
            case .pnpFound(let mac, let url, _):
                found += 1
                checkURL(url, of: mac, message, before)
            case .pnpRefused(let mac, let status, let reason, _):
                invariant(message?.status == status && status >= 300, "refused by \(status)")
                invariant(before.mac == mac && before.isOpen, "refused what was not asked for")
                invariant(reason.isOneLine, "reason of several lines")
            case .resync(let mac, let from, _, let event):
                invariant(from == source, "resynchronised by somebody else")
                checkResync(mac, event, message, from: source, at: now)
            case .schedule(_, let after): invariant(after > .zero, "a timer of \(after)")
            case .note(_, let note): invariant(note.description.isOneLine, "note of several lines: \(note)")
            case .admit(let admission):
                invariant(admission == .everybody || !allowsForeign, "shut to foreign Call-IDs")
            case .cancel: break
            }
        }
        invariant(answers.count <= 1, "\(answers.count) answers to one datagram")
        invariant(found <= 1, "\(found) URLs of one datagram")
        let isResynced = actions.contains { if case .resync = $0 { true } else { false } }
        invariant(!isResynced || answers == [200], "resynchronised and answered \(answers)")
    }

    /// An answer is never answered, and neither is an ACK. What goes back is a response that belongs to the request.
    private static func status(ofAnswer bytes: [UInt8], to message: SIPMessage?, _ length: Int) -> Int {
        guard let message, let method = message.method, method != .ack, message.first(.via) != nil else {
            fatalError("broken invariant: answered what has no answer")
        }
        guard let answer = try? SIPMessage.parse(bytes), let status = answer.status else {
            fatalError("broken invariant: the answer is no response")
        }
        invariant(answer.hasEmptyLine && answer.malformedLines == 0 && answer.payload.isEmpty, "malformed answer")
        invariant(answer.count(.via) == message.count(.via), "the answer has other Vias")
        for name in [SIPHeader.Name.from, .callID, .cseq] {
            invariant(answer.value(name) == message.value(name), "the answer has another \(name)")
        }
        // Long names for compact ones, a To tag, received and rport, Allow and User-Agent.
        invariant(bytes.count <= 3 * length + 1_024, "\(bytes.count) bytes for \(length)")
        return status
    }

    /// No URL without our Call-ID, unless the setting allows it; and none for a phone that does not wait.
    private func checkURL(_ url: String, of mac: String, _ message: SIPMessage?, _ before: Before) {
        invariant(message?.method == .notify, "a URL of something else than a NOTIFY")
        invariant(before.waiting.contains(mac), "a URL for a phone that does not wait")
        invariant(before.mac == mac || allowsForeign && before.mac == nil, "a URL without our Call-ID")
        invariant(url.utf8.count <= SIPLimits.maximumURLLength, "URL of \(url.utf8.count) bytes")
        invariant(!url.isEmpty && url.isOneLine && !url.utf8.contains(0x20), "URL with blanks: \(url)")
    }

    private mutating func checkResync(
        _ mac: String,
        _ event: String,
        _ message: SIPMessage?,
        from source: SIPAddress,
        at now: Duration
    ) {
        guard let phone = phones[mac] else { return invariant(false, "a phone was resynchronised that is not here") }
        let type = (try? message?.event())?.type
        invariant(message?.method == .notify, "resynchronised by something else than a NOTIFY")
        invariant(!phone.resyncEvent.isEmpty && type == phone.resyncEvent, "resynchronised by Event \(event)")
        invariant(phone.resyncSources?.contains(source.host) ?? true, "resynchronised by \(source)")
        if let last = lastResync[mac] { invariant(now - last >= SIPTimers.resyncInterval, "resynchronised too often") }
        lastResync[mac] = now
    }

    /// Every table is bounded, points to what is there, and is emptied by a timer that runs.
    static func checkTables(of agent: SIPUserAgent, _ timers: [SIPUserAgent.TimerID]?) {
        let exchanges = agent.exchanges
        invariant(!agent.gate.isShut || !agent.openByMAC.isEmpty, "shut although nobody waits")
        if let timers {
            invariant(!agent.gate.isShut || timers.contains(FloodGate.timer), "shut for ever")
        }
        invariant(agent.directory.phones.count <= Session.macs.count, "\(agent.directory.phones.count) phones")
        invariant(exchanges.count <= 2 * agent.directory.phones.count, "\(exchanges.count) exchanges")
        invariant(agent.openByMAC.count + agent.closedByMAC.count == exchanges.count, "an exchange got lost")
        for (mac, serial) in agent.openByMAC {
            invariant(exchanges[serial]?.mac == mac && exchanges[serial]?.window == .open, "not open")
        }
        for (mac, serial) in agent.closedByMAC {
            invariant(exchanges[serial]?.mac == mac && exchanges[serial]?.window != .open, "not closed")
        }
        var calls = 0
        for (serial, exchange) in exchanges {
            invariant(exchange.answerers.count <= SIPLimits.maximumServers, "\(exchange.answerers.count) servers")
            invariant(agent.serialByCallID[exchange.identifiers.callID] == serial, "a Call-ID got lost")
            calls += exchange.foreignCallID == nil ? 1 : 2
            guard let timers else { continue }
            let end: SIPUserAgent.TimerID.Kind = exchange.window == .open ? .timeout : .forget
            invariant(timers.contains(exchange.timer(end)), "exchange \(serial) would never end")
        }
        invariant(agent.serialByCallID.count == calls, "\(agent.serialByCallID.count) Call-IDs for \(calls)")
        guard let timers else { return }
        // A response that comes just before its exchange is forgotten leaves timer K behind, which then does nothing.
        for timer in timers where timer.kind != .responsesEnd && timer != FloodGate.timer {
            invariant(exchanges[timer.exchange] != nil, "\(timer) runs for nothing")
        }
    }
}
