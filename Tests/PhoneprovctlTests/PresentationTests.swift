import Control
import Provisioning
import Testing

@testable import Presentation

@Suite("Words, times and pictures")
struct PresentationTests {
    @Test("why a run began is said in the same words as in the log", arguments: Trigger.allCases)
    func triggers(trigger: Trigger) {
        #expect(Wording.trigger(trigger.rawValue) == trigger.sentence)
    }

    @Test(
        "RFC 3339 is read without a calendar library",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2026-11-21T09:30:00.123Z", 1_795_253_400_123), ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("1969-12-31T23:59:59.5Z", -500), ("2026-11-21T09:30:00.123456Z", 1_795_253_400_123),
        ]
    )
    func times(text: String, milliseconds: Int) {
        #expect(RFC3339.milliseconds(text) == milliseconds)
    }

    @Test(
        "what is no time is none",
        arguments: [
            "", "now", "2026-11-21", "2026-13-21T09:30:00Z", "2026-11-21T09:30:00+01:00", "2026-11-21T09:30:0xZ",
        ]
    )
    func noTimes(text: String) {
        #expect(RFC3339.milliseconds(text) == nil)
        #expect(RFC3339.spoken(text) == text)
    }

    @Test(
        "durations are said as a person would",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1_000, "1.000 s"), (5_003, "5.003 s"), (59_999, "59.999 s"),
            (125_000, "2 min 5 s"), (7_260_000, "2 h 1 min"),
        ]
    )
    func durations(milliseconds: Int, text: String) {
        #expect(Wording.duration(milliseconds: milliseconds) == text)
    }

    @Test("nothing of a server moves the cursor", arguments: ["\u{1B}[2J", "\u{7}", "a\rb", "\u{202E}x", "\u{2028}"])
    func controlCharacters(text: String) {
        let safe = SafeText.of(text)
        #expect(safe.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.properties.generalCategory != .format })
        #expect(safe.contains("\\u{"))
    }

    @Test("a text is broken at blanks, inside words that are too wide, and cut at the limit")
    func lines() {
        let width = SVGCanvas.width(of: "aaaa bbbb", size: 10)
        #expect(SVGCanvas.lines("aaaa bbbb cccc", width: width, size: 10, limit: 9) == ["aaaa bbbb", "cccc"])
        let long = SVGCanvas.lines(String(repeating: "a", count: 50), width: width, size: 10, limit: 99)
        #expect(long.count > 4 && long.joined() == String(repeating: "a", count: 50))
        #expect(long.allSatisfy { SVGCanvas.width(of: $0, size: 10) <= width })
        let cut = SVGCanvas.lines("aaaa bbbb cccc dddd eeee ffff", width: width, size: 10, limit: 2)
        #expect(cut.count == 2 && cut[1].hasSuffix("…"))
    }

    @Test("a run's time is its own, or what its steps tell while it goes on")
    func spans() throws {
        var run = Fixture.provisioned
        let over = RunSpans(run)
        #expect(over.total == 412)
        let third = try #require(over.span(of: run.steps[2]))
        #expect(third == .init(start: 4, length: 121, isOver: true) && third.label == "121 ms")
        #expect(over.span(of: run.steps[4]) == nil, "it was skipped")

        run.milliseconds = nil
        run.steps = Array(run.steps.prefix(3))
        run.steps[2].milliseconds = nil
        #expect(RunSpans(run).span(of: run.steps[2]) == nil, "it was skipped after it had begun")
        run.steps[2].outcome = "running"
        run.steps[2].startedAt = "2026-11-21T09:30:00.104Z"
        let underWay = RunSpans(run)
        #expect(underWay.total == 104)
        let going = try #require(underWay.span(of: run.steps[2]))
        #expect(going == .init(start: 104, length: 0, isOver: false) && going.label == "under way")
        #expect(underWay.offset(of: "1999-01-01T00:00:00Z") == 0)
        #expect(underWay.offset(of: "2099-01-01T00:00:00Z") == 104)
    }

    @Test("what was noted before a message stands above the messages, and what tells no more than they do is left out")
    func order() throws {
        var run = Fixture.provisioned
        run.steps[2].notes.insert("the interface got an address", at: 0)
        let lines = ExplainText.of(run).split(separator: "\n").map { $0.drop { $0 == " " } }
        let step = try #require(lines.firstIndex { $0.hasPrefix("3  SIP PnP") })
        #expect(lines[step + 1] == "the interface got an address")
        #expect(lines[step + 2].hasPrefix("09:30:00.005 → 224.0.1.75:5060  SUBSCRIBE"))
        #expect(lines[step + 6].hasPrefix("← NOTIFY from 198.51.100.1:5060 (kamailio)"))
        #expect(!lines.contains { $0.hasPrefix("→ SUBSCRIBE") || $0.hasPrefix("← 200 OK") })
    }

    @Test("in brief, a run is its nine steps, and phones are counted first, with those above that lack something")
    func brief() {
        let steps = ExplainText.steps(of: Fixture.provisioned, isBrief: true).split(separator: "\n")
        #expect(steps.count == 9 && steps.indices.allSatisfy { steps[$0].hasPrefix("\($0 + 1)  ") }, "\(steps)")
        let phones = [
            Fixture.status(Fixture.provisioned), Fixture.status(Fixture.running, mac: "0080F0000002"),
            Fixture.status(Fixture.failed, mac: "0080F0000001"),
        ]
        let lines = StatusText.brief(phones).split(separator: "\n").map { String($0.prefix(12)) }
        #expect(lines == ["3 phones: 1 ", "PHONE       ", "0080F0000001", "0080F0000002", "0080F0ABCDEF"])
        #expect(StatusText.brief([phones[0]]) == StatusText.of([phones[0]]))
    }

    @Test("a clock that was set during the run pushes nothing off the paper")
    func clockWasSet() throws {
        var run = Fixture.provisioned
        for index in run.steps.indices where run.steps[index].startedAt != nil {
            run.steps[index].startedAt = index % 2 == 0 ? "1999-01-01T00:00:00Z" : "2099-01-01T00:00:00Z"
        }
        let svg = RunTimeline.svg(of: run)
        for match in svg.matches(of: #/\ (?:x|x1|x2|cx)="(-?[0-9.]+)"/#) {
            let x = try #require(Double(match.output.1))
            #expect((0...760).contains(x), "\(match.output.0)")
        }
    }
}
