extension SIPUserAgent {
    /// A request other than NOTIFY, in the order of RFC 3261 section 8.2: method, header fields, extensions.
    mutating func receiveOther(
        _ method: SIPMethod,
        _ message: SIPMessage,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        if method == .ack { return drop(.ack, source, now) }
        // Before more is read of what is not going to be answered.
        if strangerAnswers.isExhausted(at: now) { return drop(.tooManyRequests, source, now) }
        guard let answer = SIPResponse(to: message, from: source) else {
            return drop(.requestWithoutVia(method: method.name), source, now)
        }
        if isForGroup(message) { return drop(.notForPhones(method: method.name), source, now) }
        if let problem = message.requestProblem(of: method) {
            return refuse(answer, message, problem.answer, problem.description, source, now)
        }
        switch method {
        case .options: return options(message, answer, from: source, at: now)
        case .bye, .cancel:
            return refuse(answer, message, .noTransaction(of: method), "there is no call", source, now)
        case .unknown: return refuse(answer, message, .notImplemented, "", source, now)
        case .subscribe, .known, .notify, .ack: return refuse(answer, message, .methodNotAllowed, "", source, now)
        }
    }

    private mutating func options(
        _ message: SIPMessage,
        _ answer: SIPResponse,
        from source: SIPAddress,
        at now: Duration
    ) -> [Action] {
        if let unsupported = message.unsupportedExtensions() {
            return refuse(answer, message, .badExtension(unsupported), unsupported, source, now)
        }
        if remember(message, at: now) == .merged {
            return refuse(answer, message, .loopDetected, "came by another way before", source, now)
        }
        return refuse(answer, message, .options, "", source, now)
    }

    /// Answers a stranger, unless too many have been answered in this second.
    mutating func refuse(
        _ answer: SIPResponse,
        _ message: SIPMessage,
        _ status: SIPAnswer,
        _ why: String,
        _ source: SIPAddress,
        _ now: Duration
    ) -> [Action] {
        guard strangerAnswers.allow(at: now) else { return drop(.tooManyRequests, source, now) }
        let bytes = answer.message(status, tag: toTag(message), userAgent: configuration.userAgent)
        let method = message.method?.name ?? ""
        let notes = strangerNotes.notes(at: now) {
            .answered(method: method, from: source, status: status.status, reason: status.reason, why: why)
        }
        return [.send(bytes, to: source)] + notes.map { .note(mac: nil, $0) }
    }

    /// To tag of an answer: always the same for the same request, so that nothing need be remembered (8.2.7).
    func toTag(_ message: SIPMessage) -> String {
        var hash = SeededHash(seed: configuration.tagSeed)
        for name in [SIPHeader.Name.callID, .from, .cseq, .via] {
            if let header = message.first(name) { hash.combine(message.bytes[header.valueSlice.range]) }
        }
        return String(hash.value, radix: 16)
    }

    mutating func remember(_ message: SIPMessage, at now: Duration) -> RecentRequests.Verdict {
        var key = SeededHash(seed: configuration.tagSeed)
        if let header = message.first(.callID) { key.combine(message.bytes[header.valueSlice.range]) }
        key.combine((message.tag(.from) ?? "").utf8)
        if let sequence = try? message.sequence() { key.combine("\(sequence.number) \(sequence.method.name)".utf8) }
        var via = SeededHash(seed: configuration.tagSeed)
        if let header = message.first(.via) { via.combine(message.bytes[header.valueSlice.range]) }
        return recentRequests.check(key: key.value, via: via.value, hasToTag: message.tag(.to) != nil, at: now)
    }
}
