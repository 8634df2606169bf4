@testable import Control
import Testing

private let history = #"{"method":"io.phoneprovd.History"}"# + "\0"
private let endlessWait = #"{"method":"io.phoneprovd.Wait"}"# + "\0"
private let watch = #"{"method":"io.phoneprovd.Status","more":true}"# + "\0"
private let provisionOneway = #"{"method":"io.phoneprovd.Provision","oneway":true}"# + "\0"

@Suite("A connection of the server")
struct ConnectionTests {
    @Test("takes a call that comes byte by byte")
    func fragmentation() async throws {
        try await withServer { test in
            let connection = try test.connect()
            for byte in Array(history.utf8) { try await connection.send([byte]) }
            #expect(try await connection.receiveJSON()?["parameters"] != nil)
        }
    }

    @Test("answers calls that come all at once in their order, one after another")
    func pipelining() async throws {
        try await withServer { test in
            let connection = try test.connect()
            let calls = (1...200).map { #"{"method":"io.phoneprovd.Explain","parameters":{"run":\#($0)}}"# + "\0" }
            try await connection.send(calls.joined())
            for _ in calls { #expect(try await connection.receiveJSON()?["error"] == nil) }
            #expect(test.service.requests.compactMap { ($0 as? ExplainRequest)?.run } == Array(1...200))
        }
    }

    @Test("takes a call as long as the limit, and closes at one that is longer")
    func messageLimit() async throws {
        var limits = ControlLimits()
        limits.maximumMessageBytes = 100_000
        try await withServer(limits: limits) { test in
            let frame = #"{"method":"io.phoneprovd.Set","parameters":{"name":"A","value":""}}"#
            let value = String(repeating: "v", count: limits.maximumMessageBytes - frame.utf8.count)
            let longest = frame.replacing(#""value":"""#, with: #""value":"\#(value)""#)
            let connection = try test.connect()
            #expect(try await connection.ask(longest)?["error"] == nil)
            #expect((test.service.requests.last as? SetRequest)?.value == value)
            // With its terminator, and without: what never ends is not collected for ever.
            for text in [longest + " \0", longest + " "] {
                let connection = try test.connect()
                try await connection.send(text)
                #expect(try await connection.receive() == nil)
            }
            try await test.waitForClose(.messageTooLarge(limit: 100_000))
        }
    }

    @Test("takes a call of a megabyte with the limits as they are, through our own client")
    func megabyte() async throws {
        try await withServer { test in
            let client = try await test.client()
            let value = String(repeating: "x", count: 1_000_000)
            _ = try await client.call(SetRequest(name: "A", value: value))
            #expect((test.service.requests.last as? SetRequest)?.value.utf8.count == 1_000_000)
            let error = await #expect(throws: ControlClientError.self) {
                try await client.call(SetRequest(name: "A", value: value + value + value))
            }
            guard case .callTooLarge(let bytes, limit: 2_097_152)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(bytes > 3_000_000)
        }
    }

    @Test(
        "closes when something is not a call, and says why in the log",
        arguments: [
            ("hello\0", "it is not JSON"),
            ("\0", "it is not JSON"),
            ("[]\0", "it is not a JSON object"),
            ("{}\0", "it has no method"),
            (#"{"method":1}"# + "\0", "its method has the wrong type"),
            (#"{"method":"a.b.C","parameters":[]}"# + "\0", "its parameters has the wrong type"),
            (#"{"method":"a.b.C","more":"yes"}"# + "\0", "its more has the wrong type"),
            (
                #"{"method":"io.phoneprovd.Status","more":true,"oneway":true}"# + "\0",
                "a call without reply cannot ask for more or for an upgrade"
            ),
            ("GET / HTTP/1.1\r\n\r\n\0", "it is not JSON"),
            (String(repeating: "[", count: 100_000) + "\0", "it is not JSON"),
        ]
    )
    func garbage(text: String, reason: String) async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(text + history)
            #expect(try await connection.receive() == nil)
            try await test.waitForClose(.malformed(reason))
            #expect(test.service.requests.isEmpty)
        }
    }

    @Test("lets no client make up lines of the log, or flood it")
    func logLines() async throws {
        try await withServer { test in
            let connection = try test.connect()
            let reply = try await connection.ask(#"{"method":"a.B\n\u0007\u2028Nov 21 sshd: root logged in"}"#)
            #expect(reply?["error"] == .string("org.varlink.service.InterfaceNotFound"))
            _ = try await connection.ask(#"{"method":"a.\#(String(repeating: "B", count: 100_000))"}"#)
            let lines = test.events.all.map(\.description).filter { $0.contains("a.B") }
            #expect(lines.count == 2)
            for line in lines {
                #expect(!line.contains { $0.isNewline || $0 == "\u{7}" })
                #expect(line.count < 1000)
            }
        }
    }

    @Test("closes when a message is not UTF-8")
    func notUTF8() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(Array(#"{"method":""#.utf8) + [0xff, 0xc0] + Array(#""}"#.utf8) + [0])
            #expect(try await connection.receive() == nil)
        }
    }

    @Test("with more brings the state now and at each change, and cancels the stream when the client goes")
    func moreAndDisconnect() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(watch)
            let first = try await connection.receiveJSON()
            #expect(first?["continues"] == .bool(true))
            let change = StatusReply(phones: [Sample.bareStatus])
            test.service.publish(change)
            let second = try #require(try await connection.receive())
            #expect(try MessageCoder.decode(ReplyMessage<StatusReply>.self, from: second).parameters == change)
            await connection.hangUp()
            try await test.service.happenings.wait(for: "updates ended")
            try await test.waitForClose(.peerGone)
        }
    }

    @Test("with more ends the call, not the connection, when the service has no more")
    func endOfUpdates() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(watch + history)
            #expect(try await connection.receiveJSON()?["continues"] == .bool(true))
            test.service.endUpdates()
            let last = try await connection.receiveJSON()
            #expect(last?["continues"] == nil)
            #expect(last?["parameters"]?["phones"] != nil)
            #expect(try await connection.receiveJSON()?["parameters"]?["runs"] != nil)
        }
    }

    @Test("cancels a call that waits when the client goes")
    func waitAndDisconnect() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(endlessWait)
            try await test.service.happenings.wait(for: "called Wait")
            await connection.hangUp()
            try await test.service.happenings.wait(for: "wait cancelled")
        }
    }

    @Test("runs calls that want no reply, also those of a client that has left, and answers none of them")
    func oneway() async throws {
        try await withServer { test in
            let staying = try test.connect()
            try await staying.send(provisionOneway + history)
            #expect(try await staying.receiveJSON()?["parameters"]?["runs"] != nil)

            do {
                let leaving = try test.connect()
                try await leaving.send(provisionOneway + provisionOneway + history + provisionOneway)
            }
            try await test.service.happenings.wait { $0.filter { $0 == "called Provision" }.count == 4 }
        }
    }

    @Test("answers a client that has finished sending, then closes")
    func halfClosed() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(history + history)
            await connection.finishSending()
            #expect(try await connection.receiveJSON()?["parameters"] != nil)
            #expect(try await connection.receiveJSON()?["parameters"] != nil)
            #expect(try await connection.receive() == nil)
            try await test.waitForClose(.peerFinished)
        }
    }

    @Test("goes on telling changes to a client that has finished sending, until it hangs up or is gone")
    func halfClosedWithMore() async throws {
        try await withServer { test in
            for number in 1...2 {
                do {
                    let connection = try test.connect()
                    try await connection.send(watch)
                    await connection.finishSending()
                    #expect(try await connection.receiveJSON()?["continues"] == .bool(true))
                    test.service.publish(Sample.status)
                    #expect(try await connection.receiveJSON()?["continues"] == .bool(true))
                    if number == 1 { await connection.hangUp() }
                }
                try await test.service.happenings.wait { $0.filter { $0 == "updates ended" }.count == number }
            }
        }
    }

    @Test("that ends in the middle of a call is told from one that ends between calls")
    func truncated() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(#"{"method":"#)
            await connection.hangUp()
            try await test.waitForClose(.peerGone)
        }
    }

    @Test("beyond the 64th is told Busy and closed, and one that ends makes room")
    func connectionLimit() async throws {
        try await withServer { test in
            var connections: [RawConnection] = []
            for _ in 0..<64 {
                let connection = try test.connect()
                _ = try await connection.ask(#"{"method":"io.phoneprovd.History"}"#)
                connections.append(connection)
            }
            let refused = try test.connect()
            #expect(try await refused.receiveJSON()?["error"] == .string("io.phoneprovd.Busy"))
            #expect(try await refused.receive() == nil)
            try await test.waitForClose(.tooManyConnections(limit: 64))

            let client = try await test.client()
            let error = await #expect(throws: ControlClientError.self) { try await client.call(HistoryRequest()) }
            guard case .control(.busy)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }

            await connections.removeLast().hangUp()
            try await test.waitForClose(.peerFinished)
            #expect(try await test.connect().ask(#"{"method":"io.phoneprovd.History"}"#)?["error"] == nil)
        }
    }

    @Test("is closed after a time without a call, whatever bytes come meanwhile")
    func idleTimeout() async throws {
        var limits = ControlLimits()
        limits.idleTimeout = .milliseconds(50)
        try await withServer(limits: limits) { test in
            let connection = try test.connect()
            try await connection.send(#"{"method":"#)
            #expect(try await connection.receive() == nil)
            try await test.waitForClose(.idle(seconds: 0.05))
        }
    }

    @Test("is not closed for idleness while a call is under way")
    func notIdleDuringCall() async throws {
        var limits = ControlLimits()
        limits.idleTimeout = .milliseconds(500)
        try await withServer(limits: limits) { test in
            let watching = try test.connect()
            try await watching.send(watch)
            #expect(try await watching.receiveJSON() != nil)
            // Another connection's time-out, begun later, tells that the time has passed.
            #expect(try await test.connect().receive() == nil)
            test.service.publish(Sample.status)
            #expect(try await watching.receiveJSON() != nil)
        }
    }

    @Test("is closed when the client does not read, after one reply's worth of memory")
    func slowReader() async throws {
        var limits = ControlLimits()
        limits.replyTimeout = .milliseconds(100)
        try await withServer(limits: limits) { test in
            let connection = try test.connect()
            try await connection.send(watch)
            try await test.service.happenings.wait(for: "called Status")
            var large = Sample.bareStatus
            large.detail = String(repeating: "d", count: 4_000_000)
            test.service.publish(StatusReply(phones: [large]))
            try await test.waitForClose(.slowReader(seconds: 0.1))
            try await test.service.happenings.wait(for: "updates ended")
        }
    }

    @Test("brings a reader that was slow the newest state, not every one")
    func newestState() async throws {
        try await withServer { test in
            let connection = try test.connect()
            try await connection.send(watch)
            try await test.service.happenings.wait(for: "called Status")
            var status = Sample.bareStatus
            status.detail = String(repeating: "d", count: 1_000_000)
            for number in 1...50 {
                status.runNumber = number
                test.service.publish(StatusReply(phones: [status]))
            }
            var seen: [Int] = []
            while seen.last != 50 {
                let message = try #require(try await connection.receive())
                let reply = try MessageCoder.decode(ReplyMessage<StatusReply>.self, from: message).parameters
                seen += reply.phones.compactMap { $0.detail.count == 1_000_000 ? $0.runNumber : nil }
            }
            #expect(seen == seen.sorted())
            #expect(seen.count < 50)
        }
    }
}
