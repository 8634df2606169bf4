import Control
import Presentation

/// A run as a timeline: nine steps, each with its place in the time of the run, and what came of it.
enum RunView {
    /// How wide the timeline is, in units of its picture.
    private static let width = 1_000

    static func of(_ run: RunRecord, path: String) -> View {
        let (word, tone) = Words.outcome(run.outcome)
        var view: View = [
            "number": run.number,
            "outcome": word,
            "tone": tone,
            "trigger": Wording.trigger(run.trigger),
            "steps": steps(run),
            "files": run.files.map(file),
            "hasFiles": !run.files.isEmpty,
            "changes": changes(run, path),
            "hasChanges": !run.changes.isEmpty,
            "changeCount": run.changes.count,
            "source": Words.source(run.source),
        ]
        view["started"] = Instant.view(run.startedAt)
        view["taken"] = run.milliseconds.map { Wording.taken(milliseconds: $0, isOver: run.outcome != nil) }
        view["url"] = run.url
        view["advice"] = run.advice
        view["next"] = Instant.view(run.nextAttempt)
        return view
    }

    private static func steps(_ run: RunRecord) -> [View] {
        let spans = RunSpans(run)
        return run.steps.map { step in
            let (word, tone) = Words.step(step.outcome)
            var view: View = [
                "number": step.step,
                "name": step.name,
                "outcome": word,
                "tone": tone,
                "detail": step.detail,
                "hasDetail": !step.detail.isEmpty,
                "notes": step.notes,
                "hasNotes": !step.notes.isEmpty,
                "noteCount": step.notes.count == 1 ? "1 note" : "\(step.notes.count) notes",
            ]
            if let span = spans.span(of: step) {
                let x = min(width - 6, span.start * width / spans.total)
                view["bar"] = ["x": x, "width": max(6, min(width - x, span.length * width / spans.total))]
                view["time"] = span.label
            }
            return view
        }
    }

    private static func file(_ file: FileRecord) -> View {
        let (word, tone) = Words.disposition(file.disposition)
        var view: View = ["role": file.role, "disposition": word, "tone": tone, "detail": file.detail]
        view["hasDetail"] = !file.detail.isEmpty
        view["url"] = file.url
        view["bytes"] = file.bytes.map(Words.bytes)
        view["sha256"] = file.sha256
        return view
    }

    private static func changes(_ run: RunRecord, _ path: String) -> [View] {
        run.changes.map { change in
            [
                "name": change.name,
                "path": "\(path)/settings/\(change.name.percentEncoded)",
                "old": change.old ?? "",
                "new": change.new ?? "",
                "hasOld": !(change.old ?? "").isEmpty,
                "hasNew": !(change.new ?? "").isEmpty,
                "layer": change.layer,
            ]
        }
    }
}
