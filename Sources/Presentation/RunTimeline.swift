import Control

/// A run as a picture: its nine steps on a time axis, with the SIP messages and downloads in them.
///
/// It is made for a sheet of A4 paper upright, and tells everything in words too, so that it can be read without colour.
public struct RunTimeline {
    private static let width = 760.0
    private static let margin = 24.0
    /// Where the time axis begins and ends.
    private static let axis = (start: 250.0, end: 720.0)
    /// The most lines beneath a step; what comes after is counted.
    private static let maximumLines = 12

    private let run: RunRecord
    private let spans: RunSpans
    private var canvas = SVGCanvas()
    private var y = 0.0

    private init(_ run: RunRecord) {
        self.run = run
        spans = RunSpans(run)
    }

    /// The picture, an SVG 1.1 document without a line end after its last line.
    public static func svg(of run: RunRecord) -> String {
        var timeline = RunTimeline(run)
        timeline.drawHead()
        let top = timeline.y
        timeline.drawSteps()
        timeline.drawAxis(from: top, to: timeline.y)
        timeline.drawEnd()
        let outcome = run.outcome ?? "under way"
        let steps = run.steps.map { "step \($0.step), \($0.name): \($0.outcome)" }.joined(separator: "; ")
        return timeline.canvas.document(
            width: width,
            height: timeline.y + margin,
            millimetres: 190,
            title: "Run \(run.number) of \(run.model) \(run.phone): \(outcome)",
            description: steps
        )
    }

    // MARK: Head

    private mutating func drawHead() {
        let outcome = run.outcome ?? "under way"
        y = Self.margin + 16
        canvas.text("Run \(run.number) of \(run.model) \(run.phone)", Self.margin, y, .init(size: 19, weight: "bold"))
        let badge = SVGCanvas.width(of: outcome, size: 12) + 24
        let right = Self.width - Self.margin
        canvas.rectangle(right - badge, y - 17, badge, 23, fill: Self.colour(Mood(outcome: outcome)), radius: 11.5)
        canvas.text(
            outcome,
            right - badge / 2,
            y - 1,
            .init(size: 12, weight: "bold", colour: "#ffffff", anchor: .middle)
        )
        let took = run.milliseconds.map { ", " + Wording.taken(milliseconds: $0, isOver: run.outcome != nil) } ?? ""
        let facts = [
            "\(RFC3339.spoken(run.startedAt)), because: \(Wording.trigger(run.trigger))\(took)",
            "Source \(run.source.rawValue), URL \(run.url ?? "none")",
        ]
        y += 8
        for fact in facts {
            for text in SVGCanvas.lines(fact, width: right - Self.margin, size: 11, limit: 2) {
                y += 16
                canvas.text(text, Self.margin, y, .init(size: 11, colour: SVGCanvas.quiet))
            }
        }
        y += 38
    }

    // MARK: Steps

    private mutating func drawSteps() {
        for step in run.steps {
            let top = y
            let lines = lines(of: step)
            let detail = SVGCanvas.lines(step.detail, width: Self.width - 2 * Self.margin - 38, size: 10, limit: 2)
            let happened: Double = lines.map(height(of:)).reduce(0, +)
            let tall: Double = 32 + Double(detail.count) * 13 + happened + (lines.isEmpty ? 0 : 2)
            if step.step % 2 == 1 {
                canvas.rectangle(
                    Self.margin - 8,
                    top,
                    Self.width - 2 * Self.margin + 16,
                    tall,
                    fill: SVGCanvas.band,
                    radius: 5
                )
            }
            drawName(of: step, at: top + 18)
            drawBar(of: step, at: top + 8)
            var line = top + 28
            for text in detail {
                line += 13
                canvas.text(text, Self.margin + 30, line - 3, .init(size: 10, colour: SVGCanvas.quiet))
            }
            for item in lines {
                line += height(of: item)
                draw(item, at: line - 3)
            }
            y = top + tall
        }
    }

