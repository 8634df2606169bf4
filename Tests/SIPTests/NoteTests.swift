import Testing

@testable import SIP

@Suite struct NoteTests {
    @Test func foreignTextCannotBreakALineOrFillTheLog() {
        #expect("a\r\nb\u{1B}[31m\0\u{2028}\u{202E}".printable() == "a??b?[31m???")
        let long = String(repeating: "x", count: 10_000).printable()
        #expect(long.utf8.count <= SIPLimits.maximumNotedText + 3)
    }

    @Test func everyNoteIsOneLine() {
        let server = PnPServer(
            address: serverAddress,
            product: "a\nb",
            delay: .milliseconds(12),
            deviations: [.noToTag, .noEvent]
        )
        let notes: [SIPNote] = [
            .subscribeSent(requestURI: "sip:x\n", to: .pnpGroup, attempt: 1), .notSubscribed(.unknownPhone),
            .notSubscribed(.noLocalAddress), .notSubscribed(.callIDInUse),
            .responseReceived(status: 200, reason: "O\nK", server: server),
            .notifyReceived(url: "http://h/\n", used: .taken, server: server),
            .notifyReceived(url: "http://h/\n", used: .notFirst, server: server),
            .notifyReceived(url: "http://h/\n", used: .tooLate, server: server),
            .notifyWithoutURL(.scheme("\n"), server: server), .notifyRepeated(server: server),
            .notifyUnanswerable(from: serverAddress), .windowClosed(servers: 0, found: false),
            .windowClosed(servers: 2, found: false), .transactionTimedOut,
            .resyncReceived(event: "\n", requestURI: "\n", from: serverAddress), .resyncRepeated(from: serverAddress),
            .answered(method: "\n", from: serverAddress, status: 405, reason: "x", why: "\n"),
            .dropped(.unreadable(.lineTooLong(line: 3)), from: serverAddress),
            .dropped(.strayResponse(status: 200), from: serverAddress),
            .dropped(.misdirectedResponse(status: 200), from: serverAddress), .dropped(.ack, from: serverAddress),
            .dropped(.notForPhones(method: "\n"), from: serverAddress),
            .dropped(.requestWithoutVia(method: "\n"), from: serverAddress),
            .dropped(.tooManyRequests, from: serverAddress), .suppressed(count: 5), .phoneRefused(limit: 1),
        ]
        #expect(Set(notes.map(\.description)).count == notes.count)
        for note in notes { #expect(!note.description.contains("\n"), "\(note)") }
        #expect(server.description == "198.51.100.1:5060 (a?b), 12 ms; deviations: To without tag, no Event")
    }
}
