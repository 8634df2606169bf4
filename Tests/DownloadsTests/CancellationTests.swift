import Downloads
import Testing

@Suite("Cancellation, shutdown and load", .timeLimit(.minutes(1)))
struct CancellationTests {
    /// A server that takes requests and says nothing.
    private func silent() -> TestServer {
        TestServer { server, connection in
            while connection.readHead() != nil { server.note("asked") }
            server.note("closed")
        }
    }

    @Test("cancelling a task ends its download at once and closes the connection")
    func cancel() async throws {
        let server = silent()
        defer { server.stop() }
        try await withEngine { engine in
            // The quickest of a few, as the other tests keep the processors busy.
            var quickest = Duration.seconds(5)
            for number in 1...5 {
                let task = Task { await failure(engine, request(server.url())) }
                await server.wait(for: "asked", times: number)
                let start = ContinuousClock.now
                task.cancel()
                #expect(await task.value == .cancelled)
                quickest = min(quickest, start.age)
                await server.wait(for: "closed", times: number)
            }
            #expect(quickest < .milliseconds(100))
        }
    }

    @Test("a task that is cancelled beforehand downloads nothing")
    func cancelledBefore() async throws {
        let server = silent()
        defer { server.stop() }
        try await withEngine { engine in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure(engine, request(server.url()))
            }
            #expect(await task.value == .cancelled)
        }
        #expect(server.connectionCount == 0)
    }

    @Test("cancelling a download that waits for a place leaves the others alone")
    func cancelWaiting() async throws {
        let server = silent()
        defer { server.stop() }
        try await withEngine(DownloadEngineSettings(maximumTransfers: 1, maximumTransfersPerServer: 1)) { engine in
            let first = Task { await failure(engine, request(server.url())) }
            await server.wait(for: "asked")
            let second = Task { await failure(engine, request(server.url())) }
            let third = Task { await failure(engine, request(server.url())) }
            second.cancel()
            #expect(await second.value == .cancelled)
            first.cancel()
            #expect(await first.value == .cancelled)
            await server.wait(for: "asked", times: 2)
            third.cancel()
            #expect(await third.value == .cancelled)
        }
        #expect(server.connectionCount == 2)
    }

    @Test("shutdown ends everything within 100 ms, and later downloads are refused")
    func shutdown() async throws {
        let server = silent()
        defer { server.stop() }
        var quickest = Duration.seconds(5)
        for number in 1...5 {
            let engine = try DownloadEngine(settings: DownloadEngineSettings(maximumTransfersPerServer: 8))
            let tasks = (0..<20).map { _ in Task { await failure(engine, request(server.url())) } }
            await server.wait(for: "asked", times: 8 * number)
            let start = ContinuousClock.now
            await engine.shutdown()
            quickest = min(quickest, start.age)
            for task in tasks { #expect(await task.value == .cancelled) }
            #expect(await failure(engine, request(server.url())) == .cancelled)
            #expect(await failure(engine, request("ftp://127.0.0.1:\(server.port)/a")) == .cancelled)
            await engine.shutdown()
        }
        #expect(quickest < .milliseconds(100))
    }

    @Test("an engine that nobody keeps lets its downloads' connections go")
    func deinitialization() async throws {
        let server = TestServer { server, connection in
            while connection.readHead() != nil { connection.respond() }
            server.note("closed")
        }
        defer { server.stop() }
        do {
            let engine = try DownloadEngine()
            _ = try await engine.download(request(server.url()))
        }
        await server.wait(for: "closed")
    }

    @Test("open connections are closed after the idle time")
    func idleConnections() async throws {
        let server = TestServer { server, connection in
            while connection.readHead() != nil { connection.respond(body: [1]) }
            server.note("closed")
        }
        defer { server.stop() }
        let settings = DownloadEngineSettings(idleConnectionLifetime: .milliseconds(50))
        try await withEngine(settings) { engine in
            _ = try await engine.download(request(server.url()))
            await server.wait(for: "closed")
            // And it works again after.
            let bytes = try await body(engine, request(server.url()))
            #expect(bytes == [1])
        }
    }

    @Test("an open connection that is forgotten is closed and used no more, also while another download runs")
    func forgottenConnections() async throws {
        let server = TestServer { server, connection in
            while connection.readHead() != nil { connection.respond(body: [1]) }
            server.note("closed")
        }
        let slow = silent()
        defer {
            server.stop()
            slow.stop()
        }
        try await withEngine { engine in
            _ = try await engine.download(request(server.url()))
            engine.forgetConnections()
            await server.wait(for: "closed")

            let stalled = Task { await failure(engine, request(slow.url())) }
            await slow.wait(for: "asked")
            let connections = server.connectionCount
            _ = try await engine.download(request(server.url()))
            _ = try await engine.download(request(server.url()))
            #expect(server.connectionCount == connections + 1)
            engine.forgetConnections()
            _ = try await engine.download(request(server.url()))
            #expect(server.connectionCount == connections + 2)
            stalled.cancel()
            #expect(await stalled.value == .cancelled)
        }
    }

    @Test("servers that do not answer keep no other server's downloads waiting", .timeLimit(.minutes(1)))
    func independence() async throws {
        let slow = silent()
        let quick = TestServer.http { connection, _ in connection.respond(body: [1]) }
        defer {
            slow.stop()
            quick.stop()
        }
        try await withEngine(DownloadEngineSettings(maximumTransfers: 12, maximumTransfersPerServer: 8)) { engine in
            let stalled = (0..<40).map { _ in Task { await failure(engine, patient(slow.url())) } }
            await slow.wait(for: "asked", times: 8)
            for _ in 0..<20 { _ = try await engine.download(request(quick.url())) }
            for task in stalled { task.cancel() }
            for task in stalled { #expect(await task.value == .cancelled) }
        }
    }

    @Test("so many may wait and no more")
    func overload() async throws {
        let server = silent()
        defer { server.stop() }
        let settings = DownloadEngineSettings(maximumTransfers: 1, maximumTransfersPerServer: 1, maximumWaiting: 2)
        try await withEngine(settings) { engine in
            let reasons = await withTaskGroup(of: DownloadError.Reason?.self) { group in
                for _ in 0..<5 { group.addTask { await failure(engine, request(server.url())) } }
                var reasons: [DownloadError.Reason?] = []
                while let reason = await group.next() {
                    reasons.append(reason)
                    // One runs, two wait, so two come back at once; the others never would.
                    if reasons.count == 2 { group.cancelAll() }
                }
                return reasons
            }
            #expect(reasons.prefix(2) == [.overloaded(limit: 2), .overloaded(limit: 2)])
            #expect(reasons.dropFirst(2) == [.cancelled, .cancelled, .cancelled])
        }
    }

    @Test("hundreds of downloads at once all come back")
    func many() async throws {
        let server = TestServer.http { connection, head in
            connection.respond(body: Array(head[0].utf8))
        }
        defer { server.stop() }
        try await withEngine { engine in
            let count = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        let bytes = try await body(engine, request(server.url("/\(number)")))
                        return bytes == Array("GET /\(number) HTTP/1.1".utf8)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(count == 500)
        }
        #expect(server.connectionCount <= 64)
    }

    @Test(
        "settings out of range are refused",
        arguments: [
            DownloadEngineSettings(maximumTransfers: 0), DownloadEngineSettings(maximumTransfers: 5000),
            DownloadEngineSettings(maximumTransfers: 4, maximumTransfersPerServer: 5),
            DownloadEngineSettings(maximumWaiting: -1), DownloadEngineSettings(systemRoots: ""),
            DownloadEngineSettings(idleConnectionLifetime: .seconds(-1)),
        ]
    )
    func settings(settings: DownloadEngineSettings) {
        #expect(throws: DownloadEngineError.self) { try DownloadEngine(settings: settings) }
    }
}