    private mutating func drawName(of step: StepRecord, at baseline: Double) {
        let colour = Self.colour(Mood(step: step.outcome))
        let isWalked = step.milliseconds != nil || spans.span(of: step) != nil
        let x = Self.margin + 11
        canvas.circle(x, baseline - 4, 10, fill: isWalked ? colour : "#ffffff", stroke: colour)
        canvas.text(
            "\(step.step)",
            x,
            baseline,
            .init(size: 11, weight: "bold", colour: isWalked ? "#ffffff" : colour, anchor: .middle)
        )
        canvas.text(step.name, Self.margin + 30, baseline, .init(size: 12.5, weight: "bold"))
        canvas.text(
            step.outcome,
            Self.axis.start - 12,
            baseline,
            .init(size: 11, colour: colour, anchor: .end)
        )
    }

    private mutating func drawBar(of step: StepRecord, at top: Double) {
        guard let span = spans.span(of: step) else { return }
        let (left, right) = (place(span.start), place(span.start + span.length))
        canvas.rectangle(left, top, max(3, right - left), 13, fill: Self.colour(Mood(step: step.outcome)), radius: 2)
        let end = max(right, left + 3)
        drawLabel(span.label, left: left, right: end, baseline: top + 10.5, size: 10, colour: SVGCanvas.ink)
    }

    /// Beside a bar: to its right while there is room, then to its left, then in it.
    private mutating func drawLabel(
        _ label: String,
        left: Double,
        right: Double,
        baseline: Double,
        size: Double,
        colour: String
    ) {
        let wide = SVGCanvas.width(of: label, size: size)
        if right + 6 + wide <= Self.width - Self.margin {
            canvas.text(label, right + 6, baseline, .init(size: size, colour: colour))
        } else if left - 6 - wide >= Self.axis.start {
            canvas.text(label, left - 6, baseline, .init(size: size, colour: colour, anchor: .end))
        } else {
            canvas.text(label, right - 6, baseline, .init(size: size, colour: "#ffffff", anchor: .end))
        }
    }

    // MARK: What happened in a step

    private enum Line {
        case message(MessageRecord)
        case download(DownloadRecord)
        case more(Int)
    }

    private func lines(of step: StepRecord) -> [Line] {
        let all =
            run.messages.filter { $0.step == step.step }.map(Line.message)
            + run.downloads.filter { $0.step == step.step }.map(Line.download)
        guard all.count > Self.maximumLines else { return all }
        return all.prefix(Self.maximumLines - 1) + [.more(all.count - Self.maximumLines + 1)]
    }

    private static let small = 9.5

    private func words(_ line: Line) -> String {
        switch line {
        case .message(let message):
            let peer = message.direction == .sent ? "to \(message.destination)" : "from \(message.source)"
            return "\(message.startLine), \(peer)"
        case .download(let download): return "\(download.purpose): \(Wording.download(download))"
        case .more(let count): return "… and \(count) more"
        }
    }

    /// Where its mark on the axis begins and ends.
    private func span(_ line: Line) -> (left: Double, right: Double) {
        switch line {
        case .message(let message):
            let x = place(spans.offset(of: message.at) ?? 0)
            return (x - 6, x + 6)
        case .download(let download):
            let start = spans.offset(of: download.at) ?? 0
            let left = place(start)
            return (left, max(left + 2, place(start + download.milliseconds)))
        case .more: return (Self.axis.start, Self.axis.start)
        }
    }

    /// The text stands beside its mark, to the right or to the left; where neither has room, in a line above it.
    private enum Side {
        case right, left, above
    }

    private func side(_ line: Line) -> Side {
        let wide = SVGCanvas.width(of: words(line), size: Self.small) + 8
        let (left, right) = span(line)
        if right + wide <= Self.width - Self.margin { return .right }
        return left - wide >= Self.margin + 30 ? .left : .above
    }

    private func height(of line: Line) -> Double { side(line) == .above ? 25 : 15 }

