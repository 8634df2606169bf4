import Downloads
import Testing

@Suite("Redirects")
struct RedirectTests {
    @Test("are followed five times, relative ones too")
    func five() async throws {
        let server = TestServer.http { connection, head in
            let path = String(head[0].split(separator: " ")[1])
            let next = ["/0": "/1", "/1": "2", "/2": "/x/../3", "/3": "/4", "/4": "?n=1"][path]
            if let next {
                connection.respond("302 Found", headers: ["Location: \(next)"], body: Array("moved".utf8))
            } else {
                connection.respond(body: [9])
            }
        }
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(request(server.url("/0")))
            #expect(download.body == [9])
            #expect(download.redirects == ["/0", "/1", "/2", "/3", "/4"].map { server.url($0) })
            #expect(download.effectiveURL == server.url("/4?n=1"))
            #expect(server.connectionCount == 1)
        }
    }

    @Test("are not followed a sixth time")
    func loop() async throws {
        let server = TestServer.http { connection, _ in connection.respond("301 Moved", headers: ["Location: /again"]) }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .tooManyRedirects(limit: 5))
        }
        #expect(server.notes.count == 6)
    }

    @Test(
        "to other schemes are refused",
        arguments: [
            ("file:///etc/passwd", "file"), ("gopher://127.0.0.1/1", "gopher"), ("sftp://u:secret@127.0.0.1/a", "sftp"),
        ]
    )
    func scheme(location: String, scheme: String) async throws {
        let server = TestServer.http { connection, _ in
            connection.respond("302 Found", headers: ["Location: \(location)"])
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()))
            guard case .redirectRefused(let target, .scheme(scheme)) = reason else {
                Issue.record("\(String(describing: reason))")
                return
            }
            #expect(!target.contains("secret"))
        }
    }

    @Test("are the result when they are not to be followed")
    func notFollowed() async throws {
        let server = TestServer.http { connection, _ in
            connection.respond(
                "302 Found",
                headers: ["Location: http://prov.example.com/{MODEL}.cfg", "Retry-After: 3"]
            )
        }
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(request(server.url()) { $0.followsRedirects = false })
            #expect(download.outcome == .redirect(location: "http://prov.example.com/{MODEL}.cfg"))
            #expect(download.http?.status == 302)
            #expect(download.http?.retryAfter == .seconds(3))
        }
    }

    @Test("with an endless page are followed nevertheless")
    func endlessPage() async throws {
        let target = TestServer.http { connection, _ in connection.respond(body: [1]) }
        defer { target.stop() }
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 302 Found\r\nLocation: \(target.url())\r\n\r\n")
            while connection.send([UInt8](repeating: 0x20, count: 8192)) {}
        }
        defer { server.stop() }
        try await withEngine { engine in
            let bytes = try await body(engine, request(server.url()))
            #expect(bytes == [1])
        }
    }

    @Test("share one total time")
    func total() async throws {
        let server = TestServer.http { connection, _ in
            _ = connection.dawdle(.milliseconds(150))
            connection.respond("302 Found", headers: ["Location: /again"])
        }
        defer { server.stop() }
        try await withEngine { engine in
            let start = ContinuousClock.now
            let reason = await failure(engine, request(server.url()) { $0.timeouts.total = .milliseconds(400) })
            #expect(reason == .totalTimeout(after: .milliseconds(400), received: 0))
            #expect(start.age >= .milliseconds(400))
        }
    }

    @Test("to another server do not take the credentials along")
    func credentialsStay() async throws {
        let other = TestServer.http { connection, _ in
            connection.respond("401 Unauthorized", headers: ["WWW-Authenticate: Basic realm=\"x\""])
        }
        defer { other.stop() }
        let server = TestServer.http { connection, _ in
            connection.respond("302 Found", headers: ["Location: \(other.url())"])
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(
                engine,
                request(server.url(user: "id:pass@")) { $0.credentials = Credentials(user: "a", password: "b") }
            )
            #expect(reason == .unauthorized(.init(offered: ["Basic"], hadCredentials: false, schemeAllowed: true)))
        }
        #expect(other.notes.count == 1)
        #expect(!other.notes[0].contains("Authorization"))
    }
}
