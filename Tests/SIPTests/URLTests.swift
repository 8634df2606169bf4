import Testing

@testable import SIP

@Suite struct URLTests {
    private func problem(_ body: [UInt8]) -> PnPURLProblem? {
        switch PnPURL.check(PnPURL.trim(body[...])) {
        case .success: nil
        case .failure(let error): error.problem
        }
    }

    @Test(arguments: [
        ("", PnPURLProblem.empty), (" \r\n\t", .empty), ("file:///etc/passwd", .scheme("file")),
        ("file:/etc/passwd", .scheme("file")), ("gopher://x/", .scheme("gopher")),
        ("javascript:alert(1)", .scheme("javascript")),
        ("mailto:a@b", .scheme("mailto")), ("data:text/plain,x", .scheme("data")), ("ftps://x/", .scheme("ftps")),
        ("http:///x", .noHost), ("http://", .noHost), ("http:x", .noHost), ("http://:80/", .noHost),
        ("http://h:99999/", .noHost), ("http://h:x/", .noHost), ("http://[::1/", .noHost), ("http://[]/", .noHost),
        ("/only/a/path", .noHost), ("<http://h/>", .noHost), ("\"http://h/\"", .noHost), ("?", .noHost),
        ("http://h/a b", .blank), ("http://h/a\r\nhttp://h/b", .blank), ("a\tb", .blank),
        ("http://h/\0", .controlCharacter), ("http://h/\u{7F}", .controlCharacter),
        ("http://h/\u{85}", .controlCharacter),
    ])
    func whatIsNoURLIsSaidToBeNone(text: String, expected: PnPURLProblem) {
        #expect(problem(Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        "http://h", "https://h/", "tftp://10.0.0.2/{MODEL}.cfg", "FTP://h/x", "h", "10.0.0.2", "10.0.0.2:69/x",
        "user:pass@h/x", "http://user:p@ss@h:8080/x?y#z", "[2001:db8::1]", "http://[2001:db8::1]:8080/x", "h:80",
        "http://{MAC}.example.com/", "http://h/ü", "host_name/x", "http://h?x",
    ])
    func whatIsAURLOrAHostIsTaken(text: String) {
        #expect(problem(Array(text.utf8)) == nil)
        #expect(problem(Array(" \r\n\(text)\r\n \t".utf8)) == nil)
    }

    @Test func theLimitIsExact() {
        let prefix = "http://h/"
        let longest = prefix + String(repeating: "x", count: SIPLimits.maximumURLLength - prefix.utf8.count)
        #expect(problem(Array(longest.utf8)) == nil)
        #expect(problem(Array((longest + "x").utf8)) == .tooLong(length: 2_049))
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(problem(Array("http://h/".utf8) + [0xFF]) == .notText)
        #expect(problem(Array("http://h/".utf8) + [0xC3]) == .notText)
    }

    @Test(arguments: ["file:///etc/passwd", String(repeating: "http://h/x", count: 1_024), "", "http://h/\0"])
    func anInvalidURLIsAnsweredAndThePhoneGoesOnWaiting(body: String) throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(notify(body: body))
        #expect(reaction.statuses == [200] && reaction.urls.isEmpty)
        let note = try #require(reaction.notes.first?.description)
        #expect(note.contains("no valid URL: "))
        #expect(desk.receive(notify(cseq: "CSeq: 2 NOTIFY")).urls == ["http://198.51.100.1/{MODEL}.cfg"])
    }

    @Test func anExternalBodyWithoutAURLIsNone() throws {
        var desk = try Desk.waiting()
        let reaction = desk.receive(
            notify(contentType: "Content-Type: message/external-body;access-type=URL", body: "")
        )
        #expect(reaction.statuses == [200] && reaction.urls.isEmpty)
    }

    @Test func everyProblemIsToldInOneLine() {
        let problems: [PnPURLProblem] = [
            .empty, .tooLong(length: 9_999), .controlCharacter, .blank, .notText, .scheme("file\n"), .noHost,
            .unusable("a\nb"),
        ]
        for problem in problems { #expect(!problem.description.contains("\n") && !problem.description.isEmpty) }
    }

    @Test func aURLThatThePhoneCannotUseDoesNotEndTheWait() throws {
        let phone = SIPUserAgent.Phone(mac: mac, resyncEvent: "") { url in
            url.hasSuffix("/bad") ? "it ends\nbadly" : nil
        }
        var desk = Desk(phones: [phone])
        _ = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        let refused = desk.receive(notify(body: "http://h/bad"))
        #expect(refused.statuses == [200] && refused.urls.isEmpty)
        #expect(try #require(refused.notes.first?.description).hasSuffix("no valid URL: it ends?badly"))
        let other = SIPAddress(host: "198.51.100.2", port: 5060)
        #expect(desk.receive(notify(body: "http://h/good"), from: other).urls == ["http://h/good"])
    }
}