    private mutating func draw(_ line: Line, at baseline: Double) {
        let (left, right) = span(line)
        let middle = baseline - 3.5
        var colour = SVGCanvas.ink
        switch line {
        case .message(let message):
            let isSent = message.direction == .sent
            canvas.line(left + 3, middle, right - 3, middle, colour: SVGCanvas.quiet, width: 1.5)
            canvas.arrow(isSent ? right : left, middle, isSent: isSent, colour: SVGCanvas.quiet)
        case .download(let download):
            let mood: Mood = download.failure == nil ? .good : .bad
            canvas.rectangle(left, middle - 2.5, right - left, 5, fill: Self.colour(mood), radius: 1)
            if download.failure != nil { colour = Self.colour(.bad) }
        case .more: break
        }
        switch side(line) {
        case .right: canvas.text(words(line), right + 8, baseline, .init(size: Self.small, colour: colour))
        case .left: canvas.text(words(line), left - 8, baseline, .init(size: Self.small, colour: colour, anchor: .end))
        case .above:
            let x = Self.margin + 30
            let text = SVGCanvas.clipped(words(line), to: Self.width - Self.margin - x, size: Self.small)
            canvas.text(text, x, baseline - 10, .init(size: Self.small, colour: colour))
        }
    }

    // MARK: The time axis

    private mutating func drawAxis(from top: Double, to bottom: Double) {
        let total = Double(spans.total)
        let step = Self.tick(total)
        var at = 0.0
        while at <= total + step / 1_000 {
            let x = Self.axis.start + (Self.axis.end - Self.axis.start) * at / total
            canvas.line(x, top - 8, x, top - 3, colour: SVGCanvas.quiet)
            let label = at == 0 ? "0" : Self.tickLabel(at)
            canvas.text(label, x, top - 12, .init(size: 9.5, colour: SVGCanvas.quiet, anchor: .middle))
            at += step
        }
        canvas.line(Self.axis.start, top - 3, Self.axis.end, top - 3, colour: SVGCanvas.line)
        canvas.line(Self.margin - 8, bottom + 1, Self.width - Self.margin + 8, bottom + 1, colour: SVGCanvas.line)
    }

    /// 1, 2 or 5 times a power of ten, so that at most seven fit.
    private static func tick(_ total: Double) -> Double {
        var step = 1.0
        while true {
            for factor in [1.0, 2, 5] where total / (step * factor) <= 7 { return step * factor }
            step *= 10
        }
    }

    private static func tickLabel(_ milliseconds: Double) -> String {
        guard milliseconds >= 1_000 else { return "\(Int(milliseconds)) ms" }
        let tenths = Int((milliseconds / 100).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// A time of the run on the axis. A clock that was set during the run must not push anything off the paper.
    private func place(_ offset: Int) -> Double {
        Self.axis.start + (Self.axis.end - Self.axis.start) * Double(min(offset, spans.total)) / Double(spans.total)
    }

    // MARK: End

    private mutating func drawEnd() {
        y += 22
        let next =
            run.outcome == nil
            ? "The run is under way" : "Next run: \(run.nextAttempt.map(RFC3339.spoken) ?? "none planned")"
        let changes = run.changes.isEmpty ? "" : ". Changed settings: \(run.changes.count)"
        canvas.text(next + changes, Self.margin, y, .init(size: 11, colour: SVGCanvas.quiet))
        guard let advice = run.advice else { return }
        let lines = SVGCanvas.lines(advice, width: Self.width - 2 * Self.margin - 28, size: 11.5, limit: 8)
        let height = 34 + Double(lines.count) * 16
        y += 12
        canvas.rectangle(Self.margin - 8, y, Self.width - 2 * Self.margin + 16, height, fill: "#fff8e5", radius: 5)
        canvas.rectangle(Self.margin - 8, y, 4, height, fill: Self.colour(.fair))
        canvas.text("What to do", Self.margin + 8, y + 20, .init(size: 12, weight: "bold"))
        for (index, line) in lines.enumerated() {
            canvas.text(line, Self.margin + 8, y + 38 + Double(index) * 16, .init(size: 11.5))
        }
        y += height
    }

    /// Colours whose contrast on white is 4.5 and more (WCAG 2.1, AA), also beneath white text.
    private static func colour(_ mood: Mood) -> String {
        switch mood {
        case .good: "#1a7f37"
        case .fair: "#9a6700"
        case .bad: "#c21f2b"
        case .neutral: "#59636e"
        }
    }
}
