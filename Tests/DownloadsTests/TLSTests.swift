@testable import Downloads
import Glibc
import Synchronization
import Testing

private let folderToRemove = Mutex<TestAuthority?>(nil)

/// The certificates that all tests share; the folder is removed when the program ends.
private let sharedAuthority = Task {
    let authority = try await TestAuthority()
    folderToRemove.withLock { $0 = authority }
    atexit { folderToRemove.withLock { $0?.remove() } }
    authority.write("<ok/>", to: "f.cfg")
    try await authority.issue("good", subject: "good", by: "root")
    try await authority.issue("below", subject: "below", by: "middle")
    try await authority.issue("expired", subject: "expired", by: "root", to: "20210101000000Z")
    try await authority.issue("future", subject: "future", by: "root", from: "20450101000000Z")
    try await authority.issue("elsewhere", subject: "elsewhere", by: "root", extensions: "elsewhere")
    try await authority.issue("weak", subject: "weak", by: "root", rsaBits: 1024)
    try await authority.selfSigned("alone")
    return authority
}

@Suite("Downloads over HTTPS")
struct TLSTests {

    /// Runs a download from `openssl s_server` with a certificate, trusting the test root.
    private func fetch(
        _ certificate: String,
        chain: String? = nil,
        _ more: [String] = [],
        _ change: @escaping (inout DownloadRequest) -> Void = { _ in },
        check: (DownloadEngine, DownloadRequest) async throws -> Void
    ) async throws {
        let authority = try await sharedAuthority.value
        let root = try await authority.bytes(of: "root.crt")
        let server = try await TLSServer(authority, certificate: certificate, chain: chain, more)
        defer { server.stop() }
        try await withEngine { engine in
            try await check(
                engine,
                request(server.url("/f.cfg")) {
                    $0.roots = [root]
                    change(&$0)
                }
            )
        }
    }

    private func tlsFailure(_ reason: DownloadError.Reason?) -> TLSFailure? {
        guard case .tls(let failure) = reason else {
            Issue.record("\(String(describing: reason))")
            return nil
        }
        return failure
    }

    @Test("trust a provisioned root beside the system's, or alone", arguments: [false, true])
    func provisionedRoot(alone: Bool) async throws {
        try await fetch("good") {
            $0.onlyProvisionedRoots = alone
        } check: { engine, request in
            let download = try await engine.download(request)
            #expect(download.body == Array("<ok/>".utf8))
            #expect(download.tlsVersion == "TLSv1.3")
            #expect(download.durations.tls > .zero)
        }
    }

    @Test("take a root in DER")
    func der() async throws {
        let authority = try await sharedAuthority.value
        let der = try await Command.run(
            "openssl",
            ["x509", "-in", "root.crt", "-outform", "DER"],
            in: authority.folder
        )
        try await fetch("good") {
            $0.roots = [der]
        } check: { engine, request in
            let bytes = try await body(engine, request)
            #expect(bytes == Array("<ok/>".utf8))
        }
    }

