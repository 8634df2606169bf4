@testable import Downloads
import Testing

@Suite("Credentials over HTTP")
struct AuthenticationTests {
    private static let basic = "WWW-Authenticate: Basic realm=\"prov\""
    private static let digest = "WWW-Authenticate: Digest realm=\"prov\", nonce=\"abc\", qop=\"auth\""

    /// A server that asks with these headers, and is content with an Authorization header that begins so.
    private func server(_ challenges: [String], accepts: String) -> TestServer {
        TestServer.http { connection, head in
            if head.contains(where: { $0.hasPrefix("Authorization: \(accepts)") }) {
                connection.respond(body: [1])
            } else {
                connection.respond("401 Unauthorized", headers: challenges, body: Array("no".utf8))
            }
        }
    }

    @Test("are sent only when the server asks, in the scheme that it offers", arguments: HTTPAuthentication.allCases)
    func basicWhenAsked(authentication: HTTPAuthentication) async throws {
        // base64 of "id:p@:s".
        let server = server([Self.basic], accepts: "Basic aWQ6cEA6cw==")
        defer { server.stop() }
        try await withEngine { engine in
            let bytes = try await body(
                engine,
                request(server.url(user: "id:p%40%3As@")) { $0.authentication = authentication }
            )
            #expect(bytes == [1])
        }
        #expect(server.notes.count == 2)
        #expect(!server.notes[0].contains("Authorization"))
    }

    @Test("are not sent to a server that does not ask")
    func notAsked() async throws {
        let server = TestServer.http { connection, _ in connection.respond(body: [1]) }
        defer { server.stop() }
        try await withEngine { engine in
            for authentication in HTTPAuthentication.allCases {
                _ = try await engine.download(
                    request(server.url()) {
                        $0.credentials = Credentials(user: "id", password: "pass")
                        $0.authentication = authentication
                    }
                )
            }
        }
        #expect(!server.notes.contains { $0.contains("Authorization") })
    }

    @Test("answer Digest")
    func digest() async throws {
        let server = server([Self.digest], accepts: "Digest username=\"id\"")
        defer { server.stop() }
        try await withEngine { engine in
            let bytes = try await body(
                engine,
                request(server.url()) { $0.credentials = Credentials(user: "id", password: "pass") }
            )
            #expect(bytes == [1])
        }
    }

    @Test("in the URL come before the others")
    func precedence() async throws {
        let server = server([Self.basic], accepts: "Basic dXJsOng=")
        defer { server.stop() }
        try await withEngine { engine in
            let bytes = try await body(
                engine,
                request(server.url(user: "url:x@")) { $0.credentials = Credentials(user: "id", password: "pass") }
            )
            #expect(bytes == [1])
        }
    }

    @Test("that are missing, wrong, or of no use are told apart")
    func refusals() async throws {
        let wrong = server([Self.basic], accepts: "never")
        let onlyDigest = server([Self.digest], accepts: "Digest")
        defer {
            wrong.stop()
            onlyDigest.stop()
        }
        try await withEngine { engine in
            let missing = await failure(engine, request(wrong.url()))
            #expect(missing == .unauthorized(.init(offered: ["Basic"], hadCredentials: false, schemeAllowed: true)))
            let refused = await failure(engine, request(wrong.url(user: "id:pass@")))
            #expect(refused == .unauthorized(.init(offered: ["Basic"], hadCredentials: true, schemeAllowed: true)))
            let useless = await failure(
                engine,
                request(onlyDigest.url(user: "id:pass@")) { $0.authentication = .basic }
            )
            #expect(useless == .unauthorized(.init(offered: ["Digest"], hadCredentials: true, schemeAllowed: false)))
        }
        #expect(!onlyDigest.notes.contains { $0.contains("Authorization") })
    }

    @Test("are told to be refused when the refusal has no challenge, and a 401 without any is named as such")
    func bareRefusals() async throws {
        let once = TestServer { server, connection in
            while let head = connection.readHead() {
                let isAnswer = head.contains { $0.hasPrefix("Authorization") }
                connection.respond("401 Unauthorized", headers: isAnswer ? [] : [Self.basic])
            }
        }
        let never = TestServer.http { connection, _ in connection.respond("401 Unauthorized") }
        defer {
            once.stop()
            never.stop()
        }
        try await withEngine { engine in
            let refused = await failure(engine, request(once.url(user: "id:pass@")))
            let expected = DownloadError.Unauthorized(
                offered: ["Basic"],
                hadCredentials: true,
                schemeAllowed: true,
                namesScheme: false
            )
            #expect(refused == .unauthorized(expected))
            #expect(refused?.explanation.contains("no WWW-Authenticate") == true)
            let bare = await failure(engine, request(never.url(user: "id:pass@")))
            #expect(bare?.explanation.contains("names no scheme that is known") == true)
        }
    }

    @Test("stop the engine from reading an endless page that comes with the question")
    func endlessQuestion() async throws {
        let server = TestServer { server, connection in
            guard connection.readHead() != nil else { return }
            connection.send("HTTP/1.1 401 Unauthorized\r\n\(Self.basic)\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("2000\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x2000) + [0x0D, 0x0A]
            var sent = 0
            while connection.send(chunk) { sent += 1 }
            server.note("\(sent)")
            server.note("refused")
        }
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, patient(server.url(user: "id:pass@")))
            #expect(reason == .unauthorized(.init(offered: ["Basic"], hadCredentials: true, schemeAllowed: true)))
        }
        // The page never ends; what got that far is the limit of a file and what the sockets hold.
        await server.wait(for: "refused")
        let chunks = try #require(server.notes.first.flatMap { Int($0) })
        #expect(chunks < 2_048, "16 MiB")
    }
}
