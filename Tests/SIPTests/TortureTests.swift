import Testing

@testable import SIP

@Suite struct TortureTests {
    @Test func all49MessagesAreHere() {
        #expect(TortureMessage.all.count == 49)
        #expect(Set(TortureMessage.all.map(\.name)).count == 49)
    }

    /// 405 for INVITE, REGISTER and MESSAGE: the RFC's reactions to those are a registrar's and a callee's, and this
    /// user agent is neither. Where the RFC allows leniency or refusal (lwsstart, trws, badaspec, baddn) either is right.
    @Test(arguments: TortureMessage.all)
    func everyMessageGetsTheReactionOfAnEndpoint(torture: TortureMessage) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(torture.bytes, from: strangerAddress)
        #expect(reaction.urls.isEmpty && reaction.resynced.isEmpty)
        switch torture.reaction {
        case .answered(let status):
            #expect(reaction.statuses == [status], "\(reaction.notes)")
            #expect(reaction.sent.map(\.to) == [strangerAddress])
        case .dropped:
            #expect(reaction.sent.isEmpty)
            let status = try parsed(torture.bytes).status
            #expect(reaction.notes == [.dropped(.strayResponse(status: status ?? 0), from: strangerAddress)])
        case .unreadable:
            #expect(reaction.sent.isEmpty)
            #expect(throws: SIPParseError.badStatusCode) { try parsed(torture.bytes) }
        }
    }

    /// Those whose Content-Length is right in the RFC show that no byte is missing here.
    @Test(
        arguments: TortureMessage.all.filter {
            ["clerr", "ncl", "mcl01", "bigcode", "inv2543", "dblreq"].contains($0.name) == false
        }
    )
    func bodiesAreAsLongAsTheyAreInTheRFC(torture: TortureMessage) throws {
        let message = try parsed(torture.bytes)
        #expect(message.contentLength == .bytes(message.payload.count))
        #expect(message.malformedLines == 0)
    }

    /// Every answer can be read, has the request's Vias in their order, and the rest of what RFC 3261 8.2.6.2 asks for.
    @Test(arguments: TortureMessage.all)
    func everyAnswerMatchesItsRequest(torture: TortureMessage) throws {
        guard case .answered = torture.reaction else { return }
        var desk = Desk()
        let request = try parsed(torture.bytes)
        let answer = try desk.receive(torture.bytes, from: strangerAddress).answer()
        #expect(answer.hasEmptyLine && !answer.hasBareLineFeed && answer.malformedLines == 0)
        #expect(answer.contentLength == .bytes(0))
        #expect(answer.count(.via) == request.count(.via))
        for name in [SIPHeader.Name.from, .callID, .cseq] { #expect(answer.value(name) == request.value(name)) }
        if (try? request.nameAddress(.to)) != nil {
            #expect(answer.tag(.to) != nil)
            if let tag = request.tag(.to) { #expect(answer.tag(.to) == tag) }
        }
        if let vias = try? request.vias() {
            let answered = try answer.vias()
            #expect(answered.map { answer.text($0.host) } == vias.map { request.text($0.host) })
            let top = try #require(answered.first)
            #expect(answer.value(of: "received", in: top.parameters) == strangerAddress.host)
            #expect(
                answered.map { answer.value(of: "branch", in: $0.parameters) }
                    == vias.map { request.value(of: "branch", in: $0.parameters) }
            )
        }
    }

    /// What is written anew reads the same.
    @Test(arguments: TortureMessage.all.filter { $0.name != "bigcode" && $0.name != "badvers" })
    func whatIsWrittenAnewReadsTheSame(torture: TortureMessage) throws {
        let message = try parsed(torture.bytes)
        let again = try parsed(message.serialized())
        #expect(again.method == message.method && again.status == message.status)
        #expect(Array(again.body) == Array(message.body))
        let names = Set(message.headers.map(\.name)).subtracting([.contentLength])
        for name in names { #expect(again.value(name) == message.value(name)) }
        #expect(again.serialized() == message.serialized())
    }

    private func message(_ name: String) throws -> SIPMessage {
        try parsed(try #require(TortureMessage.all.first { $0.name == name }).bytes)
    }

    @Test func wsinvIsReadThroughAllItsBlanks() throws {
        let message = try message("wsinv")
        #expect(message.tag(.to) == "1918181833n")
        #expect(message.tag(.from) == "98asjd8")
        #expect(message.value(.maxForwards) == "0068")
        #expect(try message.sequence() == SIPSequence(number: 9, method: .known("INVITE")))
        let vias = try message.vias()
        #expect(vias.map { message.text($0.transport) } == ["UDP", "TCP", "UDP"])
        #expect(vias.map { message.text($0.host) } == ["192.0.2.2", "spindle.example.com", "192.168.255.111"])
        #expect(
            vias.map { message.value(of: "branch", in: $0.parameters) } == [
                "390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239",
            ]
        )
        #expect(message.value(named: "s") == "")
        #expect(message.value(named: "newfangledheader") == "newfangled value continued newfangled value")
        #expect(message.value(named: "UnknownHeaderWithUnusualValue") == ";;,,;;,;")
        let contact = try message.nameAddress(.contact)
        #expect(contact.displayName.map(message.text) == #"Quoted string \"\""#)
        #expect(message.text(contact.uri) == "sip:jdrosen@example.com")
        #expect(message.value(of: "NEWPARAM", in: contact.parameters) == "newvalue")
        #expect(message.value(of: "secondparam", in: contact.parameters) == "")
        #expect(message.value(of: "q", in: contact.parameters) == "0.33")
        #expect(message.value(of: "absent", in: contact.parameters) == nil)
    }

    @Test func intmethKeepsEveryUnusualCharacter() throws {
        let message = try message("intmeth")
        #expect(message.method == .unknown("!interesting-Method0123456789_*+`.%indeed'~"))
        let uri = try SIPURI(try #require(message.requestURI))
        #expect(uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
        #expect(uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
        #expect(uri.host == "example.com")
        let from = try message.nameAddress(.from)
        #expect(from.displayName.map(message.text) == "token1~` token2'+_ token3*%!.-")
        #expect(message.value(of: "fromParam''~+*_!.-%", in: from.parameters) == "работающий")
        #expect(message.tag(.from) == "_token~1'+`*%!-.")
        #expect(message.value(.callID) == #"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#)
        #expect(message.value(named: "extensionHeader-!.%*+_`'~") == "\u{FEFF}大停電")
    }

    @Test func escapesAreReplacedInUsersAndNowhereElse() throws {
        #expect(try SIPURI(try #require(try message("esc01").requestURI)).unescapedUser == "sips:user@example.com")
        let semicolon = try SIPURI(try #require(try message("semiuri").requestURI))
        #expect(semicolon.unescapedUser == "user;par=u@example.net" && semicolon.host == "example.com")
        #expect(try message("esc02").method == .unknown("RE%47IST%45R"))
        #expect(try message("esc02").count(.contact) == 2)
    }

    @Test func theSecondRequestInADatagramIsNotRead() throws {
        let message = try message("dblreq")
        #expect(message.method == .known("REGISTER"))
        #expect(message.body.isEmpty && message.payload.count > 400)
    }

    @Test func aBinaryBodyIsKeptByteForByte() throws {
        #expect(try message("mpart01").body.count == 553)
    }
}
