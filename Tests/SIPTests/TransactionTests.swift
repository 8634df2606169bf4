import Testing

@testable import SIP

@Suite struct TransactionTests {
    /// Plays the timers that are asked for until `end`, and returns when something was sent.
    private func sendTimes(_ desk: inout Desk, until end: Duration, first: [SIPUserAgent.Action]) -> [Duration] {
        let start = desk.now
        var timers: [SIPUserAgent.TimerID: Duration] = [:]
        var times: [Duration] = []
        func take(_ actions: [SIPUserAgent.Action], at now: Duration) {
            for action in actions {
                switch action {
                case .send: times.append(now - start)
                case .schedule(let timer, let after): timers[timer] = now + after
                case .cancel(let timer): timers[timer] = nil
                default: break
                }
            }
        }
        take(first, at: start)
        while let next = timers.min(by: { $0.value < $1.value }), next.value <= start + end {
            timers[next.key] = nil
            desk.now = next.value
            take(desk.agent.handle(.timerFired(next.key), at: next.value), at: next.value)
        }
        return times
    }

    @Test func aSubscribeThatNobodyAnswersIsSentAtTheTimesOfTimerE() throws {
        var desk = Desk()
        let first = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        let times = sendTimes(&desk, until: .seconds(5), first: first)
        #expect(times == [.zero, .milliseconds(500), .milliseconds(1_500), .milliseconds(3_500)])
    }

