import Downloads
import Foundation
import Testing

@testable import PhoneAgent
@testable import Provisioning

/// What to do about a run that was not `provisioned`: a sentence for each cause.
@Suite("Advice")
struct RunAdviceTests {
    private static let codes = [
        "name-not-resolved", "name-lookup-timeout", "connection-refused", "unreachable", "connect-timeout",
        "local-binding", "proxy", "first-byte-timeout", "idle-timeout", "total-timeout", "too-large",
        "headers-too-large", "http-304", "http-400", "http-401", "http-403", "http-404", "http-410", "http-429",
        "http-500", "http-502", "http-503", "http-504", "content-encoded", "too-many-redirects", "redirect-refused",
        "tls-expired", "tls-not-yet-valid", "tls-wrong-host", "tls-unknown-issuer", "tls-self-signed", "tls-too-weak",
        "tls-protocol-version", "tls-not-tls", "tls-client-certificate-required", "tls-refused-by-server", "tls-other",
        "ftp-login", "ftp-missing", "tftp-not-found", "tftp-access", "tftp-error", "truncated", "connection-reset",
        "empty-reply", "bad-reply", "overloaded", "bad-root", "no-certificate", "system-roots-unreadable",
        "unsupported-scheme", "bad-url", "empty-file", "not-well-formed", "not-xml", "html-page", "access-denied",
        "foreign-dialect", "content-before-declaration", "document-type", "too-deep", "wrong-root",
        "encrypted-without-key", "wrong-key", "bad-base64", "truncated-encryption",
    ]

    private func fact(_ code: String, url: String = "https://prov.example.com/a/KX-UTG200B.cfg") -> TransferFact {
        var fact = TransferFact(
            step: .download,
            purpose: DownloadPurpose.initial.name,
            at: WallTime(milliseconds: 0),
            milliseconds: 1,
            url: url
        )
        fact.failure = code
        return fact
    }

    @Test("every failure has a sentence of its own, and it names what to act on", arguments: codes)
    func sentences(code: String) {
        let text = DownloadAdvice(download: fact(code), source: .dhcp160).sentence(for: code)
        #expect(!text.contains("Step 8 says what is wrong with the"), "\(code) has only the general sentence")
        #expect(text.first?.isUppercase == true && text.hasSuffix("."), "\(text)")
        #expect(text.count < 260, "one sentence that is read at a glance: \(text)")
    }

