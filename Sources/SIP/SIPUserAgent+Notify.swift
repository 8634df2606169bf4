extension SIPUserAgent {
    /// A NOTIFY for the exchange: answered 200 to where it came from whatever is in it, and its URL is taken when the
    /// window is open and it is the first.
    mutating func receiveNotify(
        _ message: SIPMessage,
        _ serial: UInt64,
        from source: SIPAddress,
        at now: Duration,
        extraDeviations: Set<SIPDeviation> = []
    ) -> [Action] {
        guard var exchange = exchanges[serial] else { return [] }
        var found = PnPURL(in: message)
        if exchange.window == .open, let phone = directory.phones[exchange.mac] { found.check(by: phone.urlProblem) }
        let known = exchange.answerers.first { $0.server.address == source }
        let server = describe(message, in: &exchange, from: source, at: now) { message, exchange in
            Self.deviations(ofNotify: message, exchange, responseTag: known?.responseTag)
                .union(found.deviations).union(extraDeviations)
        }
        if let index = exchange.answerers.firstIndex(where: { $0.server.address == source }) {
            exchange.answerers[index].hasNotified = true
        }
        exchanges[serial] = exchange

        var actions: [Action] = []
        if let answer = SIPResponse(to: message, from: source)?.ok(
            tag: exchange.identifiers.fromTag,
            userAgent: exchange.userAgent
        ) {
            actions.append(.send(answer, to: source))
        } else {
            actions += note(serial, .notifyUnanswerable(from: source))
        }
        switch (found.url, exchange.window) {
        case (.success(let url), .open):
            actions.append(.pnpFound(mac: exchange.mac, url: url, server: server))
            actions += note(serial, .notifyReceived(url: url, used: .taken, server: server))
            actions += close(serial, as: .found)
        case (_, .found) where known?.hasNotified == true, (_, .closed) where known?.hasNotified == true:
            actions += note(serial, .notifyRepeated(server: server))
        case (.success(let url), .found):
            actions += note(serial, .notifyReceived(url: url, used: .notFirst, server: server))
        case (.success(let url), .closed):
            actions += note(serial, .notifyReceived(url: url, used: .tooLate, server: server))
        case (.failure(let error), _):
            actions += note(serial, .notifyWithoutURL(error.problem, server: server))
        }
        return actions
    }

    /// A NOTIFY with a Call-ID that no exchange has: resynchronisation, or an answer to nothing.
    mutating func receiveForeignNotify(_ message: SIPMessage, from source: SIPAddress, at now: Duration) -> [Action] {
        let event = try? message.event()
        let isUnknownEvent = event.map { !directory.anyPhone(resyncsOn: $0.type) } ?? true
        if isUnknownEvent, configuration.allowForeignCallID, event == nil || event?.type == "ua-profile",
            let serial = openExchange(meantBy: message)
        {
            return adopt(message, serial, from: source, at: now)
        }
        // Before more is read of what is not going to be answered.
        if isUnknownEvent, strangerAnswers.isExhausted(at: now) { return drop(.tooManyRequests, source, now) }
        guard let answer = SIPResponse(to: message, from: source) else {
            return drop(.requestWithoutVia(method: "NOTIFY"), source, now)
        }
        // A server that tells everybody in the group, as one does when it starts, wants no answers from everybody.
        if isForGroup(message) { return drop(.notForPhones(method: "NOTIFY"), source, now) }
        if let problem = message.requestProblem(of: .notify) {
            return refuse(answer, message, problem.answer, problem.description, source, now)
        }
        guard let event, !isUnknownEvent else {
            return event?.type == "ua-profile"
                ? refuse(answer, message, .noSubscription, "no exchange has this Call-ID", source, now)
                : refuse(answer, message, .badEvent, event.map { "Event \($0.type)" } ?? "no Event", source, now)
        }
        return resync(message, answer, event, from: source, at: now)
    }

    /// A NOTIFY with a foreign Call-ID that the setting allows. When it brings the URL, its Call-ID is the exchange's too.
    private mutating func adopt(
        _ message: SIPMessage,
        _ serial: UInt64,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        let actions = receiveNotify(message, serial, from: source, at: now, extraDeviations: [.foreignCallID])
        if exchanges[serial]?.window == .found, let callID = message.value(.callID), serialByCallID[callID] == nil {
            exchanges[serial]?.foreignCallID = callID
            serialByCallID[callID] = serial
        }
        return actions
    }

    private mutating func resync(
        _ message: SIPMessage,
        _ answer: SIPResponse,
        _ event: SIPEvent,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        let text = message.requestURI ?? ""
        let meant = directory.phones(for: try? SIPURI(text, schemeRequired: false))
        guard !meant.isEmpty else {
            return refuse(answer, message, .notFound, "no phone here is \(text.printable())", source, now)
        }
        let listening = meant.filter { $0.resyncEvent == event.type }
        guard !listening.isEmpty else {
            return refuse(answer, message, .badEvent, "Event \(event.type) is not this phone's", source, now)
        }
        let phones = listening.filter { $0.resyncSources?.contains(source.host) ?? true }
        guard !phones.isEmpty else {
            return refuse(answer, message, .forbidden, "the phone does not obey \(source.host)", source, now)
        }
        if let unsupported = message.unsupportedExtensions() {
            return refuse(answer, message, .badExtension(unsupported), unsupported, source, now)
        }
        // What starts nothing is a stranger's, however many there are of them: it costs an answer, and those are counted.
        let told = phones.filter { directory.mayResync($0.mac, at: now) }
        if told.isEmpty, !strangerAnswers.allow(at: now) { return drop(.tooManyRequests, source, now) }
        let ok = Action.send(answer.ok(tag: toTag(message), userAgent: configuration.userAgent), to: source)
        switch remember(message, at: now) {
        case .merged: return refuse(answer, message, .loopDetected, "came by another way before", source, now)
        case .retransmission:
            return [ok] + strangerNotes.notes(at: now) { .resyncRepeated(from: source) }.map { .note(mac: nil, $0) }
        case .new:
            let value = message.value(.event) ?? event.type
            var actions = [ok]
            for phone in told {
                directory.didResync(phone.mac, at: now)
                actions.append(.resync(mac: phone.mac, from: source, requestURI: text, event: value))
                actions.append(.note(mac: phone.mac, .resyncReceived(event: value, requestURI: text, from: source)))
            }
            guard actions.count == 1 else { return actions }
            return actions + strangerNotes.notes(at: now) { .resyncRepeated(from: source) }.map { .note(mac: nil, $0) }
        }
    }

    /// The open exchange that a NOTIFY with a foreign Call-ID can only mean: the one whose MAC it names, or the only one.
    private func openExchange(meantBy message: SIPMessage) -> UInt64? {
        if openByMAC.count == 1, let only = openByMAC.first { return only.value }
        var texts = [message.requestURI ?? ""]
        for name in [SIPHeader.Name.to, .from] {
            if let address = try? message.nameAddress(name) { texts.append(message.text(address.uri)) }
        }
        for text in texts {
            if let user = (try? SIPURI(text, schemeRequired: false))?.unescapedUser,
                let mac = PhoneDirectory.mac(inUser: user), let serial = openByMAC[mac]
            {
                return serial
            }
        }
        return nil
    }
}
