import Testing

@testable import SIP

/// What PnP servers in use do otherwise than the RFCs say, and what the phone does about it: it takes the URL.
@Suite struct DeviationTests {
    private let url = "http://198.51.100.1/{MODEL}.cfg"

    @Test func aCorrectServerHasNoDeviation() throws {
        var desk = try Desk.waiting()
        #expect(desk.receive(accepted()).deviations == [])
        let reaction = desk.receive(notify())
        #expect(reaction.urls == [url])
        #expect(reaction.deviations == [])
    }

    // 1
    @Test func aResponseWithoutTheEmptyLine() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(accepted(ending: "\r\n"))
        #expect(reaction.deviations == [.noEmptyLine])
        #expect(reaction.actions.contains(.cancel(.init(exchange: 1, kind: .retransmit))))
    }

    // 2
    @Test(arguments: [
        (accepted(toTag: ""), SIPDeviation.responseWithoutToTag),
        (accepted(cseq: "CSeq: 2 SUBSCRIBE"), .responseWithOtherCSeq),
        (accepted(contact: "Contact: <sip:198.51.100.50:5060>"), .uselessContact),
        (accepted(contact: "Contact: "), .uselessContact),
    ])
    func aResponseThatDiffersInOneField(bytes: [UInt8], deviation: SIPDeviation) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(bytes)
        #expect(reaction.deviations == [deviation])
        #expect(reaction.actions.contains(.cancel(.init(exchange: 1, kind: .retransmit))))
        #expect(desk.receive(notify()).urls == [url])
    }

    // 3
    @Test func aNotifyWithOurOwnViaIsAnsweredToItsSource() throws {
        var desk = try Desk.waiting()
        let via = "Via: SIP/2.0/UDP 198.51.100.50:5060;branch=\(ourBranch);rport"
        let source = SIPAddress(host: "198.51.100.1", port: 1_036)
        let reaction = desk.receive(notify(via: via), from: source)
        #expect(reaction.urls == [url])
        #expect(reaction.deviations == [.viaReused])
        #expect(reaction.sent.map(\.to) == [source])
        #expect(
            try reaction.answer().value(.via)
                == "SIP/2.0/UDP 198.51.100.50:5060;branch=\(ourBranch);rport=1036;received=198.51.100.1"
        )
    }

    // 4
    @Test func fromAndToAreNotSwapped() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(
                from: "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=\(ourTag)",
                to: "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>"
            )
        )
        #expect(reaction.urls == [url])
        #expect(reaction.deviations == [.fromAndToNotSwapped, .noToTag])
        #expect(try reaction.answer().tag(.to) == ourTag)
    }

    // 5
    @Test func tagsThatAreOthersOrMissing() throws {
        let user = "<sip:MAC%3a0080F0ABCDEF@224.0.1.75>"
        let cases: [(from: String, to: String, Set<SIPDeviation>)] = [
            ("From: \(user);tag=other", "To: \(user);tag=\(ourTag)", [.fromTagNotFromResponse]),
            ("From: \(user);tag=\(ourTag)", "To: \(user)", [.fromAndToNotSwapped, .noToTag]),
            ("From: \(user)", "To: \(user)", [.noFromTag, .noToTag]),
            ("From: \(user);tag=server", "To: \(user)", [.noToTag]),
            ("From: \(user);tag=server", "To: \(user);tag=x", [.otherToTag]),
        ]
        for (from, to, deviations) in cases {
            var desk = try Desk.waiting()
            _ = desk.receive(accepted())
            let reaction = desk.receive(notify(from: from, to: to))
            #expect(reaction.urls == [url])
            #expect(reaction.statuses == [200])
            #expect(reaction.deviations == deviations)
        }
    }

    // 6
    private func foreignNotify(event: String = "Event: ua-profile;profile-type=\"device\"") -> [UInt8] {
        notify(
            from: "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>",
            to: "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>",
            callID: "Call-ID: 1234567890",
            event: event,
            state: "",
            contentType: ""
        )
    }

    @Test func aForeignCallIDIsRefusedAsItCannotBeToldFromAForgery() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(foreignNotify())
        #expect(reaction.statuses == [481] && reaction.urls.isEmpty)
    }

    @Test func aForeignCallIDIsTakenWhenTheSettingAllowsItAndTheWindowIsOpen() throws {
        var desk = try Desk.waiting(allowForeignCallID: true)
        let reaction = desk.receive(foreignNotify())
        #expect(reaction.statuses == [200] && reaction.urls == [url])
        #expect(
            reaction.deviations == [.foreignCallID, .noContentType, .noSubscriptionState, .noFromTag, .noToTag]
        )
        let again = desk.receive(foreignNotify())
        #expect(again.statuses == [200] && again.urls.isEmpty)
        _ = desk.agent.handle(.timerFired(.init(exchange: 1, kind: .forget)), at: desk.now + .seconds(32))
        #expect(desk.receive(foreignNotify()).statuses == [481])
        #expect(desk.agent.serialByCallID.isEmpty)
    }

    @Test func aForeignCallIDAmongSeveralPhonesIsForTheOneItNames() throws {
        var desk = Desk(
            allowForeignCallID: true,
            phones: [.init(mac: mac, resyncEvent: ""), .init(mac: "0080F0000002", resyncEvent: "")]
        )
        _ = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        _ = desk.agent.handle(
            .subscribe(try subscribeRequest(mac: "0080F0000002", callID: "second")),
            at: desk.now
        )
        let reaction = desk.receive(foreignNotify())
        guard case .pnpFound(let found, _, _)? = reaction.actions.dropFirst().first else {
            Issue.record("no URL: \(reaction.actions)")
            return
        }
        #expect(found == mac)
    }

    // 7
    @Test func aRequestURIWithoutSchemeAndAViaWithTheGroupsAddressAndNoBranch() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(requestURI: "198.51.100.50:5060", via: "Via: SIP/2.0/UDP 224.0.1.75:5060")
        )
        #expect(reaction.urls == [url])
        #expect(reaction.deviations == [.requestURIWithoutScheme, .viaWithoutBranch, .viaWithGroupAddress])
        #expect(reaction.sent.map(\.to) == [serverAddress])
    }

    @Test func theOneLineThatAServerMulticastsWhenItStartsIsNotAnswered() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(Array("NOTIFY 224.0.1.75:5060 SIP/2.0\n".utf8))
        #expect(reaction.sent.isEmpty)
        #expect(reaction.notes == [.dropped(.requestWithoutVia(method: "NOTIFY"), from: serverAddress)])
    }

    // 8
    @Test(arguments: [
        ("", SIPDeviation.noSubscriptionState), ("Subscription-State: active;expires=0", .subscriptionNotTerminated),
    ])
    func subscriptionStateMissingOrNotTerminated(state: String, deviation: SIPDeviation) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(state: state))
        #expect(reaction.urls == [url] && reaction.deviations == [deviation])
    }

    @Test func subscriptionStateWithReasonNoresourceIsCorrect() throws {
        var desk = try Desk.waiting()
        #expect(desk.receive(notify(state: "Subscription-State: terminated;reason=noresource")).deviations == [])
    }

    @Test(arguments: [
        ("", SIPDeviation.noContentType), ("Content-Type: text/plain", .otherContentType),
    ])
    func contentTypeMissingOrAnother(contentType: String, deviation: SIPDeviation) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(contentType: contentType))
        #expect(reaction.urls == [url] && reaction.deviations == [deviation])
    }

    // 9
    @Test(arguments: [
        "Event: ua-profile", "Event: ua-profile;effective-by=0", "o: ua-profile",
        "Event: ua-profile;profile-type=\"device\";vendor=\"OEM\";model=\"OEM\";version=\"1\"",
        "Event: ua-profile;profile-type=\"device\";vendor=\"MIKO\"",
        "Event:ua-profile ; profile-type=\"device\" ; vendor=\"ZeroTouchSIP\"",
    ])
    func everyFormOfTheEventIsTaken(event: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(event: event))
        #expect(reaction.urls == [url] && reaction.deviations == [])
    }

    @Test(arguments: [("", SIPDeviation.noEvent), ("Event: check-sync", .otherEvent), ("Event: ;", .otherEvent)])
    func aMissingOrOtherEventIsNoted(event: String, deviation: SIPDeviation) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(event: event))
        #expect(reaction.urls == [url] && reaction.deviations == [deviation] && reaction.resynced.isEmpty)
    }

    // 10
    @Test func contentLengthTwoLargerThanTheBody() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(contentLength: "Content-Length: \(url.utf8.count + 2)"))
        #expect(reaction.urls == [url] && reaction.deviations == [.contentLengthTooLarge])
    }

    @Test func contentLengthFromAConstantThatCutsTheURLInTheMiddle() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(contentLength: "Content-Length: 24"))
        #expect(reaction.urls == [url] && reaction.deviations == [.contentLengthTooSmall])
    }

    @Test func aLineEndAfterTheURLThatIsCounted() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(body: url + "\r\n"))
        #expect(reaction.urls == [url] && reaction.deviations == [.blanksAfterURL])
    }

    @Test func textBeyondTheContentLengthOnAnotherLineIsNotTheURLs() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(contentLength: "Content-Length: \(url.utf8.count)", body: url + "\r\nINVITE sip:x SIP/2.0")
        )
        #expect(reaction.urls == [url] && reaction.deviations == [.contentLengthTooSmall])
    }

    @Test(arguments: ["", "Content-Length: abc", "Content-Length: -1", "Content-Length: 99999999999999999999"])
    func contentLengthMissingOrNotANumber(contentLength: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(contentLength: contentLength))
        #expect(reaction.urls == [url] && reaction.deviations == [.noContentLength])
    }

    // 11
    @Test func theURLInContentTypeWithAnEmptyBody() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(
                contentType:
                    "Content-Type: message/external-body; access-type=\"URL\"; URL=\"\(url)\";expiration=\"x\"",
                body: ""
            )
        )
        #expect(reaction.urls == [url])
        #expect(reaction.deviations == [.urlInContentType, .otherContentType])
    }

    @Test func theURLInContentTypeWithTheHeadersOfTheExternalBodyAsBody() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(
                contentType: "c: message/external-body; access-type=URL;URL=\"\(url)\"",
                body: "Content-Type: application/x\r\nContent-ID: <a@b>\r\n\r\n"
            )
        )
        #expect(reaction.urls == [url])
    }

    // 12
    @Test func bareLineFeedsAndBlanksAfterTheBody() throws {
        var desk = try Desk.waiting()
        let strict = String(
            decoding: notify(
                from: "From: <sip:MAC0080F0ABCDEF224.0.1.75>;tag=server",
                contentLength: "Content-Length: \(url.utf8.count)"
            ),
            as: UTF8.self
        )
        let loose = strict.replacing("\r\n", with: "\n") + "   \n"
        let reaction = desk.receive(Array(loose.utf8))
        #expect(reaction.urls == [url] && reaction.statuses == [200])
        #expect(reaction.deviations == [.bareLineFeed, .blanksAfterURL])
    }

    // 13
    @Test func fourDatagramsOfTwoServersInAnyOrder() throws {
        let first = SIPAddress(host: "198.51.100.1", port: 40_001)
        let second = SIPAddress(host: "198.51.100.2", port: 1_036)
        let datagrams: [(bytes: [UInt8], source: SIPAddress)] = [
            (accepted(toTag: ""), first), (accepted(toTag: ""), second),
            (notify(cseq: "CSeq: 2 NOTIFY", body: "http://first/"), first),
            (notify(cseq: "CSeq: 3 NOTIFY", body: "http://second/"), second),
        ]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [0, 2, 1, 3], [1, 3, 0, 2]] {
            var desk = try Desk.waiting()
            var urls: [String] = []
            var answered: [SIPAddress] = []
            for index in order {
                let reaction = desk.receive(datagrams[index].bytes, from: datagrams[index].source)
                urls += reaction.urls
                answered += reaction.sent.map(\.to)
            }
            let winner = order.first { $0 >= 2 } == 2 ? "http://first/" : "http://second/"
            #expect(urls == [winner])
            #expect(Set(answered) == [first, second] && answered.count == 2)
        }
    }

    // 14
    @Test(arguments: [(403, "Forbidden"), (404, "Not Found"), (500, "DENY:no such phone"), (603, "Decline")])
    func aServerThatRefusesIsReportedAndTheWindowStaysOpen(status: Int, reason: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(accepted(status: "\(status) \(reason)", extra: "Server: snompnpd"))
        let server = try #require(reaction.server)
        #expect(reaction.actions.contains(.pnpRefused(mac: mac, status: status, reason: reason, server: server)))
        #expect(server.product == "snompnpd")
        #expect(reaction.sent.isEmpty)
        #expect(desk.receive(notify(), from: SIPAddress(host: "198.51.100.2", port: 5060)).urls == [url])
    }

    // 15
    @Test(arguments: ["CSeq: 1 NOTIFY", "CSeq: 2 NOTIFY", "CSeq: 3 NOTIFY", "CSeq: 10 NOTIFY", "CSeq: 0010   NOTIFY"])
    func everyCSeqOfANotifyIsTakenAndEchoed(cseq: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(cseq: cseq))
        #expect(reaction.urls == [url] && reaction.deviations == [])
        #expect(try reaction.answer().value(.cseq) == String(cseq.dropFirst(6)))
    }

    // 16
    @Test(arguments: [
        "http://198.51.100.1/cfg?mac={mac}", "http://198.51.100.1/{MODEL}.cfg", "http://198.51.100.1/provisioning/",
        "http://198.51.100.1/cfg$mac", "tftp://198.51.100.1", "https://id:pass@prov.example.com:8443/d/{MAC}.cfg",
        "ftp://198.51.100.1/x", "198.51.100.1", "prov.example.com:8080/x", "HTTP://198.51.100.1/",
        "http://[2001:db8::1]/{MODEL}.cfg",
    ])
    func everyFormOfURLIsHandedOverAsItIs(body: String) throws {
        var desk = try Desk.waiting()
        #expect(desk.receive(notify(body: body)).urls == [body])
    }

    @Test func allViasAndRecordRoutesOfAProxiedNotifyGoBack() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(
                via: "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK-a;rport\r\n"
                    + "v: SIP/2.0/TCP 198.51.100.2:5060;branch=z9hG4bK-b , SIP/2.0/UDP c;branch=z9hG4bK-c",
                extra: "Record-Route: <sip:198.51.100.1;lr>\r\nRecord-Route: <sip:198.51.100.2;lr>"
            )
        )
        let answer = try reaction.answer()
        #expect(try answer.vias().map { answer.text($0.host) } == ["198.51.100.1", "198.51.100.2", "c"])
        #expect(answer.count(.recordRoute) == 2)
        #expect(
            answer.value(.via) == "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK-a;rport=5060;received=198.51.100.1"
        )
    }

    @Test func aNotifyWithoutAViaIsUsedAndCannotBeAnswered() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(via: ""))
        #expect(reaction.urls == [url] && reaction.sent.isEmpty)
        #expect(reaction.notes.contains(.notifyUnanswerable(from: serverAddress)))
    }

    @Test func aNotifyWithBrokenHeadersIsUsed() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(from: "From: \"x <sip:a@b>", to: "To: ", cseq: "CSeq: one", extra: "this is no header\r\n: nor this")
        )
        #expect(reaction.urls == [url] && reaction.statuses == [200])
        #expect(reaction.deviations.contains(.malformedHeader))
    }

    @Test func theNoteNamesServerURLAndDeviations() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(state: "", extra: "Server: kamailio (5.6.3 (x86_64/linux))"))
        #expect(
            reaction.notes.map(\.description) == [
                "← NOTIFY from 198.51.100.1:5060 (kamailio (5.6.3 (x86_64/linux))), 3 ms; "
                    + "deviations: no Subscription-State: http://198.51.100.1/{MODEL}.cfg",
                "SIP PnP: 1 server(s) answered, URL found",
            ]
        )
    }

    @Test func everyDeviationHasWordsOfItsOwn() {
        #expect(Set(SIPDeviation.allCases.map(\.description)).count == SIPDeviation.allCases.count)
    }
}