    @Test("the sentence follows the cause: credentials, where the URL comes from, which server")
    func details() {
        let manual = DownloadAdvice(download: fact("http-401"), source: .manual).sentence(for: "http-401")
        #expect(manual.contains("USR_PROV_SVR_AUTH_ID") && manual.contains("prov.example.com"))
        let dhcp = DownloadAdvice(download: fact("http-401"), source: .dhcp160).sentence(for: "http-401")
        #expect(dhcp.contains("HTTP_AUTH_ID") && !dhcp.contains("USR_PROV"))
        let missing = DownloadAdvice(download: fact("http-404"), source: .dhcp66).sentence(for: "http-404")
        #expect(missing.contains("KX-UTG200B.cfg") && missing.contains("DHCP option 66"))
        let tftp = fact("first-byte-timeout", url: "tftp://192.0.2.7/a.cfg")
        #expect(
            DownloadAdvice(download: tftp, source: .dhcp66).sentence(for: "first-byte-timeout").contains("port than 69")
        )
    }

    @Test("503 is the server's own word: with Retry-After or without, the phone says what it makes of it")
    func busy() {
        var busy = fact("http-503")
        let open = DownloadAdvice(download: busy, source: .manual).sentence(for: "http-503")
        #expect(open.contains("prov.example.com: it says that it cannot serve now, without a Retry-After"))
        #expect(open.contains("CFG_RTRY_INTVL") && !open.contains("gateway"))
        busy.retryAfterSeconds = 120
        let timed = DownloadAdvice(download: busy, source: .manual).sentence(for: "http-503")
        #expect(timed.contains("come back in 120 s (Retry-After)") && !timed.contains("gateway"))
        for code in ["http-502", "http-504"] {
            #expect(DownloadAdvice(download: fact(code), source: .manual).sentence(for: code).contains("gateway"))
        }
    }

    @Test("what Retry-After asks for is kept with the download", arguments: [nil, 120])
    func retryAfter(seconds: Int64?) {
        let url = "http://prov.example.com/a.cfg"
        let note = TransferNote()
        let wait = seconds.map { Duration.seconds($0) }
        note.fail(DownloadError(url: url, requestedURL: url, reason: .httpStatus(503, retryAfter: wait)))
        let order = DownloadOrder(
            id: DownloadID(number: 1),
            purpose: .initial,
            url: url,
            initialURL: url,
            source: .manual,
            isOneOfSeveralTries: false
        )
        let kept = note.fact(of: order)
        #expect(kept.failure == "http-503" && kept.status == 503 && kept.retryAfterSeconds == seconds)
    }

    @Test("a run that failed does not deny the saved copy that is in force")
    func savedWithoutSettings() throws {
        func file(_ role: String, _ disposition: String, carriesSettings: Bool) -> String {
            """
            {"role":"\(role)","disposition":"\(disposition)","url":"http://a/b","bytes":0,"sha256":"","detail":"HTTP 404",
             "carriesSettings":\(carriesSettings)}
            """
        }
        let saved = try trace("failed", source: "manual", files: file("initial", "saved", carriesSettings: false))
        #expect(
            RunSentence.ending(of: saved)
                == "not provisioned, and the saved copy of the initial file has no settings: HTTP 404"
        )
        let files = [
            file("initial", "fresh", carriesSettings: false), file("standard", "missing", carriesSettings: true),
        ]
        let named = try trace("failed", source: "manual", files: files.joined(separator: ","))
        #expect(
            RunSentence.ending(of: named)
                == "not provisioned, and there is no saved copy of the standard file: HTTP 404"
        )
        let nothing = try trace("failed", source: "manual", files: file("initial", "missing", carriesSettings: true))
        #expect(RunSentence.ending(of: nothing) == "not provisioned, and there is no saved copy: HTTP 404")
    }

    /// A trace as flash keeps it.
    private func trace(
        _ outcome: String,
        source: String,
        steps: [Int: String] = [:],
        files: String = "",
        extra: String = ""
    ) throws -> RunTrace {
        let records = (1...9).map { number in
            let detail = steps[number] ?? "-"
            let outcome = steps[number] == nil ? "skipped" : "nothing"
            return #"{"step":\#(number),"outcome":"\#(outcome)","detail":"\#(detail)","notes":[],"omittedNotes":0}"#
        }
        let text = """
            {"number":1,"trigger":"start","startedAt":1,"milliseconds":5,"source":"\(source)","files":[\(files)],
             "steps":[\(records.joined(separator: ","))],"changes":[],"outcome":"\(outcome)"\(extra)}
            """
        return try JSONDecoder().decode(RunTrace.self, from: Data(text.utf8))
    }

    @Test("without a source the advice is about the one that came nearest")
    func noSource() throws {
        let silent = try trace("failed", source: "none", steps: [3: "no NOTIFY", 4: "the lease has no option 160"])
        #expect(RunAdvice.advice(on: silent)?.hasPrefix("Start a SIP PnP server") == true)
        let noLease = try trace("failed", source: "none", steps: [4: "no option 160: there is no DHCP lease (…)"])
        #expect(RunAdvice.advice(on: noLease)?.hasPrefix("No DHCP client has told") == true)
        let lease = #","lease":[{"step":6,"option":"66","refusal":"it is empty","origin":""}]"#
        let refused = try trace("failed", source: "none", extra: lease)
        #expect(RunAdvice.advice(on: refused)?.hasPrefix("Correct option 66 on the DHCP server (it is empty)") == true)
        func message(_ line: String) -> String {
            """
            ,"messages":[{"step":3,"at":1,"isSent":false,"source":"a","destination":"b","startLine":"\(line)","bytes":1}]
            """
        }
        let notify = try trace("failed", source: "none", extra: message("NOTIFY sip:a SIP/2.0"))
        #expect(RunAdvice.advice(on: notify)?.contains("NOTIFY without a URL") == true)
        let answered = try trace("failed", source: "none", extra: message("SIP/2.0 403 Forbidden"))
        #expect(RunAdvice.advice(on: answered)?.contains("sent no NOTIFY") == true)
    }

    @Test("a run that needs nothing gets no advice, and a trace of an earlier version is read")
    func nothingToDo() throws {
        let done = try trace("provisioned", source: "manual")
        #expect(RunAdvice.advice(on: done) == nil)
        #expect(done.messages.isEmpty && done.transfers.isEmpty && done.lease.isEmpty)
        #expect(RunAdvice.advice(on: try trace("disabled", source: "none"))?.contains("PROVISION_ENABLE") == true)
        let old = try trace("failed", source: "manual", steps: [8: "initial file: it went wrong"])
        #expect(RunAdvice.advice(on: old) == "Initial file: it went wrong. Mend it, then phoneprovctl provision.")
    }
}