    @Test("are read from a provisioned file, which is taken whole or not at all")
    func rootFiles() async throws {
        let authority = try await sharedAuthority.value
        let root = try await authority.bytes(of: "root.crt")
        let expired = try await authority.bytes(of: "expired.crt")
        let der = try await Command.run(
            "openssl",
            ["x509", "-in", "root.crt", "-outform", "DER"],
            in: authority.folder
        )
        let one = RootCertificateFile.Certificate(subject: "CN=Test Root", isExpired: false)
        #expect(try RootCertificateFile.certificates(in: root) == [one])
        #expect(try RootCertificateFile.certificates(in: der) == [one])
        let both = try RootCertificateFile.certificates(in: root + expired)
        #expect(both == [one, .init(subject: "CN=expired", isExpired: true)])
        let bad = Array("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n".utf8)
        for (bytes, problem) in [
            (bad, "certificate 1 of 1 in it cannot be read"), (root + bad, "certificate 2 of 2 in it cannot be read"),
            ([0x30, 0], "certificate 1 of 1 in it cannot be read"), ([], "it is empty"),
            (Array("<html>".utf8), "it is neither a PEM nor a DER certificate"),
        ] {
            #expect(throws: RootCertificateFile.Problem(description: problem)) {
                try RootCertificateFile.certificates(in: bytes)
            }
        }
        // What OpenSSL did not like is not held against the next connection of this thread.
        try await fetch("good") { engine, request in
            let bytes = try await body(engine, request)
            #expect(bytes == Array("<ok/>".utf8))
        }
    }

    @Test("use TLS 1.2 when the server has nothing newer")
    func tls12() async throws {
        try await fetch("good", ["-tls1_2"]) { engine, request in
            let download = try await engine.download(request)
            #expect(download.tlsVersion == "TLSv1.2")
        }
    }

    @Test("take a chain that the server sends whole")
    func chain() async throws {
        try await fetch("below", chain: "middle") { engine, request in
            let bytes = try await body(engine, request)
            #expect(bytes == Array("<ok/>".utf8))
        }
    }

    @Test("name the certificate whose issuer is missing")
    func missingIntermediate() async throws {
        try await fetch("below") { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            #expect(failure?.kind == .unknownIssuer)
            #expect(failure?.certificate?.subject == "CN = below")
            #expect(failure?.certificate?.issuer == "CN = Test Middle")
        }
    }

    @Test("trust no test root that was not provisioned", arguments: [false, true])
    func unknownRoot(alone: Bool) async throws {
        try await fetch("good") {
            $0.roots = []
            $0.onlyProvisionedRoots = alone
        } check: { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            #expect(failure?.kind == .unknownIssuer)
            #expect(failure?.certificate?.issuer == "CN = Test Root")
        }
    }

    @Test("tell an expired certificate with its last day")
    func expired() async throws {
        try await fetch("expired") { engine, request in
            do throws(DownloadError) {
                _ = try await engine.download(request)
                Issue.record("no error")
            } catch {
                #expect(error.code == "tls-expired")
                #expect(
                    error.description.hasSuffix(
                        "the server's certificate \"CN = expired\" has expired on Jan  1 00:00:00 2021 GMT; renew it on "
                            + "the server"
                    )
                )
            }
        }
    }

    @Test("tell a certificate that is not valid yet")
    func notYetValid() async throws {
        try await fetch("future") { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            #expect(failure?.kind == .notYetValid)
            #expect(failure?.certificate?.notBefore == "Jan  1 00:00:00 2045 GMT")
        }
    }

    @Test("tell a certificate for another name")
    func wrongHost() async throws {
        try await fetch("elsewhere") { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            #expect(failure?.kind == .wrongHost("127.0.0.1"))
            #expect(failure?.certificate?.names == "DNS:prov.example.com")
        }
    }

    @Test("tell a self-signed certificate, and take it when it was provisioned")
    func selfSigned() async throws {
        try await fetch("alone") { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            #expect(failure?.kind == .selfSigned)
            #expect(failure?.certificate?.subject == "CN = alone")
        }
        let own = try await sharedAuthority.value.bytes(of: "alone.crt")
        try await fetch("alone") {
            $0.roots = [own]
        } check: { engine, request in
            let bytes = try await body(engine, request)
            #expect(bytes == Array("<ok/>".utf8))
        }
    }

    @Test("refuse a key that is too small")
    func weak() async throws {
        // The server must be told to use such a key at all.
        try await fetch("weak", ["-cipher", "DEFAULT:@SECLEVEL=0"]) { engine, request in
            let failure = tlsFailure(await failure(engine, request))
            guard case .tooWeak = failure?.kind else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(failure?.certificate?.position == 0 && failure?.certificate?.rsaBits == 1_024)
            #expect(failure?.explanation.contains("(RSA, 1024 bits)") == true)
        }
    }

    @Test("refuse a server with nothing newer than TLS 1.1")
    func oldVersion() async throws {
        try await fetch("good", ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]) { engine, request in
            #expect(tlsFailure(await failure(engine, request))?.kind == .protocolVersion)
        }
    }

    @Test("tell that the server wants a certificate from the phone", arguments: ["-tls1_2", "-tls1_3"])
    func clientCertificate(version: String) async throws {
        try await fetch("good", [version, "-Verify", "1", "-verify_return_error"]) { engine, request in
            let kind = tlsFailure(await failure(engine, request))?.kind
            if version == "-tls1_3" {
                #expect(kind == .clientCertificateRequired)
            } else {
                // TLS 1.2 has no alert of its own for it (RFC 5246 section 7.4.6).
                guard case .refusedByServer = kind else {
                    Issue.record("\(String(describing: kind))")
                    return
                }
            }
        }
    }

    @Test("tell a server that does not speak TLS")
    func notTLS() async throws {
        let server = TestServer { _, connection in
            _ = connection.dawdle(.seconds(1))
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        defer { server.stop() }
        try await withEngine { engine in
            #expect(tlsFailure(await failure(engine, request(server.url(scheme: "https"))))?.kind == .notTLS)
        }
    }

    @Test("say which file of system roots cannot be read", arguments: [false, true])
    func missingSystemRoots(withOthers: Bool) async throws {
        let authority = try await sharedAuthority.value
        let root = try await authority.bytes(of: "root.crt")
        let server = try await TLSServer(authority, certificate: "good")
        defer { server.stop() }
        let settings = DownloadEngineSettings(systemRoots: "/nonexistent/roots.crt", systemRootsFolder: nil)
        try await withEngine(settings) { engine in
            let reason = await failure(engine, request(server.url("/f.cfg")) { $0.roots = withOthers ? [root] : [] })
            guard case .systemRootsUnreadable(path: "/nonexistent/roots.crt", _) = reason else {
                Issue.record("\(String(describing: reason))")
                return
            }
        }
    }

    @Test("do not use a connection that was made with other roots")
    func separateConnections() async throws {
        try await fetch("good") { engine, trusting in
            var doubting = trusting
            doubting.roots = []
            _ = try await engine.download(trusting)
            #expect(tlsFailure(await failure(engine, doubting))?.kind == .unknownIssuer)
            _ = try await engine.download(trusting)
        }
    }
    @Test("say that the folder of system roots cannot be read")
    func missingFolder() async throws {
        let authority = try await sharedAuthority.value
        let root = try await authority.bytes(of: "root.crt")
        try await withEngine(DownloadEngineSettings(systemRootsFolder: "/nonexistent")) { engine in
            let reason = await failure(engine, request("https://127.0.0.1/f.cfg") { $0.roots = [root] })
            #expect(reason == .systemRootsUnreadable(path: "/nonexistent", "No such file or directory"))
        }
    }

    @Test("trust the system's roots beside a provisioned one, from the file or the folder", arguments: [false, true])
    func systemRoots(fromFolder: Bool) async throws {
        let authority = try await sharedAuthority.value
        let hashed = "hashed-\(fromFolder)"
        try await Command.run(
            "sh",
            ["-c", "mkdir -p \(hashed) && cp root.crt \(hashed) && openssl rehash \(hashed)"],
            in: authority.folder
        )
        let server = try await TLSServer(authority, certificate: "good")
        defer { server.stop() }
        let other = try await authority.bytes(of: "alone.crt")
        let settings = DownloadEngineSettings(
            systemRoots: "\(authority.folder)/root.crt",
            systemRootsFolder: fromFolder ? "\(authority.folder)/\(hashed)" : nil
        )
        try await withEngine(settings) { engine in
            for roots in [[], [other]] {
                let bytes = try await body(engine, request(server.url("/f.cfg")) { $0.roots = roots })
                #expect(bytes == Array("<ok/>".utf8))
            }
            let alone = await failure(
                engine,
                request(server.url("/f.cfg")) {
                    $0.roots = [other]
                    $0.onlyProvisionedRoots = true
                }
            )
            #expect(tlsFailure(alone)?.kind == .unknownIssuer)
        }
    }
}
