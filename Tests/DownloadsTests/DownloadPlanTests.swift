import Testing

@testable import Downloads

@Suite("Plans")
struct DownloadPlanTests {
    private func plan(_ url: String) throws -> DownloadPlan {
        try DownloadPlan(DownloadRequest(url: url), systemRoots: Leg.SystemRoots(file: "/roots", folder: nil))
    }

    private func redirect(_ location: String) -> TransferReport {
        var report = TransferReport(ending: .curl(CurlCodes.ok, ""))
        report.phase = .receiving
        for line in ["HTTP/1.1 302 Found\r\n", "Location: \(location)\r\n", "\r\n"] {
            _ = Array(line.utf8).withUnsafeBufferPointer { report.headers.append($0) }
        }
        return report
    }

    @Test(
        "never lead from HTTPS to something that is not encrypted",
        arguments: ["http://h/b", "ftp://h/b", "tftp://h/b", "http://id:secret@h/b"]
    )
    func downgrade(location: String) throws {
        var plan = try plan("https://h/a")
        guard case .failed(let error) = plan.handle(redirect(location), now: 0, elapsed: .zero) else {
            Issue.record("not refused")
            return
        }
        #expect(error.reason == .redirectRefused(to: DownloadURL.masked(location), .downgrade))
        #expect(error.code == "redirect-refused")
        #expect(!error.description.contains("secret"))
    }

    @Test("lead from HTTP to HTTPS on the same host with the credentials, and never back")
    func upgrade() throws {
        var plan = try plan("http://id:pass@h/a")
        guard case .run(let leg) = plan.handle(redirect("https://h/b"), now: 0, elapsed: .zero) else {
            Issue.record("not followed")
            return
        }
        #expect(leg.url.bare == "https://h/b")
        #expect(leg.credentials == Credentials(user: "id", password: "pass"))
        guard case .failed(let error) = plan.handle(redirect("http://h/c"), now: 0, elapsed: .zero) else {
            Issue.record("not refused")
            return
        }
        #expect(error.url == "https://h/b")
        #expect(error.requestedURL == "http://id:***@h/a")
        #expect(error.description.hasPrefix("https://h/b (redirected from http://id:***@h/a): "))
    }

    @Test("use what is left of the total for the next request")
    func remaining() throws {
        var plan = try plan("http://h/a")
        var report = redirect("/b")
        report.times.total = .seconds(45)
        guard case .run(let leg) = plan.handle(report, now: 0, elapsed: .zero) else {
            Issue.record("not followed")
            return
        }
        #expect(leg.timeouts.total == .seconds(15))
        #expect(leg.requestedTotal == .seconds(60))
    }

    @Test("ask a TFTP server anew while there is time for its first answer")
    func patience() throws {
        var plan = try plan("tftp://h/a.cfg")
        guard case .run(let leg) = plan.start() else { throw Command.Failure(text: "no leg") }
        #expect(leg.timeouts.connect == .seconds(5))
        var silence = TransferReport(ending: .curl(CurlCodes.operationTimedOut, ""))
        silence.phase = .waiting
        silence.times.total = .seconds(5)
        for _ in 0..<2 {
            guard case .run = plan.handle(silence, now: 0, elapsed: .zero) else {
                throw Command.Failure(text: "it gave up early")
            }
        }
        guard case .failed(let error) = plan.handle(silence, now: 0, elapsed: .zero) else {
            throw Command.Failure(text: "it never gives up")
        }
        #expect(error.reason == .firstByteTimeout(after: .seconds(15)))
        var cut = try self.plan("tftp://h/a.cfg")
        silence.phase = .receiving
        silence.received = 512
        guard case .failed = cut.handle(silence, now: 0, elapsed: .zero) else {
            throw Command.Failure(text: "it goes on after the total time")
        }
    }

    @Test("ask a TFTP server anew while there is patience with an answer that has stopped")
    func stalled() throws {
        var plan = try plan("tftp://h/a.cfg")
        var pause = TransferReport(ending: .idleTimeout)
        pause.phase = .receiving
        pause.received = 512
        pause.times.total = .seconds(6)
        guard case .run(let leg) = plan.handle(pause, now: 0, elapsed: .zero) else {
            throw Command.Failure(text: "it gave up early")
        }
        #expect(leg.timeouts.idle == .seconds(5))
        guard case .failed(let error) = plan.handle(pause, now: 0, elapsed: .zero) else {
            throw Command.Failure(text: "it never gives up")
        }
        #expect(error.reason == .idleTimeout(after: .seconds(10), received: 512))
    }

