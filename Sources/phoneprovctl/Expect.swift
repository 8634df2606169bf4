import ArgumentParser
import Control
import Presentation

/// A check for continuous integration: did the phone come to what was expected of it?
struct Expect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks what a run brought: source, outcome, url and any parameter.",
        discussion: """
            For example: phoneprovctl expect source=dhcp-160 outcome=provisioned SIP_RGSTR_ADDR_1=pbx.example.com \
            --timeout 30 --junit report.xml

            It judges when the run that is under way has ended. With --timeout, what has not come true then is waited for \
            until the time is over. Exit status 1 when something did not come true: each such thing says what was \
            expected, what came, and the line of explain. Secrets are compared and never shown; those in url= are not \
            compared, for the daemon does not tell them.
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @Argument(
        help: ArgumentHelp("Expected: source=, outcome=, url= or a parameter's name.", valueName: "name=value"),
        completion: .custom(Completion.expectations)
    )
    var expected: [Expectation]
    @Option(help: ArgumentHelp("How long to wait for it.", valueName: "seconds")) var timeout: Double?
    @Option(
        help: ArgumentHelp("Write a report in JUnit's XML too.", valueName: "file"),
        completion: .file(extensions: ["xml"])
    )
    var junit: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        try Wait.validate(timeout: timeout)
        for fault in expected.compactMap(\.fault) { throw ValidationError(fault) }
    }

    /// One expectation and what became of it.
    struct Verdict: Sendable {
        let expectation: Expectation
        let mismatch: Expectation.Mismatch?
    }

    private struct Judgement: Sendable {
        let run: RunRecord
        let verdicts: [Verdict]
        var isTrue: Bool { verdicts.allSatisfy { $0.mismatch == nil } }
    }

    func run() async throws {
        let began = (Clock.now, ContinuousClock.now)
        let judgement: Judgement
        do {
            judgement = try await Progress.shown(connection) { try await judge(until: timeout) }
        } catch let failure as Failure {
            // Who reads the report must hear that nothing was judged, and not find an older one there.
            let cases = expected.map { JUnitReport.Case(name: $0.text, result: .error(message: failure.message)) }
            try writeJUnit(cases, "", "", began)
            throw failure
        }
        try report(judgement, began)
        guard judgement.isTrue else {
            let wrong = judgement.verdicts.count { $0.mismatch != nil }
            throw Failure.untrue("\(wrong) of \(expected.count) did not come true")
        }
    }

    // MARK: Judging

    /// Judges at each end of a run, until everything came true or the time is over.
    private func judge(until timeout: Double?) async throws -> Judgement {
        let last = Last()
        let judging = { @Sendable in
            let details = try await connection.client()
            let watcher = try await connection.client()
            do {
                for try await reply in try await watcher.replies(to: StatusRequest(phone: connection.phone)) {
                    guard reply.phones.count == 1, let phone = reply.phones.first else {
                        throw ControlClientError.control(.ambiguousPhone(known: reply.phones.map(\.mac)))
                    }
                    guard phone.state != .provisioning else { continue }
                    let judgement = try await judge(phone.mac, details)
                    await last.put(judgement)
                    if judgement.isTrue || timeout == nil { return }
                }
                throw Failure.noDaemon("the daemon has ended")
            } catch let error as ControlClientError {
                throw Failure(error)
            }
        }
        if let timeout {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await judging() }
                group.addTask { try await Task.sleep(for: .seconds(timeout)) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } else {
            try await judging()
        }
        guard let judgement = await last.judgement else {
            throw Failure.untrue("the run did not end within \(Seconds.text(timeout ?? 0)) s")
        }
        return judgement
    }

    /// The last judgement, which counts when the time is over.
    private actor Last {
        private(set) var judgement: Judgement?
        func put(_ new: Judgement) { judgement = new }
    }

    private func judge(_ phone: String, _ client: ControlClient) async throws(ControlClientError) -> Judgement {
        let run = try await client.call(ExplainRequest(phone: phone)).run
        var verdicts: [Verdict] = []
        for expectation in expected {
            var setting: SettingValue?
            if case .parameter(let name) = expectation.subject {
                setting = try await client.call(GetRequest(phone: phone, name: name, reveal: true)).settings.first
            }
            let mismatch = expectation.mismatch(with: run, setting: setting)
            verdicts.append(Verdict(expectation: expectation, mismatch: mismatch))
        }
        return Judgement(run: run, verdicts: verdicts)
    }

    // MARK: Reporting

    private func report(_ judgement: Judgement, _ began: (String, ContinuousClock.Instant)) throws {
        let cases = judgement.verdicts.map { verdict -> JUnitReport.Case in
            guard let mismatch = verdict.mismatch else { return .init(name: verdict.expectation.text, result: .passed) }
            let sentence = mismatch.sentence
            return .init(
                name: verdict.expectation.text,
                result: .failed(message: sentence, text: "\(sentence)\nexplain: \(mismatch.why)")
            )
        }
        let className = "phoneprovctl.\(judgement.run.model).\(judgement.run.phone)"
        if json {
            try Terminal.printJSON(Report(run: judgement.run, verdicts: judgement.verdicts))
        } else {
            try Terminal.out(judgement.verdicts.map(Self.text).joined(separator: "\n"))
        }
        try writeJUnit(cases, className, ExplainText.of(judgement.run), began)
    }

    private static func text(_ verdict: Verdict) -> String {
        let name = Terminal.safe(verdict.expectation.text)
        guard let mismatch = verdict.mismatch else { return "\(Terminal.style("ok", .green))    \(name)" }
        return """
            \(Terminal.style("not", .red))   \(Terminal.safe(verdict.expectation.name)): \
            \(Terminal.safe(mismatch.sentence))
                  explain: \(Terminal.safe(mismatch.why))
            """
    }

    private func writeJUnit(
        _ cases: [JUnitReport.Case],
        _ className: String,
        _ output: String,
        _ began: (String, ContinuousClock.Instant)
    ) throws {
        guard let junit else { return }
        let took = (ContinuousClock.now - began.1).components
        let report = JUnitReport(
            className: className.isEmpty ? "phoneprovctl" : className,
            began: began.0,
            seconds: Double(took.seconds) + Double(took.attoseconds) / 1e18,
            cases: cases,
            output: output
        )
        try FileBytes.replace(junit, with: Array(report.xml.utf8))
    }

    private struct Report: Encodable {
        struct Entry: Encodable {
            let name: String
            let expected: String
            let came: String
            let ok: Bool
            let explain: String?

            enum CodingKeys: CodingKey {
                case name, expected, came, ok, explain
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(name, forKey: .name)
                try container.encode(expected, forKey: .expected)
                try container.encode(came, forKey: .came)
                try container.encode(ok, forKey: .ok)
                try container.encode(explain, forKey: .explain)
            }
        }

        let phone: String
        let run: Int
        let ok: Bool
        let expectations: [Entry]

        init(run: RunRecord, verdicts: [Verdict]) {
            phone = run.phone
            self.run = run.number
            ok = verdicts.allSatisfy { $0.mismatch == nil }
            expectations = verdicts.map { verdict in
                let expected = verdict.expectation.shownValue
                return Entry(
                    name: verdict.expectation.name,
                    expected: expected,
                    came: verdict.mismatch?.came ?? expected,
                    ok: verdict.mismatch == nil,
                    explain: verdict.mismatch?.why
                )
            }
        }
    }
}
