import Downloads
import Testing

@Suite("Downloads over HTTP")
struct HTTPTests {
    @Test("bring the bytes, the headers and where they came from")
    func content() async throws {
        let body = Array("<?xml version=\"1.0\"?>".utf8)
        let server = TestServer.http { connection, _ in
            connection.respond(
                headers: ["ETag: \"a1\"", "Last-Modified: Sat, 03 Jan 2026 10:00:00 GMT", "Content-Type: text/xml"],
                body: body
            )
        }
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(
                request(server.url()) { $0.userAgent = "Panasonic_KX-UTG200B/03.131 (0080f0abcdef)" }
            )
            #expect(download.outcome == .content(body))
            #expect(download.byteCount == body.count)
            #expect(download.http?.status == 200)
            #expect(download.http?.version == "1.1")
            #expect(download.http?.etag == "\"a1\"")
            #expect(download.http?.lastModified == "Sat, 03 Jan 2026 10:00:00 GMT")
            #expect(download.http?.contentType == "text/xml")
            #expect(download.http?.retryAfter == nil)
            #expect(download.effectiveURL == server.url())
            #expect(download.redirects == [])
            #expect(download.tlsVersion == nil)
            #expect(download.remoteAddress == "127.0.0.1:\(server.port)")
            #expect(download.durations.firstByte > .zero)
            #expect(download.durations.firstByte <= download.durations.total)
        }
    }

    @Test("send the User-Agent as it is and nothing that a phone does not send")
    func requestHeaders() async throws {
        let server = TestServer.http { connection, _ in connection.respond() }
        defer { server.stop() }
        try await withEngine { engine in
            let agent = "Panasonic_KX-UTG200B/03.131 (0080f0abcdef)"
            _ = try await engine.download(request(server.url()) { $0.userAgent = agent })
            _ = try await engine.download(request(server.url()))
        }
        let lines = try #require(server.notes.first).split(separator: "\n").map(String.init)
        #expect(lines.first == "GET /f.cfg HTTP/1.1")
        #expect(
            Set(lines.dropFirst()) == [
                "Host: 127.0.0.1:\(server.port)", "User-Agent: Panasonic_KX-UTG200B/03.131 (0080f0abcdef)",
                "Accept: */*",
            ]
        )
        #expect(!(server.notes.last ?? "").contains("User-Agent"))
    }

    @Test("take nothing of one file's request into the next one's")
    func requestsAreSeparate() async throws {
        let server = TestServer.http { connection, head in
            let mayPass = head.contains { $0.hasPrefix("Authorization: Basic ") } || !head[0].contains("/locked")
            connection.respond(
                mayPass ? "200 OK" : "401 Unauthorized",
                headers: mayPass ? [] : ["WWW-Authenticate: Basic realm=\"p\""],
                body: [1, 2]
            )
        }
        defer { server.stop() }
        let plain = ["GET /f.cfg HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "Accept: */*"]
        try await withEngine { engine in
            _ = try await engine.download(
                request(server.url()) {
                    $0.userAgent = "phone"
                    $0.validators = Validators(etag: "\"a\"", lastModified: "Sat, 03 Jan 2026 10:00:00 GMT")
                    $0.localBinding = .address("127.0.0.2")
                    $0.maximumBytes = 2
                }
            )
            _ = try await engine.download(request(server.url()))
            #expect(Self.lines(server.notes.last) == plain)

            let small = await failure(engine, request(server.url()) { $0.maximumBytes = 1 })
            #expect(small == .tooLarge(limit: 1))
            #expect(try await body(engine, request(server.url())) == [1, 2])

            let locked = server.url("/locked")
            _ = try await engine.download(
                request(locked) { $0.credentials = Credentials(user: "u", password: "p") }
            )
            #expect(server.notes.last?.contains("Authorization: Basic") == true)
            guard case .unauthorized = await failure(engine, request(locked)) else {
                Issue.record("no credentials, and it is let in")
                return
            }
            _ = try await engine.download(request(server.url()))
            #expect(Self.lines(server.notes.last) == plain)
        }
    }

    private static func lines(_ head: String?) -> [String] {
        (head ?? "").split(separator: "\n").map(String.init)
    }

    @Test("use one connection for one file after the other")
    func keepAlive() async throws {
        let server = TestServer.http { connection, _ in connection.respond(body: [1]) }
        defer { server.stop() }
        try await withEngine { engine in
            for _ in 0..<4 { _ = try await engine.download(request(server.url())) }
        }
        #expect(server.notes.count == 4)
        #expect(server.connectionCount == 1)
    }

    @Test("say \"not modified\" when the server does, and send the validators word for word")
    func notModified() async throws {
        let server = TestServer.http { connection, head in
            let known =
                head.contains("If-None-Match: W/\"x\"")
                && head.contains("If-Modified-Since: Sat, 03 Jan 2026 10:00:00 GMT")
            if known {
                connection.send("HTTP/1.1 304 Not Modified\r\nETag: W/\"x\"\r\n\r\n")
            } else {
                connection.respond()
            }
        }
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(
                request(server.url()) {
                    $0.validators = Validators(etag: "W/\"x\"", lastModified: "Sat, 03 Jan 2026 10:00:00 GMT")
                }
            )
            #expect(download.outcome == .notModified)
            #expect(download.http?.etag == "W/\"x\"")
            #expect(download.body.isEmpty)
        }
    }

    @Test("refuse a \"not modified\" that nobody asked for")
    func unexpectedNotModified() async throws {
        let server = TestServer.http { connection, _ in connection.send("HTTP/1.1 304 Not Modified\r\n\r\n") }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .unexpectedNotModified)
        }
    }

    @Test(
        "report a status without a file",
        arguments: [
            ("404 Not Found", [], 404, nil), ("403 Forbidden", [], 403, nil), ("500 Oops", [], 500, nil),
            ("206 Partial Content", [], 206, nil), ("302 Found", [], 302, nil),
            ("503 Busy", ["Retry-After: 120"], 503, Duration.seconds(120)),
            ("503 Busy", ["Retry-After: Fri, 01 Jan 2016 00:00:00 GMT"], 503, .zero),
            ("503 Busy", ["Retry-After: 999999999999999999999"], 503, .seconds(86_400)),
            ("429 Slow down", ["Retry-After: soon"], 429, nil),
        ] as [(String, [String], Int, Duration?)]
    )
    func status(line: String, headers: [String], status: Int, retryAfter: Duration?) async throws {
        let server = TestServer.http { connection, _ in
            connection.respond(line, headers: headers, body: Array("<html>no</html>".utf8))
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .httpStatus(status, retryAfter: retryAfter))
        }
    }

    @Test("report the status even when the error's page never ends")
    func endlessErrorPage() async throws {
        let server = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 404 Not Found\r\n\r\n")
            while connection.send([UInt8](repeating: 0x20, count: 8192)) {}
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == .httpStatus(404, retryAfter: nil))
        }
    }

    @Test("take a file that is sent in chunks, also when HTTP/1.0 ends it with the connection")
    func chunkedAndHTTP10() async throws {
        let chunked = TestServer.http { connection, _ in
            connection.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
            )
        }
        defer { chunked.stop() }
        let old = TestServer { _, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.0 200 OK\r\n\r\nabcde")
        }
        defer { old.stop() }
        try await withEngine { engine in
            let bytes = try await body(engine, request(chunked.url()))
            #expect(bytes == Array("abcde".utf8))
            let download = try await engine.download(request(old.url()))
            #expect(download.body == Array("abcde".utf8))
            #expect(download.http?.version == "1.0")
        }
    }

    @Test(
        "refuse content that is compressed unasked",
        arguments: [("gzip", DownloadError.Reason.contentEncoded("gzip")), ("br", .contentEncoded("br"))]
    )
    func contentEncoding(name: String, reason: DownloadError.Reason) async throws {
        let server = TestServer.http { connection, _ in
            connection.respond(headers: ["Content-Encoding: \(name)"], body: [0x1F, 0x8B, 8, 0])
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == reason)
        }
    }

    @Test("take content whose encoding is named identity")
    func identity() async throws {
        let server = TestServer.http { connection, _ in
            connection.respond(headers: ["Content-Encoding: identity"], body: [7])
        }
        defer { server.stop() }
        try await withEngine { engine in
            let bytes = try await body(engine, request(server.url()))
            #expect(bytes == [7])
        }
    }

    @Test("use the proxy that is set, with the whole URL, and name it when it fails")
    func proxy() async throws {
        let proxy = TestServer.http { connection, head in
            if head.first?.hasPrefix("GET") ?? false {
                connection.respond(body: [1])
            } else {
                connection.respond("403 Forbidden")
            }
        }
        defer { proxy.stop() }
        try await withEngine { engine in
            let through = Proxy(host: "127.0.0.1", port: proxy.port)
            let download = try await engine.download(request("http://prov.example.com/a.cfg") { $0.proxy = through })
            #expect(download.body == [1])
            #expect(proxy.notes.first?.hasPrefix("GET http://prov.example.com/a.cfg HTTP/1.1") ?? false)
            let tunnel = await failure(engine, request("https://prov.example.com/a.cfg") { $0.proxy = through })
            #expect(tunnel == .proxy("it answers HTTP 403"))
            let none = Proxy(host: "127.0.0.1", port: Loopback.closedPort())
            let refused = await failure(engine, request("http://prov.example.com/a.cfg") { $0.proxy = none })
            #expect(refused == .proxy("no connection to it: Connection refused"))
        }
    }

    @Test("go out from the interface or address that is set")
    func localBinding() async throws {
        let server = TestServer.http { connection, _ in connection.respond(body: [1]) }
        defer { server.stop() }
        try await withEngine { engine in
            for binding in [LocalBinding.interface("lo"), .address("127.0.0.1")] {
                let download = try await engine.download(request(server.url()) { $0.localBinding = binding })
                #expect(download.body == [1])
            }
            let missing = await failure(engine, request(server.url()) { $0.localBinding = .interface("nosuch0") })
            guard case .localBinding(let text) = missing else {
                Issue.record("\(String(describing: missing))")
                return
            }
            #expect(text.contains("nosuch0"))
            let foreign = await failure(engine, request(server.url()) { $0.localBinding = .address("192.0.2.1") })
            guard case .localBinding = foreign else {
                Issue.record("\(String(describing: foreign))")
                return
            }
        }
    }
}