    @Test func withoutAnEndToTheWindowTimerFEndsIt() throws {
        var desk = Desk()
        let first = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        let times = sendTimes(&desk, until: .seconds(100), first: first)
        #expect(
            times.prefix(6) == [
                .zero, .milliseconds(500), .milliseconds(1_500), .milliseconds(3_500), .milliseconds(7_500),
                .milliseconds(11_500),
            ]
        )
        #expect(times.count == 11)
        #expect(desk.agent.exchanges.isEmpty)
    }

    @Test func retransmissionsAreTheSameBytes() throws {
        var desk = Desk()
        let first = Reaction(actions: desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now))
        let timer = SIPUserAgent.TimerID(exchange: 1, kind: .retransmit)
        let second = Reaction(actions: desk.agent.handle(.timerFired(timer), at: desk.now + .milliseconds(500)))
        #expect(try #require(first.sent.first).bytes == (try #require(second.sent.first).bytes))
        #expect(
            second.notes.map(\.description) == [
                "→ SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 to 224.0.1.75:5060 (try 2)"
            ]
        )
    }

    @Test func afterAProvisionalResponseItIsSentEveryT2() throws {
        var desk = Desk()
        _ = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        _ = desk.receive(accepted(status: "100 Trying", toTag: ""))
        let timer = SIPUserAgent.TimerID(exchange: 1, kind: .retransmit)
        let actions = desk.agent.handle(.timerFired(timer), at: desk.now + .milliseconds(500))
        #expect(actions.contains(.schedule(timer, after: .seconds(4))))
    }

    @Test(arguments: ["200 OK", "202 Accepted", "404 Not Found", "500 Server Internal Error"])
    func aFinalResponseStopsRetransmissionAndTheWindowStaysOpen(status: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(accepted(status: status))
        let timer = SIPUserAgent.TimerID(exchange: 1, kind: .retransmit)
        #expect(reaction.actions.contains(.cancel(timer)))
        #expect(reaction.actions.contains(.schedule(.init(exchange: 1, kind: .responsesEnd), after: .seconds(5))))
        #expect(desk.agent.handle(.timerFired(timer), at: desk.now) == [])
        #expect(desk.receive(notify()).urls == ["http://198.51.100.1/{MODEL}.cfg"])
    }

    @Test func aRefusalIsReportedOnceForEachServer() throws {
        var desk = try Desk.waiting()
        let other = SIPAddress(host: "198.51.100.2", port: 1_036)
        func refusals(_ reaction: Reaction) -> Int {
            reaction.actions.count { if case .pnpRefused(mac, 404, "Not Found", _) = $0 { true } else { false } }
        }
        #expect(refusals(desk.receive(accepted(status: "404 Not Found"))) == 1)
        #expect(refusals(desk.receive(accepted(status: "404 Not Found"))) == 0)
        #expect(refusals(desk.receive(accepted(status: "404 Not Found"), from: other)) == 1)
    }

    @Test func responsesAreTakenUntilTimerKAndThenAreStray() throws {
        var desk = try Desk.waiting()
        #expect(desk.receive(accepted()).server != nil)
        #expect(
            desk.receive(accepted(toTag: ";tag=2"), from: SIPAddress(host: "198.51.100.2", port: 5060)).server != nil
        )
        _ = desk.agent.handle(.timerFired(.init(exchange: 1, kind: .responsesEnd)), at: desk.now + .seconds(5))
        #expect(desk.receive(accepted()).notes == [.dropped(.strayResponse(status: 200), from: serverAddress)])
    }

    @Test func aNotifyBeforeTheResponseIsTaken() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify())
        #expect(reaction.urls == ["http://198.51.100.1/{MODEL}.cfg"])
        #expect(reaction.statuses == [200])
        let late = desk.receive(accepted())
        #expect(late.sent.isEmpty && late.urls.isEmpty)
        #expect(late.server?.deviations == [])
    }

    @Test func aURLEndsTheWindowAndItsTimers() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify())
        #expect(reaction.actions.contains(.cancel(.init(exchange: 1, kind: .retransmit))))
        #expect(reaction.actions.contains(.cancel(.init(exchange: 1, kind: .timeout))))
        #expect(reaction.actions.contains(.schedule(.init(exchange: 1, kind: .forget), after: .seconds(32))))
        #expect(desk.agent.handle(.closeWindow(mac: mac), at: desk.now) == [])
    }

    @Test func repeatedNotifiesAreAnsweredFor32SecondsAndThen481() throws {
        var desk = try Desk.waiting()
        _ = desk.receive(notify())
        for _ in 0..<5 {
            desk.now += .seconds(4)
            let again = desk.receive(notify())
            #expect(again.statuses == [200])
            #expect(again.urls.isEmpty)
        }
        _ = desk.agent.handle(.timerFired(.init(exchange: 1, kind: .forget)), at: desk.now + .seconds(12))
        #expect(desk.receive(notify()).statuses == [481])
        #expect(desk.agent.exchanges.isEmpty && desk.agent.serialByCallID.isEmpty && desk.agent.closedByMAC.isEmpty)
    }

    @Test func aNotifyAfterTheWindowIsAnsweredAndNotUsed() throws {
        var desk = try Desk.waiting()
        let closing = desk.agent.handle(.closeWindow(mac: mac), at: desk.now + .seconds(5))
        #expect(Reaction(actions: closing).notes == [.windowClosed(servers: 0, found: false)])
        desk.now += .seconds(6)
        let late = desk.receive(notify())
        #expect(late.statuses == [200])
        #expect(late.urls.isEmpty)
        #expect(late.notes.first?.description.hasSuffix("not used: too late") == true)
    }

    @Test func aNewSubscribeClosesTheOldWindowAndReplacesAnOlderExchange() throws {
        var desk = try Desk.waiting()
        for number in 2...5 {
            desk.now += .seconds(6)
            _ = desk.agent.handle(.subscribe(try subscribeRequest(callID: "call-\(number)")), at: desk.now)
        }
        #expect(desk.agent.exchanges.count == 2)
        #expect(desk.receive(notify(callID: "Call-ID: call-5")).urls.count == 1)
        #expect(desk.receive(notify(callID: "Call-ID: call-4")).statuses == [481])
    }

    @Test func removingAPhoneForgetsItsExchangesAndCancelsTheirTimers() throws {
        var desk = try Desk.waiting()
        let actions = desk.agent.handle(.phoneRemoved(mac: mac), at: desk.now)
        #expect(
            Set(actions.map { "\($0)" })
                == Set(
                    [
                        SIPUserAgent.Action.cancel(.init(exchange: 1, kind: .timeout)),
                        .cancel(.init(exchange: 1, kind: .retransmit)),
                    ].map { "\($0)" }
                )
        )
        #expect(desk.agent.exchanges.isEmpty)
        #expect(desk.receive(notify()).statuses == [481])
    }

    @Test func theFirstValidURLWinsAndAllNotifiesAreAnswered() throws {
        var desk = try Desk.waiting()
        let second = SIPAddress(host: "198.51.100.2", port: 1_036)
        let third = SIPAddress(host: "198.51.100.3", port: 8_160)
        let bad = desk.receive(notify(body: "file:///etc/passwd"), from: third)
        #expect(bad.statuses == [200] && bad.urls.isEmpty)
        _ = desk.receive(accepted(), from: second)
        desk.now += .milliseconds(4)
        let first = desk.receive(notify(extra: "User-Agent: Kamailio (5.6.3)"), from: serverAddress)
        #expect(first.urls == ["http://198.51.100.1/{MODEL}.cfg"])
        #expect(first.server?.product == "Kamailio (5.6.3)")
        #expect(first.server?.delay == .milliseconds(7))
        #expect(first.notes.last == .windowClosed(servers: 3, found: true))
        let other = desk.receive(notify(body: "http://198.51.100.2/other.cfg"), from: second)
        #expect(other.urls.isEmpty)
        #expect(other.sent.map(\.to) == [second])
        #expect(other.notes.first?.description.contains("198.51.100.2:1036") == true)
        #expect(other.notes.first?.description.hasSuffix("not used: another URL came first") == true)
    }

    @Test func whoseExchangeItIsIsDecidedByTheCallIDAmongManyPhones() throws {
        let macs = (0..<200).map { "0080F0" + ("00000" + String($0, radix: 16, uppercase: true)).suffix(6) }
        var desk = Desk(phones: macs.map { .init(mac: $0, resyncEvent: "") })
        for mac in macs {
            _ = desk.agent.handle(.subscribe(try subscribeRequest(mac: mac, callID: "call-\(mac)")), at: desk.now)
        }
        for mac in macs.reversed() {
            let reaction = desk.receive(notify(callID: "Call-ID: call-\(mac)", body: "http://h/\(mac).cfg"))
            guard
                case .pnpFound(let found, let url, _)? = reaction.actions.first(where: {
                    if case .pnpFound = $0 { true } else { false }
                })
            else {
                Issue.record("no URL for \(mac)")
                continue
            }
            #expect(found == mac && url == "http://h/\(mac).cfg")
        }
    }

    @Test func ourOwnSubscribeAndThoseOfOtherPhonesInTheGroupAreNotAnswered() throws {
        var desk = Desk()
        let sent = Reaction(actions: desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)).sent
        #expect(desk.receive(try #require(sent.first).bytes, from: phoneAddress).actions == [])
        var other = Desk()
        let foreign = Reaction(
            actions: other.agent.handle(.subscribe(try subscribeRequest(callID: "another")), at: desk.now)
        ).sent
        #expect(desk.receive(try #require(foreign.first).bytes, from: strangerAddress).actions == [])
    }
}
