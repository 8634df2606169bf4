import Control
import Foundation
import Presentation
import Testing

/// What each command writes in each state, word for word. See ``Snapshot`` for how the kept texts are written anew.
@Suite("What the commands write")
struct ScreenTests {
    private func transcripts(
        _ commands: [[String]],
        input: String = "",
        environment: [String: String] = [:],
        _ prepare: (inout ScriptedDaemon.Script) throws -> Void
    ) throws -> String {
        var script = ScriptedDaemon.Script()
        try prepare(&script)
        let daemon = try ScriptedDaemon(script)
        defer { daemon.stop() }
        return try commands.map {
            try Program.transcript($0, socket: daemon.path, input: input, environment: environment)
        }.joined(separator: "\n")
    }

    private static let runs: [(name: String, run: RunRecord)] = [
        ("provisioned", Fixture.provisioned), ("partial", Fixture.partial), ("failed", Fixture.failed),
        ("running", Fixture.running),
    ]

    @Test("explain", arguments: runs.indices)
    func explain(index: Int) throws {
        let (name, run) = Self.runs[index]
        let text = try transcripts([["explain"]]) { try $0.answer(ExplainRequest.self, ExplainReply(run: run)) }
        try Snapshot.expect(text, is: "explain-\(name).txt")
        let picture = try transcripts([["explain", "--format", "svg"]]) {
            try $0.answer(ExplainRequest.self, ExplainReply(run: run))
        }
        try Snapshot.expect(String(picture.drop { $0 != "<" }), is: "explain-\(name).svg")
        #expect(!text.contains("\u{1B}") && !picture.contains("\u{1B}"), "control characters of a server are not sent")
    }

    @Test("explain --json is the record, with its version")
    func json() throws {
        let text = try transcripts([["explain", "--json"]]) {
            try $0.answer(ExplainRequest.self, ExplainReply(run: Fixture.provisioned))
        }
        let body = text.drop { $0 != "{" }
        let run = try JSONDecoder().decode(RunRecord.self, from: Data(body.utf8))
        #expect(run == Fixture.provisioned)
        #expect(body.contains("\"version\" : 1"))
    }

    @Test("status of one phone and of several, as text, as JSON and as they change")
    func status() throws {
        let one = StatusReply(phones: [Fixture.status(Fixture.provisioned)])
        let waiting = Fixture.status(Fixture.running, step: 3, detail: "SIP PnP: waiting for a NOTIFY")
        let three = StatusReply(phones: [
            one.phones[0], Fixture.status(Fixture.failed, mac: "0080F0000001", detail: "not provisioned"), waiting,
        ])
        var text = try transcripts([["status"], ["status", "--json"]]) { try $0.answer(StatusRequest.self, one) }
        text += "\n" + (try transcripts([["status"]]) { try $0.answer(StatusRequest.self, three) })
        text += "\n" + (try transcripts([["status"]]) { try $0.answer(StatusRequest.self, StatusReply(phones: [])) })
        let changes = try transcripts([["status", "--watch"], ["status", "--watch", "--json"]]) {
            try $0.answer(StatusRequest.self, StatusReply(phones: [waiting]), one, one)
        }
        text += "\n" + Self.withoutClock(changes)
        try Snapshot.expect(text, is: "status.txt")
    }

