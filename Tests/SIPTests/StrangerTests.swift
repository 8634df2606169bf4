import Testing

@testable import SIP

@Suite struct StrangerTests {
    private func request(
        _ method: String,
        uri: String = "sip:1001@198.51.100.50",
        callID: String = "stranger",
        via: String = "z9hG4bKs",
        extra: String = ""
    ) -> [UInt8] {
        let lines = [
            "\(method) \(uri) SIP/2.0", "Via: SIP/2.0/UDP 203.0.113.9:5060;rport;branch=\(via)", "Max-Forwards: 70",
            "From: <sip:x@203.0.113.9>;tag=x", "To: <sip:1001@198.51.100.50>", "Call-ID: \(callID)",
            "CSeq: 7 \(method)",
            extra, "Content-Length: 0",
        ]
        return Array((lines.filter { !$0.isEmpty }.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    @Test(arguments: [
        ("OPTIONS", 200), ("INVITE", 405), ("REGISTER", 405), ("MESSAGE", 405), ("SUBSCRIBE", 405), ("REFER", 405),
        ("BYE", 481), ("CANCEL", 481), ("NOTIFY", 489), ("FOO", 501), ("options", 501),
    ])
    func everyMethodHasItsAnswer(method: String, status: Int) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(request(method), from: strangerAddress)
        let answer = try reaction.answer()
        #expect(answer.status == status)
        #expect(reaction.sent.map(\.to) == [strangerAddress])
        #expect(answer.value(.via) == "SIP/2.0/UDP 203.0.113.9:5060;rport=40000;branch=z9hG4bKs;received=203.0.113.9")
        if [405, 501].contains(status) || method == "OPTIONS" {
            #expect(answer.value(named: "Allow") == "NOTIFY, OPTIONS")
        }
        if method == "OPTIONS" || status == 489 { #expect(answer.value(named: "Allow-Events") == "ua-profile") }
        if method == "OPTIONS" {
            #expect(answer.value(named: "Accept") == "application/url, message/external-body")
        }
    }

    @Test func anACKAndAResponseAreNeverAnswered() throws {
        var desk = try Desk.waiting()
        #expect(desk.receive(request("ACK")).sent.isEmpty)
        #expect(desk.receive(accepted()).sent.isEmpty)
        #expect(desk.receive(accepted(status: "481 Gone")).sent.isEmpty)
        let own = desk.receive(notify())
        desk.now += .seconds(1)
        let looped = desk.receive(try #require(own.sent.first).bytes)
        #expect(looped.sent.isEmpty)
        #expect(looped.notes == [.dropped(.strayResponse(status: 200), from: serverAddress)])
    }

    @Test func aResponseWithSeveralViasIsForSomebodyElse() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(accepted(extra: "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bKx"))
        #expect(reaction.notes == [.dropped(.misdirectedResponse(status: 200), from: serverAddress)])
        #expect(!reaction.actions.contains(.cancel(.init(exchange: 1, kind: .retransmit))))
    }

    @Test func requestsToTheGroupAreNotAnswered() throws {
        for method in ["OPTIONS", "INVITE", "FOO", "SUBSCRIBE", "NOTIFY"] {
            var desk = try Desk.waiting()
            #expect(desk.receive(request(method, uri: "sip:224.0.1.75:5060")).sent.isEmpty)
        }
    }

    @Test func aSubscribeOfAnotherPhoneIsNotAnsweredWhateverItsForm() throws {
        var desk = try Desk.waiting()
        let event = "Event: ua-profile;profile-type=\"device\";vendor=\"OEM\""
        #expect(
            desk.receive(request("SUBSCRIBE", uri: "sip:MAC%3a000413000000@example.com", extra: event)).actions == []
        )
    }

    @Test func keepAlivesAreNotWorthANote() {
        var desk = Desk()
        #expect(desk.receive([]).actions == [])
        #expect(desk.receive(Array("\r\n\r\n".utf8)).actions == [])
    }

    @Test func theSameRequestGetsTheSameAnswerAndAnotherSecretAnotherTag() throws {
        var desk = Desk()
        let first = desk.receive(request("INVITE"))
        #expect(
            try #require(first.sent.first).bytes == (try #require(desk.receive(request("INVITE")).sent.first).bytes)
        )
        var other = SIPUserAgent(configuration: .init(userAgent: "Panasonic", tagSeed: 8))
        let reaction = Reaction(actions: other.handle(.datagram(request("INVITE"), from: strangerAddress), at: .zero))
        #expect(try reaction.answer().tag(.to) != (try first.answer().tag(.to)))
    }

    @Test func aMergedOptionsIsRefusedAndARetransmittedOneIsAnswered() {
        var desk = Desk()
        #expect(desk.receive(request("OPTIONS", via: "z9hG4bK1")).statuses == [200])
        #expect(desk.receive(request("OPTIONS", via: "z9hG4bK1")).statuses == [200])
        #expect(desk.receive(request("OPTIONS", via: "z9hG4bK2")).statuses == [482])
        #expect(desk.receive(request("OPTIONS", callID: "other", via: "z9hG4bK2")).statuses == [200])
    }

    @Test func aFloodOfStrangersIsAnsweredAndNotedToALimitAndGrowsNothing() throws {
        var desk = try Desk.waiting()
        var answers = 0
        var notes = 0
        let garbage = [UInt8](repeating: 0x41, count: 200)
        for number in 0..<12_000 {
            let bytes =
                number % 3 == 0 ? garbage : request(number % 3 == 1 ? "NOTIFY" : "OPTIONS", callID: "c\(number)")
            let reaction = desk.receive(bytes, from: SIPAddress(host: "203.0.113.\(number % 250)", port: 5_060))
            answers += reaction.sent.count
            notes += reaction.notes.count
        }
        #expect(answers == SIPLimits.maximumStrangerAnswersPerSecond)
        #expect(notes == SIPLimits.maximumStrangerNotesPerSecond)
        #expect(desk.agent.exchanges.count == 1)
        desk.now += .seconds(1)
        let next = desk.receive(garbage)
        guard case .withSuppressed(.dropped, let count)? = next.notes.first, next.notes.count == 1 else {
            Issue.record("\(next.notes)")
            return
        }
        #expect(count == 12_000 - SIPLimits.maximumStrangerNotesPerSecond)
        #expect(desk.receive(notify()).urls.count == 1)
    }

    @Test func aFloodThatKnowsTheCallIDGrowsNothingEither() throws {
        var desk = try Desk.waiting()
        var notes = 0
        for number in 0..<4_000 {
            let source = SIPAddress(host: "203.0.113.\(number % 250)", port: 1_024 + number % 60_000)
            let reaction = desk.receive(number % 2 == 0 ? notify(body: "") : accepted(status: "404 No"), from: source)
            notes += reaction.notes.count
        }
        #expect(notes <= SIPLimits.maximumExchangeNotes + 5)
        #expect(desk.agent.exchanges[1]?.answerers.count == SIPLimits.maximumServers)
        #expect(desk.receive(notify()).urls.count == 1)
    }

    @Test func theTableOfRecentRequestsHasAFixedSize() {
        var recent = RecentRequests()
        for key in 0..<UInt64(10_000) {
            #expect(recent.check(key: key, via: 1, hasToTag: false, at: .zero) == .new)
        }
        #expect(recent.check(key: 9_999, via: 1, hasToTag: false, at: .seconds(1)) == .retransmission)
        #expect(recent.check(key: 9_999, via: 2, hasToTag: false, at: .seconds(1)) == .merged)
        #expect(recent.check(key: 9_999, via: 1, hasToTag: false, at: .seconds(32)) == .new)
        #expect(recent.check(key: 0, via: 2, hasToTag: false, at: .seconds(1)) == .new)
    }

    @Test func phonesBeyondTheLimitAreRefused() {
        var directory = PhoneDirectory()
        for number in 0..<SIPLimits.maximumPhones {
            guard directory.add(.init(mac: "\(number)", resyncEvent: "x")) else {
                Issue.record("refused at \(number)")
                return
            }
        }
        let isOneMoreTaken = directory.add(.init(mac: "one more", resyncEvent: ""))
        let isReplaced = directory.add(.init(mac: "7", resyncEvent: "x"))
        #expect(!isOneMoreTaken && isReplaced)
    }
}
