import Downloads
import Testing

@Suite("Connections that end badly")
struct BrokenConnectionTests {
    @Test("a port that nothing listens on")
    func refused() async throws {
        let port = Loopback.closedPort()
        try await withEngine { engine in
            let reason = await failure(engine, request("http://127.0.0.1:\(port)/a"))
            #expect(reason == .connectionRefused(server: "127.0.0.1:\(port)"))
        }
    }

    @Test("a name without an address")
    func name() async throws {
        try await withEngine { engine in
            // RFC 6761 section 6.4: there is never such a name. Without a network there is no answer at all.
            let reason = await failure(
                engine,
                request("http://phone.invalid/a") { $0.timeouts.connect = .seconds(1) }
            )
            #expect(
                reason == .nameNotResolved(host: "phone.invalid")
                    || reason == .nameLookupTimeout(host: "phone.invalid", after: .seconds(1))
            )
        }
    }

    @Test("a file that is shorter than announced")
    func truncated() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n01234")
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .truncated(received: 5))
        }
    }

    @Test("chunks without the last one")
    func truncatedChunks() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n")
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .truncated(received: 5))
        }
    }

    @Test("a reset in the middle")
    func reset() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n01234")
            connection.breakOff()
        }
        defer { server.stop() }
        try await withEngine { engine in
            // The reset may overtake what was sent before it.
            let reason = await failure(engine, request(server.url()))
            #expect(reason == .connectionReset(received: 5) || reason == .connectionReset(received: 0))
        }
    }

    @Test("a close without an answer")
    func empty() async throws {
        let server = TestServer { _, connection in _ = connection.readHead() }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .emptyReply)
        }
    }

    @Test("something that is not HTTP")
    func notHTTP() async throws {
        let server = TestServer { _, connection in connection.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n") }
        defer { server.stop() }
        try await withEngine { engine in
            guard case .badReply = await failure(engine, request(server.url())) else {
                Issue.record("another reason")
                return
            }
        }
    }

    @Test("a kept connection that the server has closed meanwhile is made anew")
    func staleConnection() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.respond(body: [1])
        }
        defer { server.stop() }
        try await withEngine { engine in
            for _ in 0..<5 {
                let bytes = try await body(engine, request(server.url()))
                #expect(bytes == [1])
            }
        }
    }
}
