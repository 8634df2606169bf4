import Control

/// The runs of a phone, and what was changed by hand, as a person reads them.
public enum HistoryText {
    /// Two tables, each with the newest first.
    public static func of(_ history: HistoryReply, style: Style = .plain) -> String {
        var parts = [history.runs.isEmpty ? "No run is kept." : runs(history.runs, style)]
        if !history.changes.isEmpty {
            let rows = history.changes.map { change in
                [
                    RFC3339.spoken(change.at), change.programming.rawValue, SafeText.of(change.who),
                    SafeText.of(Wording.change(change)),
                ]
            }
            let table = Columns.aligned([["CHANGED", "BY", "WHO", "WHAT"]] + rows) { row, _, cell in
                row == 0 ? style(cell, .bold) : cell
            }
            parts.append(table)
        }
        return parts.joined(separator: "\n\n")
    }

    private static func runs(_ runs: [RunSummary], _ style: Style) -> String {
        let header = ["RUN", "BEGAN", "TOOK", "OUTCOME", "SOURCE", "BECAUSE", "URL"]
        let rows = runs.map { run in
            [
                "\(run.number)", RFC3339.spoken(run.startedAt),
                run.milliseconds.map(Wording.duration(milliseconds:)) ?? "-", run.outcome ?? "under way",
                run.source.rawValue, run.trigger, SafeText.of(run.url ?? "-"),
            ]
        }
        return Columns.aligned([header] + rows) { row, column, cell in
            switch (row, column) {
            case (0, _): style(cell, .bold)
            case (_, 3): style(cell, Mood(outcome: cell).colour)
            default: cell
            }
        }
    }
}
