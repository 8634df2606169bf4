import Downloads
import Glibc
import Testing

/// An FTP server that serves one file over passive data connections.
struct FTPScript: Sendable {
    var login = true
    var file: [UInt8]? = Array("hello".utf8)
    /// What it says the size is; `nil` for the right one.
    var announced: Int?
    var announcesSize = true
    var saysDone = true

    func serve(_ server: TestServer, _ connection: TestConnection) {
        connection.send("220 ready\r\n")
        var data: Int32 = -1
        defer { if data >= 0 { close(data) } }
        while let line = connection.readLine() {
            server.note(line)
            let command = line.split(separator: " ").first ?? ""
            switch command {
            case "USER": connection.send("331 password\r\n")
            case "PASS": connection.send(login ? "230 in\r\n" : "530 no\r\n")
            case "PWD": connection.send("257 \"/\"\r\n")
            case "CWD": connection.send("250 there\r\n")
            case "EPSV":
                let (listener, port) = Loopback.bound(SOCK_STREAM)
                data = listener
                guard listen(listener, 1) == 0 else { return }
                connection.send("229 (|||\(port)|)\r\n")
            case "TYPE": connection.send("200 binary\r\n")
            case "SIZE":
                if let size = announced ?? file?.count {
                    connection.send(announcesSize ? "213 \(size)\r\n" : "502 what\r\n")
                } else {
                    connection.send("550 none\r\n")
                }
            case "RETR":
                guard let file else {
                    connection.send("550 no such file\r\n")
                    continue
                }
                connection.send("150 here\r\n")
                let accepted = accept(data, nil, nil)
                TestConnection(accepted).send(file)
                close(accepted)
                if saysDone { connection.send("226 done\r\n") } else { server.note("silent") }
            case "QUIT":
                connection.send("221 bye\r\n")
                return
            default: connection.send("502 what\r\n")
            }
        }
        server.note("closed")
    }

    func start() -> TestServer { TestServer { self.serve($0, $1) } }
}

@Suite("Downloads over FTP", .timeLimit(.minutes(1)))
struct FTPTests {
    @Test("log in with the credentials and bring the file")
    func content() async throws {
        let server = FTPScript().start()
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(request(server.url("/a/f.cfg", scheme: "ftp", user: "id:p%40ss@")))
            #expect(download.body == Array("hello".utf8))
            #expect(download.http == nil)
            #expect(download.remoteAddress == "127.0.0.1:\(server.port)")
        }
        #expect(server.notes.starts(with: ["USER id", "PASS p@ss"]))
        #expect(server.notes.contains("RETR f.cfg"))
    }

    @Test("use the request's credentials when the URL has none, and anonymous without any")
    func credentials() async throws {
        let server = FTPScript().start()
        defer { server.stop() }
        try await withEngine { engine in
            let url = server.url(scheme: "ftp")
            _ = try await engine.download(request(url) { $0.credentials = Credentials(user: "id", password: "pass") })
            _ = try await engine.download(request(url))
        }
        #expect(server.notes.filter { $0.hasPrefix("USER") } == ["USER id", "USER anonymous"])
    }

    @Test("tell a refused login from a missing file")
    func refusals() async throws {
        let login = FTPScript(login: false).start()
        let missing = FTPScript(file: nil).start()
        defer {
            login.stop()
            missing.stop()
        }
        try await withEngine { engine in
            #expect(await failure(engine, request(login.url(scheme: "ftp"))) == .ftpLogin)
            #expect(await failure(engine, request(missing.url(scheme: "ftp"))) == .ftpMissing)
        }
    }

    @Test("refuse a file that is too large or too short")
    func sizes() async throws {
        let large = FTPScript(file: [UInt8](repeating: 1, count: 1001)).start()
        let unannounced = FTPScript(file: [UInt8](repeating: 1, count: 1001), announcesSize: false).start()
        let short = FTPScript(announced: 100).start()
        defer {
            large.stop()
            unannounced.stop()
            short.stop()
        }
        try await withEngine { engine in
            for server in [large, unannounced] {
                let reason = await failure(engine, request(server.url(scheme: "ftp")) { $0.maximumBytes = 1000 })
                #expect(reason == .tooLarge(limit: 1000))
            }
            #expect(await failure(engine, request(short.url(scheme: "ftp"))) == .truncated(received: 5))
        }
    }

    @Test("wait for the server's last word without keeping anybody else waiting", .timeLimit(.minutes(1)))
    func silentServer() async throws {
        let silent = FTPScript(saysDone: false).start()
        let other = FTPScript().start()
        defer {
            silent.stop()
            other.stop()
        }
        try await withEngine { engine in
            let stalled = Task { await failure(engine, patient(silent.url(scheme: "ftp"))) }
            await silent.wait(for: "silent")
            let bytes = try await body(engine, request(other.url(scheme: "ftp")))
            #expect(bytes == Array("hello".utf8))
            stalled.cancel()
            #expect(await stalled.value == .cancelled)
        }
    }

    @Test("end with the shutdown even while libcurl waits", .timeLimit(.minutes(1)))
    func shutdown() async throws {
        let silent = FTPScript(saysDone: false).start()
        defer { silent.stop() }
        let engine = try DownloadEngine()
        let stalled = Task { await failure(engine, patient(silent.url(scheme: "ftp"))) }
        await silent.wait(for: "silent")
        await engine.shutdown()
        #expect(await stalled.value == .cancelled)
    }

    @Test("give a server that never says its last word the idle time", .timeLimit(.minutes(1)))
    func lastWord() async throws {
        let silent = FTPScript(saysDone: false).start()
        defer { silent.stop() }
        try await withEngine { engine in
            var request = patient(silent.url(scheme: "ftp"))
            request.timeouts.idle = .seconds(1)
            #expect(await failure(engine, request) == .idleTimeout(after: .seconds(1), received: 5))
        }
    }
}
