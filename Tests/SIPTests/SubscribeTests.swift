import Testing

@testable import SIP

@Suite struct SubscribeTests {
    @Test func theSubscribeHasTheFormThatServersReadByLineNumber() throws {
        var desk = Desk()
        let reaction = Reaction(actions: desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now))
        let (bytes, to) = try #require(reaction.sent.first)
        #expect(to == SIPAddress(host: "224.0.1.75", port: 5060))
        let expected = wireWithoutBody(
            """
            SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0
            Via: SIP/2.0/UDP 198.51.100.50:5060;branch=z9hG4bK0123456789abcdef;rport
            From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=tag0123456789
            To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>
            Call-ID: c0ffee00c0ffee00c0ffee00c0ffee00
            CSeq: 1 SUBSCRIBE
            Event: ua-profile;profile-type="device";vendor="Panasonic";model="KX-UTG200B";version="03.131"
            Expires: 0
            Accept: application/url
            Contact: <sip:198.51.100.50:5060>
            User-Agent: Panasonic_KX-UTG200B/03.131 (0080f0abcdef)
            Max-Forwards: 70
            Content-Length: 0
            """
        )
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
    }

    @Test func aServerThatReadsByLineAndColumnFindsMACAndModel() throws {
        var desk = Desk()
        let reaction = Reaction(actions: desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now))
        let bytes = try #require(reaction.sent.first).bytes
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        #expect(String(lines[0].utf8.dropFirst(20).prefix(12)) == "0080F0ABCDEF")
        #expect(lines[1].hasPrefix("Via: SIP/2.0/UDP 198.51.100.50:5060;branch="))
        #expect(lines[5] == "CSeq: 1 SUBSCRIBE")
        #expect(lines[6].hasPrefix("Event: ua-profile;profile-type=\"device\";vendor=\""))
        let quoted = lines[6].split(separator: "\"")
        #expect([quoted[3], quoted[5], quoted[7]] == ["Panasonic", "KX-UTG200B", "03.131"])
    }

    @Test(
        arguments: [
            (SubscribeRequest.UserForm.escapedLowercase, nil, "sip:MAC%3a0080F0ABCDEF@224.0.1.75"),
            (.escapedUppercase, nil, "sip:MAC%3A0080F0ABCDEF@224.0.1.75"),
            (.plain, "example.com", "sip:MAC0080F0ABCDEF@example.com"),
            (.escapedLowercase, "[2001:db8::1]", "sip:MAC%3a0080F0ABCDEF@[2001:db8::1]"),
        ] as [(SubscribeRequest.UserForm, String?, String)]
    )
    func userPartAndHostAreSettings(form: SubscribeRequest.UserForm, host: String?, uri: String) throws {
        var desk = Desk()
        let request = try subscribeRequest(userForm: form, host: host)
        let reaction = Reaction(actions: desk.agent.handle(.subscribe(request), at: desk.now))
        let message = try parsed(try #require(reaction.sent.first).bytes)
        #expect(message.requestURI == uri)
        #expect(message.value(.to) == "<\(uri)>")
        #expect(message.value(.from) == "<\(uri)>;tag=\(ourTag)")
    }

    @Test func quotesInAValueAreEscapedAndReadBackTheSame() throws {
        var desk = Desk()
        let request = try subscribeRequest(vendor: "a\"b\\c;d")
        let reaction = Reaction(actions: desk.agent.handle(.subscribe(request), at: desk.now))
        let message = try parsed(try #require(reaction.sent.first).bytes)
        let event = try message.event()
        #expect(message.value(of: "vendor", in: event.parameters) == "a\"b\\c;d")
        #expect(message.value(of: "model", in: event.parameters) == "KX-UTG200B")
    }

    @Test func aValueThatCouldNotStandInAMessageIsRefused() throws {
        #expect(throws: SubscribeRequest.ValueError.mac("0080F0ABCDE")) { try subscribeRequest(mac: "0080F0ABCDE") }
        #expect(throws: SubscribeRequest.ValueError.mac("0080F0ABCDEG")) { try subscribeRequest(mac: "0080F0ABCDEG") }
        #expect(throws: SubscribeRequest.ValueError.host("a b")) { try subscribeRequest(host: "a b") }
        #expect(throws: SubscribeRequest.ValueError.host("")) { try subscribeRequest(host: "") }
        #expect(throws: SubscribeRequest.ValueError.host("[x]")) { try subscribeRequest(host: "[x]") }
        #expect(throws: SubscribeRequest.ValueError.text(name: "vendor")) {
            try subscribeRequest(vendor: "a\r\nRoute: x")
        }
        #expect(throws: SubscribeRequest.ValueError.text(name: "vendor")) {
            try subscribeRequest(vendor: String(repeating: "v", count: 129))
        }
        #expect(throws: PnPIdentifiers.NotATokenError.self) {
            try PnPIdentifiers(callID: "a b", branch: "b", fromTag: "c")
        }
    }

    @Test func randomIdentifiersAre128BitsEachAndNeverTheSame() {
        let many = (0..<1_000).map { _ in PnPIdentifiers.random() }
        #expect(Set(many.map(\.callID)).count == 1_000)
        #expect(Set(many.map(\.branch)).count == 1_000)
        #expect(many.allSatisfy { $0.callID.utf8.count == 32 && $0.fromTag.utf8.count == 32 })
        #expect(many.allSatisfy { $0.branch.hasPrefix("z9hG4bK") && $0.branch.utf8.count == 39 })
    }

    @Test func anIPv6PhoneWritesItsAddressInBrackets() throws {
        var agent = SIPUserAgent(
            configuration: .init(group: SIPAddress(host: "ff02::4b", port: 5060), userAgent: "x", tagSeed: 1)
        )
        _ = agent.handle(.phoneAdded(.init(mac: mac, resyncEvent: "")), at: .zero)
        _ = agent.handle(.localAddressChanged(SIPAddress(host: "2001:db8::50", port: 5062)), at: .zero)
        let reaction = Reaction(actions: agent.handle(.subscribe(try subscribeRequest()), at: .zero))
        let message = try parsed(try #require(reaction.sent.first).bytes)
        #expect(message.requestURI == "sip:MAC%3a0080F0ABCDEF@[ff02::4b]")
        #expect(message.value(.contact) == "<sip:[2001:db8::50]:5062>")
        let via = try message.topVia()
        #expect(message.text(via.host) == "[2001:db8::50]")
        #expect(via.port == 5062)
    }

    @Test func withoutAddressOrPhoneNothingIsSentAndANoteSaysWhy() throws {
        var agent = SIPUserAgent(configuration: .init(userAgent: "x"))
        let request = try subscribeRequest()
        #expect(agent.handle(.subscribe(request), at: .zero) == [.note(mac: mac, .notSubscribed(.unknownPhone))])
        _ = agent.handle(.phoneAdded(.init(mac: mac, resyncEvent: "")), at: .zero)
        #expect(agent.handle(.subscribe(request), at: .zero) == [.note(mac: mac, .notSubscribed(.noLocalAddress))])
        _ = agent.handle(.localAddressChanged(phoneAddress), at: .zero)
        #expect(Reaction(actions: agent.handle(.subscribe(request), at: .zero)).sent.count == 1)
        #expect(agent.handle(.subscribe(request), at: .zero) == [.note(mac: mac, .notSubscribed(.callIDInUse))])
    }
}
