import ArgumentParser
import Control
import Provisioning

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a phone did in its last run, step by step, and why."
    )

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false
    @Option(help: ArgumentHelp("Another run than the last: see history.", valueName: "number")) var run: Int?

    func run() async throws {
        let record = try await connection.call(ExplainRequest(phone: connection.phone, run: run)).run
        if json {
            try Terminal.printJSON(record)
        } else {
            try Terminal.out(ExplainText.of(record))
        }
    }
}

/// A run as a person reads it.
enum ExplainText {
    static func of(_ run: RunRecord) -> String {
        var parts = [head(run), steps(run)]
        if !run.files.isEmpty { parts.append(files(run)) }
        if !run.changes.isEmpty { parts.append(changes(run)) }
        parts.append("Next run: \(run.nextAttempt ?? "none planned")")
        if let advice = run.advice { parts.append("What to do: \(Terminal.safe(advice))") }
        return parts.joined(separator: "\n\n")
    }

    private static func head(_ run: RunRecord) -> String {
        let outcome = run.outcome ?? "under way"
        let colour = PhoneState(rawValue: outcome).map(StatusText.colour) ?? .yellow
        return """
            Run \(run.number) of \(run.model) \(run.phone), \(run.startedAt), \(run.milliseconds ?? 0) ms
            Outcome: \(Terminal.coloured(outcome, colour)), source \(run.source.rawValue), \
            URL \(Terminal.safe(run.url ?? "none"))
            Began because: \(Trigger(rawValue: run.trigger)?.sentence ?? run.trigger)
            """
    }

    private static func steps(_ run: RunRecord) -> String {
        let names = run.steps.map(\.name.count).max() ?? 0
        let outcomes = run.steps.map(\.outcome.count).max() ?? 0
        return run.steps.map { step in
            let time = step.milliseconds.map { "\($0) ms" } ?? "-"
            let outcome = step.outcome + String(repeating: " ", count: outcomes - step.outcome.count)
            var line = "\(step.step)  \(step.name)" + String(repeating: " ", count: names - step.name.count)
            line += "  " + Terminal.coloured(outcome, colour(step.outcome))
            line += "  " + String(repeating: " ", count: max(0, 8 - time.count)) + time
            line += "  " + Terminal.safe(step.detail)
            return ([line] + step.notes.map { "     " + Terminal.safe($0) }).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func colour(_ outcome: String) -> Terminal.Colour {
        switch outcome {
        case "done", "found": .green
        case "failed": .red
        case "running": .yellow
        default: .dim
        }
    }

    private static func files(_ run: RunRecord) -> String {
        let rows = run.files.map { file in
            [
                file.role, file.disposition.rawValue, file.bytes.map { "\($0) bytes" } ?? "-",
                file.sha256.map { "sha256 \($0.prefix(12))…" } ?? "-", Terminal.safe(file.url ?? "-"),
            ]
        }
        return "Files\n" + Terminal.aligned(rows, indent: "  ")
    }

    /// The most changes that are listed; `--json` has all.
    private static let maximumChanges = 40

    private static func changes(_ run: RunRecord) -> String {
        let rows = run.changes.prefix(maximumChanges).map { change in
            [change.name, Terminal.safe("‘\(change.old ?? "")’ → ‘\(change.new ?? "")’"), change.layer]
        }
        let more = run.changes.count - rows.count
        let rest = more > 0 ? "\n  … and \(more) more: see --json" : ""
        return "Changed settings (\(run.changes.count))\n" + Terminal.aligned(rows, indent: "  ") + rest
    }
}
