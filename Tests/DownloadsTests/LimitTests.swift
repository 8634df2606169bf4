import Downloads
import Testing

@Suite("Limits of size and time")
struct LimitTests {
    private static let limit = DownloadRequest.configurationFileLimit

    @Test("240 KB are taken, one byte more is not, whether announced or not", arguments: [true, false])
    func size(announced: Bool) async throws {
        for (size, isTaken) in [(Self.limit, true), (Self.limit + 1, false)] {
            let server = TestServer { _, connection in
                guard connection.readHead() != nil else { return }
                let length = announced ? "Content-Length: \(size)\r\n" : ""
                connection.send("HTTP/1.1 200 OK\r\n\(length)Connection: close\r\n\r\n")
                connection.send([UInt8](repeating: 0x61, count: size))
            }
            defer { server.stop() }
            try await withEngine { engine in
                if isTaken {
                    let bytes = try await body(engine, request(server.url()))
                    #expect(bytes.count == Self.limit)
                } else {
                    #expect(await failure(engine, request(server.url())) == .tooLarge(limit: Self.limit))
                }
            }
        }
    }

    @Test("a body without an end is cut off at the limit")
    func endlessBody() async throws {
        let server = TestServer { server, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("2000\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x2000) + [0x0D, 0x0A]
            while connection.send(chunk) {}
            server.note("gone")
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url()) { $0.maximumBytes = 1000 }) == .tooLarge(limit: 1000))
        }
    }

    @Test("a compressed transfer is counted as it unpacks")
    func transferEncodingBomb() async throws {
        let bomb = try await Command.run("sh", ["-c", "head -c 16777216 /dev/zero | gzip -9"])
        try #require(bomb.count < 20_000)
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n")
            connection.send(bomb)
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .tooLarge(limit: Self.limit))
        }
    }

    @Test("a compressed file nobody asked for is refused before it unpacks")
    func contentEncodingBomb() async throws {
        let bomb = try await Command.run("sh", ["-c", "head -c 16777216 /dev/zero | gzip -9"])
        let server = TestServer.http { connection, _ in
            connection.respond(headers: ["Content-Encoding: gzip"], body: bomb)
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .contentEncoded("gzip"))
        }
    }

    @Test("headers without an end are cut off at the limit")
    func endlessHeaders() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("X-Filler: \(String(repeating: "a", count: 1000))\r\n") {}
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .headersTooLarge(limit: 65_536))
        }
    }

    @Test("a server that never answers")
    func firstByte() async throws {
        let server = TestServer { _, connection in
            _ = connection.readHead()
            _ = connection.waitForEnd()
        }
        defer { server.stop() }
        try await withEngine { engine in
            let start = ContinuousClock.now
            let reason = await failure(engine, request(server.url()) { $0.timeouts.firstByte = .milliseconds(200) })
            #expect(reason == .firstByteTimeout(after: .milliseconds(200)))
            #expect(start.age >= .milliseconds(200))
        }
    }

    @Test("a server that stops in the middle")
    func idle() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
            _ = connection.waitForEnd()
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.timeouts.idle = .milliseconds(200) })
            #expect(reason == .idleTimeout(after: .milliseconds(200), received: 10))
        }
    }

    @Test("a server that stops in its headers")
    func idleHeaders() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nETag: \"a")
            _ = connection.waitForEnd()
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.timeouts.idle = .milliseconds(200) })
            #expect(reason == .idleTimeout(after: .milliseconds(200), received: 0))
        }
    }

    @Test("a server that sends byte by byte")
    func total() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.send([0x61]), !connection.dawdle(.milliseconds(50)) {}
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.timeouts.total = .milliseconds(500) })
            guard case .totalTimeout(.milliseconds(500), let received) = reason else {
                Issue.record("\(String(describing: reason))")
                return
            }
            #expect((2...11).contains(received))
        }
    }

    @Test("headers that come one by one run into the total")
    func slowHeaders() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n")
            while connection.send("X: y\r\n"), !connection.dawdle(.milliseconds(50)) {}
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.timeouts.total = .milliseconds(400) })
            #expect(reason == .totalTimeout(after: .milliseconds(400), received: 0))
        }
    }

    @Test("an address that nobody answers for")
    func connect() async throws {
        // A listener whose queue is full: Linux drops further SYNs.
        let full = FullListener()
        defer { full.close() }
        try await withEngine { engine in
            let reason = await failure(
                engine,
                request("http://127.0.0.1:\(full.port)/a") { $0.timeouts.connect = .milliseconds(300) }
            )
            #expect(reason == .connectTimeout(after: .milliseconds(300)))
        }
    }
}
