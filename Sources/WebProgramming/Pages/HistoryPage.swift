import Control
import Hummingbird
import Presentation

extension Site {
    func addHistory(to router: Router<WebContext>) {
        router.get("/phones/{mac}/history") { request, context in
            try await visitPhone(request, context) { phone in
                let history = try await phone.ask(HistoryRequest(phone: phone.mac))
                return page(
                    phone,
                    .history,
                    template: "history",
                    [
                        "runs": history.runs.map { run($0, phone) }, "isEmpty": history.runs.isEmpty,
                        "changes": history.changes.map { change($0, phone) }, "hasChanges": !history.changes.isEmpty,
                    ]
                )
            }
        }
        router.get("/phones/{mac}/history/{run}") { request, context in
            try await visitPhone(request, context) { phone in
                guard let number = context.parameters.get("run", as: Int.self) else { throw SiteError.notFound }
                let run = try await phone.ask(ExplainRequest(phone: phone.mac, run: number)).run
                var view = RunView.of(run, path: phone.path)
                view["isAdministrator"] = phone.isAdministrator
                return page(
                    phone,
                    .history,
                    title: "Run \(number)",
                    template: "run-page",
                    ["number": number, "part": templates.part("run", ["run": view])]
                )
            }
        }
    }

    /// What somebody did by hand: who, which way, and what it was before and after.
    private func change(_ change: ProgrammedChange, _ phone: VisitedPhone) -> View {
        let what =
            switch change.action {
            case .set: "set"
            case .unset: "taken back"
            case .factoryReset: "factory reset"
            }
        var view: View = [
            "action": what, "who": Wording.origin(change.programming, change.who),
            "old": change.old ?? "", "new": change.new ?? "",
            "hasOld": !(change.old ?? "").isEmpty, "hasNew": !(change.new ?? "").isEmpty,
        ]
        view["at"] = Instant.view(change.at)
        view["name"] = change.name
        view["href"] = change.name.map { "\(phone.path)/settings/\($0.percentEncoded)" }
        return view
    }

    private func run(_ run: RunSummary, _ phone: VisitedPhone) -> View {
        let (word, tone) = Words.outcome(run.outcome)
        var view: View = [
            "number": run.number, "href": "\(phone.path)/history/\(run.number)", "outcome": word, "tone": tone,
            "trigger": Wording.trigger(run.trigger), "source": Words.source(run.source),
        ]
        view["started"] = Instant.view(run.startedAt)
        view["duration"] = run.milliseconds.map(Wording.duration)
        view["url"] = run.url
        return view
    }
}
