extension SIPUserAgent {
    mutating func receive(_ bytes: [UInt8], from source: SIPAddress, at now: Duration) -> [Action] {
        // Nobody sends from there but to see what happens.
        guard source.port != 0 else { return countStranger(at: now) + drop(.fromPortZero, source, now) }
        let message: SIPMessage
        do {
            message = try SIPMessage.parse(bytes)
        } catch .empty {
            return countStranger(at: now)
        } catch {
            return countStranger(at: now) + drop(.unreadable(error), source, now)
        }
        let exchange = message.value(.callID).flatMap { serialByCallID[$0] }
        let actions = receive(message, of: exchange, from: source, at: now)
        return exchange == nil ? actions + countStranger(at: now) : actions
    }

    private mutating func receive(
        _ message: SIPMessage,
        of exchange: UInt64?,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        switch message.startLine {
        case .response(let status, let reason):
            return receiveResponse(message, exchange, status: status, reason: reason, from: source, at: now)
        case .request:
            switch message.method {
            case .notify:
                if let exchange { return receiveNotify(message, exchange, from: source, at: now) }
                return receiveForeignNotify(message, from: source, at: now)
            case .subscribe where exchange != nil || isPnPSubscribe(message):
                // The group's own traffic, ours or another phone's. Answering it would stop that phone's SUBSCRIBE.
                return []
            case let method?: return receiveOther(method, message, from: source, at: now)
            case nil: return []
            }
        }
    }

    mutating func drop(_ reason: SIPNote.DropReason, _ source: SIPAddress, _ now: Duration) -> [Action] {
        strangerNotes.notes(at: now) { .dropped(reason, from: source) }.map { .note(mac: nil, $0) }
    }

    private func isPnPSubscribe(_ message: SIPMessage) -> Bool {
        (try? message.event())?.type == "ua-profile" || isForGroup(message)
    }

    /// Whether the Request-URI is the multicast group: a server that talks to everybody.
    func isForGroup(_ message: SIPMessage) -> Bool {
        guard let text = message.requestURI, let uri = try? SIPURI(text, schemeRequired: false) else { return false }
        return uri.host == configuration.group.uriHost.asciiLowercased
    }

    private mutating func receiveResponse(
        _ message: SIPMessage,
        _ exchange: UInt64?,
        status: Int,
        reason: SIPSlice,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        let sequence = try? message.sequence()
        guard let serial = exchange, var exchange = exchanges[serial],
            exchange.transaction != .terminated, sequence.map({ $0.method == .subscribe }) ?? true
        else { return drop(.strayResponse(status: status), source, now) }
        guard (try? message.vias())?.count ?? 0 <= 1 else {
            return drop(.misdirectedResponse(status: status), source, now)
        }

        var actions: [Action] = []
        let server = describe(message, in: &exchange, from: source, at: now) { message, exchange in
            Self.deviations(ofResponse: message, sequence, exchange)
        }
        var isFirstFinal = false
        if status >= 200, let index = exchange.answerers.firstIndex(where: { $0.server.address == source }) {
            isFirstFinal = exchange.answerers[index].responseTag == nil
            exchange.answerers[index].responseTag = message.tag(.to) ?? ""
        }
        switch exchange.transaction {
        case .trying where status < 200, .proceeding where status < 200:
            exchange.transaction = .proceeding
        case .trying, .proceeding:
            exchange.transaction = .completed
            if exchange.window == .open { actions.append(.cancel(exchange.timer(.retransmit))) }
            actions.append(.schedule(exchange.timer(.responsesEnd), after: SIPTimers.t4))
        case .completed, .terminated: break
        }
        exchanges[serial] = exchange
        let phrase = message.text(reason)
        if status >= 300, isFirstFinal, exchange.window == .open {
            actions.append(.pnpRefused(mac: exchange.mac, status: status, reason: phrase.printable(), server: server))
        }
        return actions + note(serial, .responseReceived(status: status, reason: phrase, server: server))
    }

    /// Enters what the datagram tells of its server, and returns the server as it is to be noted.
    func describe(
        _ message: SIPMessage,
        in exchange: inout PnPExchange,
        from source: SIPAddress,
        at now: Duration,
        _ deviations: (SIPMessage, PnPExchange) -> Set<SIPDeviation>
    ) -> PnPServer {
        let product = (message.value(.userAgent) ?? message.value(.server) ?? "").printable()
        let found = deviations(message, exchange)
        guard let index = exchange.answerer(source, at: now) else {
            return PnPServer(address: source, product: product, delay: now - exchange.startedAt, deviations: found)
        }
        exchange.answerers[index].server.deviations.formUnion(found)
        exchange.answerers[index].server.delay = now - exchange.startedAt
        if !product.isEmpty { exchange.answerers[index].server.product = product }
        return exchange.answerers[index].server
    }
}