    /// The time at which a line was written.
    private static func withoutClock(_ text: String) -> String {
        text.replacing(#/(?m)^20[0-9-]+T[0-9:.]+Z\ /#, with: "TIME ")
    }

    @Test("wait, in time and too late")
    func wait() throws {
        let phones = [Fixture.status(Fixture.provisioned)]
        var text = try transcripts([["wait"], ["wait", "--state", "provisioned", "--json"]]) {
            try $0.answer(WaitRequest.self, WaitReply(reached: true, phones: phones))
        }
        let late = [Fixture.status(Fixture.running, step: 3, detail: "SIP PnP: waiting for a NOTIFY")]
        text += "\n"
        text += try transcripts([["wait", "--timeout", "0.5"], ["wait", "--state", "failed", "--timeout", "1"]]) {
            try $0.answer(WaitRequest.self, WaitReply(reached: false, phones: late))
        }
        try Snapshot.expect(text, is: "wait.txt")
    }

    @Test("history, with what was changed by hand, and without anything")
    func history() throws {
        let full = HistoryReply(
            runs: [Fixture.partial.summary, Fixture.provisioned.summary, Fixture.running.summary],
            changes: Fixture.changes
        )
        var text = try transcripts([["history"]]) { try $0.answer(HistoryRequest.self, full) }
        text += "\n" + (try transcripts([["history"]]) { try $0.answer(HistoryRequest.self, HistoryReply(runs: [])) })
        try Snapshot.expect(text, is: "history.txt")
    }

    @Test("get, set, unset, provision, reboot and factory-reset")
    func programming() throws {
        let settings = GetReply(settings: Fixture.settings)
        var text = try transcripts([["get"], ["get", "--explain"]]) { try $0.answer(GetRequest.self, settings) }
        text += "\n"
        text += try transcripts([["get", "SIP_RGSTR_ADDR_1"]]) {
            try $0.answer(GetRequest.self, GetReply(settings: [Fixture.settings[1]]))
        }
        text += "\n"
        text += try transcripts(
            [
                ["set", "CFG_CYCLIC", "Y"], ["unset", "CFG_CYCLIC"], ["provision"], ["reboot"],
                ["factory-reset", "--yes"], ["factory-reset"], ["set", "ADMIN_PASS", "-"],
            ],
            input: ""
        ) {
            try $0.answer(SetRequest.self, SetReply(overriddenBy: nil))
            try $0.answer(UnsetRequest.self, EmptyReply())
            try $0.answer(ProvisionRequest.self, EmptyReply())
            try $0.answer(RebootRequest.self, EmptyReply())
            try $0.answer(FactoryResetRequest.self, EmptyReply())
            try $0.answer(StatusRequest.self, StatusReply(phones: [Fixture.status(Fixture.provisioned)]))
        }
        text += "\n"
        text += try transcripts([["set", "CFG_CYCLIC", "Y"]]) {
            let above = "the standard file, line 3, has perm \"!\" and stands above it"
            try $0.answer(SetRequest.self, SetReply(overriddenBy: above))
        }
        try Snapshot.expect(text, is: "programming.txt")
    }

    @Test("expect, come true and not, as text, as JSON and as JUnit")
    func expect() throws {
        let report = FileManager.default.temporaryDirectory.appending(path: "junit-\(UUID().uuidString).xml")
        defer { try? FileManager.default.removeItem(at: report) }
        let all = [
            "source=sip-pnp", "outcome=provisioned", "SIP_RGSTR_ADDR_1=pbx.example.com",
        ]
        let wrong = ["source=dhcp-160", "outcome=provisioned", "url=http://a/<&>", "SIP_RGSTR_ADDR_1=b.example.com"]
        func prepare(_ run: RunRecord) -> (inout ScriptedDaemon.Script) throws -> Void {
            { script in
                try script.answer(StatusRequest.self, StatusReply(phones: [Fixture.status(run)]))
                try script.answer(ExplainRequest.self, ExplainReply(run: run))
                try script.answer(GetRequest.self, GetReply(settings: [Fixture.settings[1]]))
            }
        }
        var text = try transcripts([["expect"] + all], prepare(Fixture.provisioned))
        text += "\n"
        text += try transcripts(
            [["expect"] + wrong + ["--junit", report.path], ["expect", "--json"] + wrong],
            prepare(Fixture.partial)
        )
        .replacing(report.path, with: "report.xml")
        for (name, value) in [("SIP_PASS_1", "a-secret"), ("SIP_AUTHID_1", "")] {
            let setting = SettingValue(
                name: name,
                value: value,
                layer: "factory",
                file: nil,
                line: nil,
                changeable: true,
                hides: []
            )
            text += "\n"
            text += try transcripts([["expect", "\(name)=another"]]) { script in
                try prepare(Fixture.failed)(&script)
                try script.answer(GetRequest.self, GetReply(settings: [setting]))
            }
        }
        try Snapshot.expect(text, is: "expect.txt")
        let xml = try String(contentsOf: report, encoding: .utf8)
        let fixed = xml.replacing(/time="[0-9.]+"/, with: "time=\"TIME\"")
            .replacing(/timestamp="[0-9T:-]+"/, with: "timestamp=\"WHEN\"")
        try Snapshot.expect(fixed, is: "expect.xml")
    }

    @Test("a password in the URL that is expected is not compared, and stands in no report")
    func expectedURL() throws {
        let report = FileManager.default.temporaryDirectory.appending(path: "junit-\(UUID().uuidString).xml")
        defer { try? FileManager.default.removeItem(at: report) }
        let url = "url=https://id:a-secret@prov.example.com/pnp/KX-UTG200B.cfg"
        for (run, verdict) in [
            (Fixture.provisioned, "ok    url=https://id:***@"), (Fixture.partial, "not   url: expected"),
        ] {
            let text = try transcripts([["expect", url, "--junit", report.path]]) {
                try $0.answer(StatusRequest.self, StatusReply(phones: [Fixture.status(run)]))
                try $0.answer(ExplainRequest.self, ExplainReply(run: run))
            }
            let told = text.drop { $0 != "\n" }
            #expect(told.hasPrefix("\n" + verdict) && !told.contains("a-secret"), "\(text)")
            #expect(try !String(contentsOf: report, encoding: .utf8).contains("a-secret"))
        }
    }

    @Test("colour stays out of what is no terminal, and NO_COLOR is heard")
    func colour() throws {
        let text = try transcripts([["status"], ["history"], ["explain"]], environment: ["NO_COLOR": "1"]) {
            try $0.answer(StatusRequest.self, StatusReply(phones: [Fixture.status(Fixture.failed)]))
            try $0.answer(HistoryRequest.self, HistoryReply(runs: [Fixture.failed.summary]))
            try $0.answer(ExplainRequest.self, ExplainReply(run: Fixture.failed))
        }
        #expect(!text.contains("\u{1B}"))
        let coloured = ExplainText.of(Fixture.failed, style: Style(isColoured: true))
        #expect(coloured.contains("\u{1B}[31mfailed\u{1B}[0m"))
        #expect(coloured.replacing(/\u{1B}\[[0-9]+m/, with: "") == ExplainText.of(Fixture.failed))
    }
}
