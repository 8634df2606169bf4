import Control
import Foundation
import Testing

/// Each way to use the tool wrongly, and each thing that can go wrong, with what it says and its exit status.
@Suite("What the commands say when it goes wrong")
struct RefusalTests {
    @Test("wrong use is status 2, and says what would be right")
    func wrongUse() throws {
        let commands = [
            ["nonsense"], ["stauts"], ["--phone", "x", "explian"], ["--nonsense"], ["--sokcet", "/x", "status"],
            ["status", "--nonsense"],
            ["set", "CFG_CYCLIC"], ["set"], ["unset"],
            ["wait", "--state", "happy"], ["wait", "--timeout", "-1"], ["wait", "--timeout", "soon"],
            ["explain", "--run", "0"], ["explain", "--run", "last"], ["explain", "--format", "pdf"],
            ["explain", "--json", "--format", "svg"], ["expect"], ["expect", "provisioned"], ["expect", "=1"],
            ["expect", "source=dhcp160"], ["expect", "outcome=ok"], ["schema", "nothing"], ["get", "A", "B"],
        ]
        let text = try commands.map { words in
            let transcript = try Program.transcript(words, socket: "/nonexistent/socket")
            #expect(transcript.hasSuffix("[exit status 2]\n"), "\(transcript)")
            return transcript
        }.joined(separator: "\n")
        try Snapshot.expect(text, is: "wrong-use.txt")
    }

    @Test("without a daemon it is status 3, and says how to start one")
    func noDaemon() throws {
        let commands = [
            ["status"], ["status", "--watch"], ["wait"], ["explain"], ["history"], ["get"], ["set", "A", "B"],
            ["unset", "A"], ["provision"], ["reboot"], ["factory-reset", "--yes"], ["expect", "outcome=failed"],
        ]
        let text = try commands.map { words in
            let transcript = try Program.transcript(words, socket: "/nonexistent/socket")
            #expect(transcript.hasSuffix("[exit status 3]\n"), "\(transcript)")
            return transcript
        }.joined(separator: "\n")
        try Snapshot.expect(text, is: "no-daemon.txt")
    }

    @Test("what the daemon refuses is told in words, with status 1, 2 or 3")
    func refused() throws {
        let many = (1...20).map { "\"0080F00000\($0 + 10)\"" }.joined(separator: ",")
        let refusals: [(error: String, parameters: String)] = [
            ("NoSuchPhone", #"{"phone":"0080F0000009","known":["0080F0ABCDEF"]}"#),
            ("NoSuchPhone", #"{"phone":"x","known":[]}"#),
            ("AmbiguousPhone", #"{"known":["0080F0000001","0080F0000002"]}"#),
            ("NoSuchPhone", #"{"phone":"x","known":[\#(many)]}"#), ("AmbiguousPhone", #"{"known":[\#(many)]}"#),
            ("NoSuchParameter", #"{"name":"CFG_CYCLICAL","nearest":["CFG_CYCLIC"]}"#),
            ("NoSuchParameter", #"{"name":"FOO","nearest":[]}"#),
            ("InvalidValue", #"{"name":"CFG_CYCLIC","reason":"expected Y or N"}"#),
            ("NotPermitted", #"{"reason":"Set needs the right to change."}"#),
            ("NotChangeable", #"{"name":"A","layer":"standard","file":"http://a/b.cfg","line":3}"#),
            ("NoSuchRun", #"{"phone":"0080F0ABCDEF","run":9}"#), ("NoSuchRun", #"{"phone":"0080F0ABCDEF","run":null}"#),
            ("Busy", #"{"reason":"A run is under way."}"#), ("ShuttingDown", "{}"),
            ("Failed", #"{"reason":"The disk is full."}"#),
        ]
        let text = try refusals.map { error, parameters in
            var script = ScriptedDaemon.Script()
            script.refuse(GetRequest.self, error, parameters)
            let daemon = try ScriptedDaemon(script)
            defer { daemon.stop() }
            return try Program.transcript(["get", "CFG_CYCLIC"], socket: daemon.path)
        }.joined(separator: "\n")
        try Snapshot.expect(text, is: "refused.txt")
    }

    @Test("a report of JUnit's says that nothing was judged, whatever the reason, and keeps no older verdict")
    func notJudged() throws {
        let report = FileManager.default.temporaryDirectory.appending(path: "junit-\(UUID().uuidString).xml")
        defer { try? FileManager.default.removeItem(at: report) }
        for (error, parameters) in [("NotPermitted", #"{"reason":"Not for you."}"#), ("ShuttingDown", "{}")] {
            try Data("<an older verdict/>".utf8).write(to: report)
            var script = ScriptedDaemon.Script()
            script.refuse(StatusRequest.self, error, parameters)
            let daemon = try ScriptedDaemon(script)
            defer { daemon.stop() }
            let words = ["expect", "outcome=failed", "--junit", report.path]
            let text = try Program.transcript(words, socket: daemon.path)
            #expect(text.contains("[exit status \(error == "ShuttingDown" ? 3 : 1)]"), "\(text)")
            let xml = try String(contentsOf: report, encoding: .utf8)
            #expect(xml.contains("errors=\"1\"") && xml.contains("type=\"not-judged\""), "\(xml)")
        }
    }

    @Test(
        "help of each command",
        arguments: [
            "status", "wait", "expect", "explain", "history", "provision", "reboot", "factory-reset", "get", "set",
            "unset", "schema",
        ]
    )
    func help(command: String) throws {
        let text = try Program.transcript([command, "--help"], socket: "SOCKET")
        #expect(!text.contains("[exit status"))
        try Snapshot.expect(text, is: "help-\(command).txt")
    }
}
