import Control
import Hummingbird

extension Site {
    func addHistory(to router: Router<WebContext>) {
        router.get("/phones/{mac}/history") { request, context in
            try await visitPhone(request, context) { phone in
                let history = try await phone.ask(HistoryRequest(phone: phone.mac))
                return page(
                    phone,
                    .history,
                    template: "history",
                    ["runs": history.runs.map { run($0, phone) }, "isEmpty": history.runs.isEmpty]
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

    private func run(_ run: RunSummary, _ phone: VisitedPhone) -> View {
        let (word, tone) = Words.outcome(run.outcome)
        var view: View = [
            "number": run.number, "href": "\(phone.path)/history/\(run.number)", "outcome": word, "tone": tone,
            "trigger": Words.trigger(run.trigger), "source": Words.source(run.source),
        ]
        view["started"] = Instant.view(run.startedAt)
        view["duration"] = run.milliseconds.map(Words.duration)
        view["url"] = run.url
        return view
    }
}
