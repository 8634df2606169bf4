import Testing

@testable import Downloads

@Suite("Requests")
struct RequestTests {
    @Test("are refused whole when a part of them cannot be used")
    func refused() async throws {
        let changes: [(String, @Sendable (inout DownloadRequest) -> Void)] = [
            ("User-Agent", { $0.userAgent = "a\r\nX: y" }),
            ("User-Agent", { $0.userAgent = String(repeating: "a", count: 1025) }),
            ("ETag", { $0.validators.etag = "\"a\"\n" }), ("Last-Modified", { $0.validators.lastModified = "\u{0}" }),
            ("user name", { $0.credentials = Credentials(user: "a\r\nDELE x", password: "") }),
            ("password", { $0.credentials = Credentials(user: "a", password: "\n") }),
            ("maximumBytes", { $0.maximumBytes = 0 }),
            ("maximumBytes", { $0.maximumBytes = 67_108_865 }), ("connect", { $0.timeouts.connect = .zero }),
            ("idle", { $0.timeouts.idle = .seconds(3601) }), ("proxy", { $0.proxy = Proxy(host: "a/b", port: 1) }),
            ("proxy", { $0.proxy = Proxy(host: "u:p@h", port: 1) }),
            ("proxy", { $0.proxy = Proxy(host: "h", port: 0) }),
            ("interface", { $0.localBinding = .interface("a/b") }), ("interface", { $0.localBinding = .interface("") }),
            ("address", { $0.localBinding = .address("localhost") }),
            ("root certificates", { $0.roots = Array(repeating: [0x30, 0], count: 17) }),
        ]
        try await withEngine { engine in
            for (part, change) in changes {
                let reason = await failure(engine, request("http://127.0.0.1:1/a", change))
                guard case .badRequest(let text) = reason else {
                    Issue.record("\(part): \(String(describing: reason))")
                    continue
                }
                #expect(text.contains(part))
            }
            let reason = await failure(engine, request("http://127.0.0.1:1/a") { $0.roots = [[0x30, 0], [1]] })
            #expect(reason == .badRoot(number: 2, "it is neither a PEM nor a DER certificate"))
        }
    }

    @Test("to other schemes or places are refused before anything is sent")
    func urls() async throws {
        try await withEngine { engine in
            #expect(await failure(engine, request("file:///etc/passwd")) == .unsupportedScheme("file"))
            guard case .badURL = await failure(engine, request("10.0.0.2")) else {
                Issue.record("another reason")
                return
            }
        }
    }

    @Test("never show passwords")
    func secrets() async throws {
        let credentials = Credentials(user: "id", password: "secret")
        #expect("\(credentials)" == "id:***")
        #expect(String(reflecting: credentials) == "id:***")
        let shown = String(reflecting: request("http://h/") { $0.credentials = credentials })
        #expect(!shown.contains("secret"))
        try await withEngine { engine in
            do throws(DownloadError) {
                _ = try await engine.download(request("http://id:secret@127.0.0.1:\(Loopback.closedPort())/a"))
                Issue.record("no error")
            } catch {
                #expect(error.url.hasPrefix("http://id:***@127.0.0.1:"))
                #expect(!"\(error) \(String(reflecting: error))".contains("secret"))
            }
        }
    }
}