    @Test("look at the certificates when they are refused, without credentials and only for a short time")
    func inspection() throws {
        var plan = try plan("https://id:pass@h/a")
        var report = TransferReport(ending: .curl(CurlCodes.peerFailedVerification, "SSL certificate problem"))
        report.verifyResult = 10
        guard case .run(let leg) = plan.handle(report, now: 0, elapsed: .zero) else {
            Issue.record("no look")
            return
        }
        #expect(leg.purpose == .inspectCertificates)
        #expect(leg.credentials == nil)
        #expect(leg.timeouts.total == .seconds(5))
        guard
            case .failed(let error) = plan.handle(
                TransferReport(ending: .curl(CurlCodes.couldNotConnect, "")),
                now: 0,
                elapsed: .zero
            )
        else {
            Issue.record("no failure")
            return
        }
        #expect(error.reason == .tls(TLSFailure(kind: .expired)))
    }
}

@Suite("Words of OpenSSL")
struct TLSTextTests {
    // As libcurl 7.88.1 with OpenSSL 3.0 gives them.
    @Test(
        "are told apart",
        arguments: [
            ("error:0A00042E:SSL routines::tlsv1 alert protocol version", TLSFailure.Kind.protocolVersion),
            ("error:0A000102:SSL routines::unsupported protocol", .protocolVersion),
            ("error:0A00010B:SSL routines::wrong version number", .notTLS),
            ("error:0A00045C:SSL routines::tlsv13 alert certificate required", .clientCertificateRequired),
            (
                "error:0A000410:SSL routines::sslv3 alert handshake failure",
                .refusedByServer("error:0A000410:SSL routines::sslv3 alert handshake failure")
            ),
            (
                "error:0A00018A:SSL routines::dh key too small",
                .tooWeak("error:0A00018A:SSL routines::dh key too small")
            ),
            ("something new", .other("something new")),
        ]
    )
    func handshake(text: String, kind: TLSFailure.Kind) {
        #expect(TLSText.handshake(text) == kind)
    }

    private static let chain = [
        certificate(0, "leaf", "middle", "Jan  1 00:00:00 2026 GMT", "Dec 31 00:00:00 2026 GMT"),
        certificate(1, "middle", "root", "Jan  1 00:00:00 2020 GMT", "Dec 31 00:00:00 2025 GMT"),
    ]

    private static func certificate(_ position: Int, _ subject: String, _ issuer: String, _ from: String, _ to: String)
        -> TLSFailure.Certificate
    {
        TLSFailure.Certificate(
            position: position,
            subject: subject,
            issuer: issuer,
            notBefore: from,
            notAfter: to,
            names: ""
        )
    }

    @Test("go with the certificate at fault")
    func fault() {
        let now = 1_767_434_400
        #expect(CertificateFault.find(.expired, in: Self.chain, now: now)?.subject == "middle")
        #expect(CertificateFault.find(.notYetValid, in: Self.chain, now: 0)?.subject == "leaf")
        #expect(CertificateFault.find(.unknownIssuer, in: Self.chain, now: now)?.issuer == "root")
        #expect(CertificateFault.find(.wrongHost("h"), in: Self.chain, now: now)?.subject == "leaf")
        let weak = [
            (2_048, "sha256WithRSAEncryption"), (1_024, "sha256WithRSAEncryption"), (4_096, "sha1WithRSAEncryption"),
        ]
        .enumerated().map { position, strength in
            TLSFailure.Certificate(
                position: position,
                subject: "",
                issuer: "",
                notBefore: "",
                notAfter: "",
                names: "",
                rsaBits: strength.0,
                signatureAlgorithm: strength.1
            )
        }
        #expect(CertificateFault.find(.tooWeak(""), in: weak, now: now)?.position == 1)
        #expect(CertificateFault.find(.tooWeak(""), in: [weak[0], weak[2]], now: now)?.position == 2)
        #expect(CertificateFault.find(.tooWeak(""), in: [weak[0]], now: now) == nil)
        #expect(CertificateFault.find(.selfSigned, in: Self.chain, now: now) == nil)
        #expect(CertificateFault.find(.expired, in: [], now: now) == nil)
    }

    @Test("and of servers come out as one line without control characters")
    func safeText() {
        #expect(SafeText.line("a\r\n\u{1B}[31mb\u{202E}c") == "a???[31mb?c")
        #expect(SafeText.line(String(repeating: "x", count: 500)).count == 200)
    }
}
