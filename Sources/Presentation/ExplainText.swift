import Control

/// A run as a person reads it: nine lines with what happened in each beneath it, the files, the settings, what to do.
public struct ExplainText {
    private let run: RunRecord
    private let style: Style

    /// The most changes that are listed; JSON has all.
    static let maximumChanges = 40

    private init(_ run: RunRecord, _ style: Style) {
        self.run = run
        self.style = style
    }

    /// The whole text, without a line end after the last line.
    public static func of(_ run: RunRecord, style: Style = .plain) -> String {
        let text = ExplainText(run, style)
        let parts = [text.head, text.steps(isBrief: false), text.files, text.changes, text.end]
        return parts.compactMap(\.self).joined(separator: "\n\n")
    }

    /// The nine steps alone, with what happened in each, or where it is to be brief without.
    public static func steps(of run: RunRecord, isBrief: Bool = false, style: Style = .plain) -> String {
        ExplainText(run, style).steps(isBrief: isBrief)
    }

    /// One step in its line, without what happened in it.
    public static func line(of step: StepRecord) -> String {
        let time = step.milliseconds.map { "  \(Wording.duration(milliseconds: $0))" } ?? ""
        return SafeText.of("\(step.step)  \(step.name)  \(step.outcome)\(time)  \(step.detail)")
    }

    private var outcome: String { run.outcome ?? "under way" }

    private var head: String {
        let took = run.milliseconds.map(Wording.duration(milliseconds:)) ?? "0 ms"
        let lines: [(String, String)] = [
            ("Outcome", style(outcome, Mood(outcome: outcome).colour)),
            ("Source", run.source.rawValue),
            ("URL", SafeText.of(run.url ?? "none")),
            ("Began", "\(RFC3339.spoken(run.startedAt)), because: \(Wording.trigger(run.trigger))"),
            (run.finishedAt == nil ? "So far" : "Took", took),
        ]
        let rows = lines.map { String(repeating: " ", count: 9 - $0.count) + "\($0): \($1)" }
        let title = style("Run \(run.number) of \(run.model) \(run.phone)", .bold)
        return ([title] + rows).joined(separator: "\n")
    }

    private func steps(isBrief: Bool) -> String {
        let names = run.steps.map(\.name.count).max() ?? 0
        let outcomes = run.steps.map(\.outcome.count).max() ?? 0
        return run.steps.map { step in
            let time = step.milliseconds.map(Wording.duration(milliseconds:)) ?? "-"
            let outcome = step.outcome + String(repeating: " ", count: outcomes - step.outcome.count)
            var line = "\(step.step)  \(step.name)" + String(repeating: " ", count: names - step.name.count)
            line += "  " + style(outcome, Mood(step: step.outcome).colour)
            line += "  " + String(repeating: " ", count: max(0, 8 - time.count)) + time
            if !step.detail.isEmpty { line += "  " + SafeText.of(step.detail) }
            let beneath = isBrief ? [] : happened(in: step)
            return ([line] + beneath.map { "     " + SafeText.of($0) }).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// What happened in a step: the SIP messages with their times in place of the notes of them, what was noted before and
    /// after, and what the lease had where the step did not come to look.
    private func happened(in step: StepRecord) -> [String] {
        let messages = run.messages.filter { $0.step == step.step }.map(Self.line)
        let lease = run.lease.filter { $0.step == step.step && step.outcome == "skipped" }.map { option in
            let given = option.value ?? "cannot be used, \(option.refusal ?? "")"
            let origin = option.origin.isEmpty ? "" : " (\(option.origin))"
            return "the lease has option \(option.option): \(given)\(origin)"
        }
        guard !messages.isEmpty else { return step.notes + lease }
        let before = step.notes.prefix { !$0.hasPrefix("→ ") && !$0.hasPrefix("← ") }
        return before + messages + step.notes.dropFirst(before.count).filter { !Self.isMessage($0) } + lease
    }

    /// A note that tells no more than the message itself: a request that was sent, or a response that came.
    private static func isMessage(_ note: String) -> Bool {
        note.hasPrefix("→ ") || note.hasPrefix("← ") && note.dropFirst(2).prefix(3).allSatisfy(\.isNumber)
    }

    /// `09:30:00.123 → 224.0.1.75:5060  SUBSCRIBE sip:… SIP/2.0 (480 bytes)`.
    private static func line(_ message: MessageRecord) -> String {
        let peer = message.direction == .sent ? "→ \(message.destination)" : "← \(message.source)"
        return "\(RFC3339.timeOfDay(message.at)) \(peer)  \(message.startLine) (\(Wording.size(bytes: message.bytes)))"
    }

    private var files: String? {
        guard !run.files.isEmpty else { return nil }
        let rows = run.files.map { file in
            [
                file.role, file.disposition.rawValue, file.bytes.map(Wording.size(bytes:)) ?? "-",
                file.sha256.map { "sha256 \($0.prefix(12))…" } ?? "-", SafeText.of(file.url ?? "-"),
            ]
        }
        let table = Columns.aligned(rows, indent: "  ") { row, column, cell in
            guard column == 1 else { return cell }
            return switch run.files[row].disposition {
            case .fresh, .unchanged: style(cell, .green)
            case .saved: style(cell, .yellow)
            case .missing: style(cell, .red)
            }
        }
        return style("Files", .bold) + "\n" + table
    }

    private var changes: String? {
        guard !run.changes.isEmpty else { return nil }
        let rows = run.changes.prefix(Self.maximumChanges).map { change in
            [
                change.name, SafeText.of("\(Wording.value(change.old)) → \(Wording.value(change.new))"),
                change.layer + (change.line.map { ", line \($0)" } ?? ""),
            ]
        }
        let more = run.changes.count - rows.count
        let rest = more > 0 ? "\n  … and \(more) more: see --json" : ""
        let title = style("Changed settings (\(run.changes.count))", .bold)
        return title + "\n" + Columns.aligned(rows, indent: "  ") + rest
    }

    private var end: String {
        let next =
            run.outcome == nil
            ? "The run is under way: phoneprovctl wait waits for its end."
            : "Next run: \(run.nextAttempt.map(RFC3339.spoken) ?? "none planned")"
        guard let advice = run.advice else { return next }
        return "\(next)\n\(style("What to do:", .bold)) \(SafeText.of(advice))"
    }
}
