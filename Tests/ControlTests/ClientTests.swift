@testable import Control
import Glibc
import Testing

@Suite("The client")
struct ClientTests {
    @Test("tells a missing socket from one at which nobody listens")
    func noDaemon() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/socket"
        let missing = await #expect(throws: ControlClientError.self) { try await ControlClient.connect(to: path) }
        #expect(missing == .noDaemon(path: path))
        #expect(missing?.isNoDaemon == true)

        let descriptor = UnixAddress.makeSocket()
        try #require(UnixAddress.with(path: path) { bind(descriptor, $0, $1) } == 0)
        close(descriptor)
        let dead = await #expect(throws: ControlClientError.self) { try await ControlClient.connect(to: path) }
        #expect(dead == .refused(path: path))
        #expect(dead?.isNoDaemon == true)

        let below = await #expect(throws: ControlClientError.self) {
            try await ControlClient.connect(to: "\(path)/socket")
        }
        #expect(below == .noDaemon(path: "\(path)/socket"))
    }

    @Test("tells when it may not connect", .enabled(if: geteuid() != 0, "root may connect everywhere"))
    func permissionDenied() async throws {
        try await withServer(configure: { $0.mode = 0o000 }) { test in
            await #expect(throws: ControlClientError.permissionDenied(path: test.path)) {
                try await ControlClient.connect(to: test.path)
            }
        }
    }

    @Test("refuses a path that no socket can have", arguments: ["", String(repeating: "p", count: 108), "a\0b"])
    func unusablePath(path: String) async throws {
        await #expect(throws: ControlClientError.unusablePath(path: path, limit: 107)) {
            try await ControlClient.connect(to: path)
        }
    }

    @Test("gives up in time when the daemon accepts no connection")
    func fullQueue() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/socket"
        let daemon = try FakeDaemon(path: path, backlog: 0)
        let first = try await ControlClient.connect(to: path)
        let error = await #expect(throws: ControlClientError.self) {
            try await ControlClient.connect(to: path, timeout: .milliseconds(30))
        }
        #expect(error == .timedOut(path: path, seconds: 0.03))
        withExtendedLifetime((daemon, first)) {}
    }

    @Test("gives up in time when no reply comes, and is closed after that")
    func timeout() async throws {
        try await withServer { test in
            let client = try await test.client()
            let clock = ContinuousClock()
            let begin = clock.now
            await #expect(throws: ControlClientError.timedOut(path: test.path, seconds: 0.05)) {
                try await client.call(WaitRequest(), timeout: .milliseconds(50))
            }
            let duration = begin.duration(to: clock.now)
            #expect(duration >= .milliseconds(50))
            await #expect(throws: ControlClientError.closed) { try await client.call(HistoryRequest()) }
            try await test.service.happenings.wait(for: "wait cancelled")
        }
    }

    @Test("can be cancelled while it waits, and only the call that was meant ends")
    func cancellation() async throws {
        try await withServer { test in
            let client = try await test.client()
            let waiting = Task { try await client.call(WaitRequest(), timeout: nil) }
            try await test.service.happenings.wait(for: "called Wait")
            let queued = Task { try await client.call(HistoryRequest()) }
            queued.cancel()
            waiting.cancel()
            for result in [await waiting.result.map { _ in }, await queued.result.map { _ in }] {
                #expect { try result.get() } throws: { $0 as? ControlClientError == .cancelled }
            }
            try await test.service.happenings.wait(for: "wait cancelled")
        }
    }

    @Test("goes on when a call that waits for its turn is cancelled")
    func cancellationOfAnother() async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/socket"
        let daemon = try FakeDaemon(path: path)
        let client = try await ControlClient.connect(to: path)
        let first = Task { try await client.call(ProvisionRequest()) }
        let message = try await daemon.receive()
        #expect(String(decoding: message, as: UTF8.self) == #"{"method":"io.phoneprovd.Provision","parameters":{}}"#)
        let second = Task { try await client.call(ProvisionRequest()) }
        second.cancel()
        try await daemon.reply(#"{"parameters":{}}"# + "\0")
        #expect(try await first.value == EmptyReply())
        #expect(await second.result.map { _ in }.isCancelled)
    }

    @Test(
        "tells what is wrong with a reply that is none",
        arguments: [
            ("hello\0", "a reply cannot be read"),
            ("[]\0", "a reply cannot be read"),
            ("{}\0", "a reply cannot be read"),
            (#"{"parameters":{"runs":3}}"# + "\0", "a reply cannot be read"),
            (#"{"parameters":{"runs":[]},"continues":true}"# + "\0", "several replies"),
        ]
    )
    func brokenReply(text: String, reason: String) async throws {
        let directory = try TemporaryDirectory()
        let daemon = try FakeDaemon(path: "\(directory.path)/socket")
        let client = try await ControlClient.connect(to: "\(directory.path)/socket")
        async let answered = daemon.answer(text)
        let error = await #expect(throws: ControlClientError.self) { try await client.call(HistoryRequest()) }
        guard case .protocolViolation(_, let said)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(said.hasPrefix(reason))
        _ = try await answered
        await #expect(throws: ControlClientError.closed) { try await client.call(HistoryRequest()) }
    }

    @Test("tells when the daemon hangs up, before or in the middle of a reply", arguments: ["", #"{"parameters"#])
    func hangUp(text: String) async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/socket"
        let daemon = try FakeDaemon(path: path)
        let client = try await ControlClient.connect(to: path)
        async let answered = daemon.answer(text, thenHangUp: true)
        await #expect(throws: ControlClientError.connectionClosed(path: path)) {
            try await client.call(HistoryRequest())
        }
        _ = try await answered
    }

    @Test("tells the name of an error that it does not know, and those of the service")
    func otherErrors() async throws {
        let directory = try TemporaryDirectory()
        let daemon = try FakeDaemon(path: "\(directory.path)/socket")
        let client = try await ControlClient.connect(to: "\(directory.path)/socket")
        async let answered = daemon.answer(#"{"error":"io.phoneprovd.OnFire","parameters":{"where":"here"}}"# + "\0")
        await #expect(throws: ControlClientError.unknownError(name: "io.phoneprovd.OnFire")) {
            try await client.call(HistoryRequest())
        }
        _ = try await answered

        try await withServer { test in
            let client = try await test.client()
            let error = VarlinkServiceError.methodNotFound(method: "io.phoneprovd.Dance")
            await #expect(throws: ControlClientError.service(error)) {
                let _: EmptyReply = try await client.call(
                    method: "io.phoneprovd.Dance",
                    parameters: EmptyReply()
                )
            }
        }
    }

    @Test("reads replies as they come, until the daemon has no more, and then calls on")
    func replies() async throws {
        try await withServer { test in
            let client = try await test.client()
            let replies = try await client.replies(to: StatusRequest())
            var iterator = replies.makeAsyncIterator()
            #expect(try await iterator.next() == Sample.status)
            await #expect(throws: ControlClientError.self) { try await client.call(HistoryRequest()) }
        }
        try await withServer { test in
            let client = try await test.client()
            var iterator = try await client.replies(to: StatusRequest()).makeAsyncIterator()
            #expect(try await iterator.next() == Sample.status)
            let change = StatusReply(phones: [Sample.bareStatus])
            test.service.publish(change)
            #expect(try await iterator.next() == change)
            test.service.endUpdates()
            // The last reply repeats the state, and ends the call.
            #expect(try await iterator.next() == change)
            #expect(try await iterator.next() == nil)
            #expect(try await client.call(HistoryRequest()) == Sample.history)
        }
    }

    @Test("stops reading replies when its task is cancelled, and the daemon hears of it")
    func cancelledReplies() async throws {
        try await withServer { test in
            let client = try await test.client()
            let seen = Happenings<StatusReply>()
            let watching = Task {
                for try await reply in try await client.replies(to: StatusRequest()) { seen.add(reply) }
            }
            try await seen.wait(for: Sample.status)
            watching.cancel()
            await #expect(throws: ControlClientError.cancelled) { try await watching.value }
            try await test.service.happenings.wait(for: "updates ended")
        }
    }

    @Test("leaves no call at the daemon when the task is cancelled between two replies")
    func cancelledBetweenReplies() async throws {
        try await withServer { test in
            let client = try await test.client()
            let seen = Happenings<StatusReply>()
            let goOn = Happenings<String>()
            let watching = Task {
                var iterator = try await client.replies(to: StatusRequest()).makeAsyncIterator()
                seen.add(try #require(try await iterator.next()))
                try await goOn.wait(for: "cancelled")
                _ = try await iterator.next()
            }
            try await seen.wait(for: Sample.status)
            watching.cancel()
            goOn.add("cancelled")
            await #expect(throws: ControlClientError.cancelled) { try await watching.value }
            try await test.service.happenings.wait(for: "updates ended")
        }
    }

    @Test("brings the daemon's error as the end of the replies")
    func failingReplies() async throws {
        try await withServer { test in
            test.service.fail(with: ControlError.ambiguousPhone(known: ["a", "b"]))
            let client = try await test.client()
            var iterator = try await client.replies(to: StatusRequest()).makeAsyncIterator()
            await #expect(throws: ControlClientError.control(.ambiguousPhone(known: ["a", "b"]))) {
                try await iterator.next()
            }
            #expect(try await iterator.next() == nil)
        }
    }

    @Test("calls without waiting for a reply, and may leave at once")
    func oneway() async throws {
        try await withServer { test in
            do {
                let client = try await test.client()
                try await client.send(DhcpEventRequest(variables: ["reason": "BOUND"]))
                await client.close()
            }
            try await test.service.happenings.wait(for: "called DhcpEvent")
        }
    }

    @Test("hears that the daemon is ending")
    func shuttingDown() async throws {
        var limits = ControlLimits()
        limits.shutdownGrace = .seconds(4)
        try await withServer(limits: limits) { test in
            let client = try await test.client()
            async let reply = client.call(WaitRequest())
            try await test.service.happenings.wait(for: "called Wait")
            test.server.shutdown()
            let result: Result<WaitReply, any Error>
            do { result = .success(try await reply) } catch { result = .failure(error) }
            #expect { try result.get() } throws: { $0 as? ControlClientError == .control(.shuttingDown) }
        }
    }
}

extension Result where Success == Void, Failure == any Error {
    fileprivate var isCancelled: Bool {
        switch self {
        case .success: false
        case .failure(let error): error as? ControlClientError == .cancelled
        }
    }
}
