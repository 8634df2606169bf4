extension SIPUserAgent {
    mutating func subscribe(_ request: SubscribeRequest, at now: Duration) -> [Action] {
        let mac = request.mac
        guard directory.phones[mac] != nil else { return [.note(mac: mac, .notSubscribed(.unknownPhone))] }
        guard let localAddress else { return [.note(mac: mac, .notSubscribed(.noLocalAddress))] }
        guard serialByCallID[request.identifiers.callID] == nil else {
            return [.note(mac: mac, .notSubscribed(.callIDInUse))]
        }
        var actions = closeWindow(mac, at: now)
        let serial = nextSerial
        nextSerial += 1
        let group = configuration.group
        let (uri, bytes) = request.message(from: localAddress, group: group)
        let exchange = PnPExchange(
            serial: serial,
            mac: mac,
            identifiers: request.identifiers,
            requestURI: uri,
            userAgent: request.userAgent,
            localAddress: localAddress,
            destination: group,
            request: bytes,
            startedAt: now
        )
        exchanges[serial] = exchange
        serialByCallID[request.identifiers.callID] = serial
        openByMAC[mac] = serial
        actions.append(.send(bytes, to: group))
        actions.append(.schedule(exchange.timer(.retransmit), after: SIPTimers.t1))
        actions.append(.schedule(exchange.timer(.timeout), after: SIPTimers.transactionTimeout))
        actions += note(serial, .subscribeSent(requestURI: uri, to: group, attempt: 1))
        return actions
    }

    mutating func closeWindow(_ mac: String, at now: Duration) -> [Action] {
        guard let serial = openByMAC[mac.uppercased()] else { return [] }
        return close(serial, as: .closed)
    }

    mutating func removePhone(_ mac: String) -> [Action] {
        let mac = mac.uppercased()
        directory.remove(mac)
        var actions: [Action] = []
        for serial in [openByMAC[mac], closedByMAC[mac]].compactMap(\.self) {
            if let exchange = exchanges[serial] {
                actions += Self.timers(of: exchange).map { .cancel($0) }
            }
            forget(serial)
        }
        return actions
    }

    mutating func fire(_ timer: TimerID, at now: Duration) -> [Action] {
        if timer == FloodGate.timer { return gate.open() ? [.admit(.everybody)] : [] }
        guard var exchange = exchanges[timer.exchange] else { return [] }
        switch timer.kind {
        case .retransmit:
            guard exchange.window == .open else { return [] }
            let interval: Duration
            switch exchange.transaction {
            case .trying(let last):
                interval = min(last * 2, SIPTimers.t2)
                exchange.transaction = .trying(interval: interval)
            case .proceeding: interval = SIPTimers.t2
            case .completed, .terminated: return []
            }
            exchange.attempts += 1
            exchanges[exchange.serial] = exchange
            return [.send(exchange.request, to: exchange.destination), .schedule(timer, after: interval)]
                + note(
                    exchange.serial,
                    .subscribeSent(
                        requestURI: exchange.requestURI,
                        to: exchange.destination,
                        attempt: exchange.attempts
                    )
                )
        case .timeout:
            guard exchange.window == .open else { return [] }
            return note(exchange.serial, .transactionTimedOut) + close(exchange.serial, as: .closed)
        case .responsesEnd:
            guard exchange.transaction == .completed else { return [] }
            exchanges[exchange.serial]?.transaction = .terminated
            return []
        case .forget:
            guard exchange.window != .open else { return [] }
            forget(exchange.serial)
            return []
        case .floodEnds: return []
        }
    }

    /// Ends the wait. The exchange stays for a while, so that repeated NOTIFYs are still answered; it takes the place of
    /// an older one of the same phone.
    mutating func close(_ serial: UInt64, as window: PnPExchange.Window) -> [Action] {
        guard var exchange = exchanges[serial], exchange.window == .open else { return [] }
        exchange.window = window
        exchanges[serial] = exchange
        openByMAC[exchange.mac] = nil
        var actions: [Action] = []
        switch exchange.transaction {
        case .trying, .proceeding: actions.append(.cancel(exchange.timer(.retransmit)))
        case .completed, .terminated: break
        }
        actions.append(.cancel(exchange.timer(.timeout)))
        if let older = closedByMAC[exchange.mac] {
            actions.append(.cancel(TimerID(exchange: older, kind: .forget)))
            if exchanges[older]?.transaction == .completed {
                actions.append(.cancel(TimerID(exchange: older, kind: .responsesEnd)))
            }
            forget(older)
        }
        closedByMAC[exchange.mac] = serial
        actions.append(.schedule(exchange.timer(.forget), after: SIPTimers.transactionTimeout))
        let servers = exchange.answerers.count
        return actions + note(serial, .windowClosed(servers: servers, found: window == .found))
    }

    /// The note as actions, as long as the exchange has notes left. The first one left out tells that there are more.
    mutating func note(_ serial: UInt64, _ note: SIPNote) -> [Action] {
        guard let mac = exchanges[serial]?.mac, let taken = exchanges[serial]?.notes.take() else { return [] }
        if taken { return [.note(mac: mac, note)] }
        // Powers of ten of the count: a flood of any size makes a handful of lines.
        let count = exchanges[serial]?.notes.suppressed ?? 0
        return Self.isPowerOfTen(count) ? [.note(mac: mac, .suppressed(count: count))] : []
    }

    private mutating func forget(_ serial: UInt64) {
        guard let exchange = exchanges.removeValue(forKey: serial) else { return }
        serialByCallID[exchange.identifiers.callID] = nil
        if let foreign = exchange.foreignCallID { serialByCallID[foreign] = nil }
        if openByMAC[exchange.mac] == serial { openByMAC[exchange.mac] = nil }
        if closedByMAC[exchange.mac] == serial { closedByMAC[exchange.mac] = nil }
    }

    private static func timers(of exchange: PnPExchange) -> [TimerID] {
        var kinds: [TimerID.Kind] = exchange.window == .open ? [.timeout] : [.forget]
        switch exchange.transaction {
        case .trying, .proceeding: if exchange.window == .open { kinds.append(.retransmit) }
        case .completed: kinds.append(.responsesEnd)
        case .terminated: break
        }
        return kinds.map(exchange.timer)
    }

    private static func isPowerOfTen(_ number: Int) -> Bool {
        var rest = number
        while rest >= 10, rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }
}
