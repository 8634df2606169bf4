import ArgumentParser
import Control

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The last runs of a phone, the newest first.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await connection.call(HistoryRequest(phone: connection.phone))
        if json {
            try Terminal.printJSON(reply)
            return
        }
        let header = ["RUN", "BEGAN", "BECAUSE", "OUTCOME", "SOURCE", "URL"]
        let rows = reply.runs.map { run in
            [
                "\(run.number)", run.startedAt, run.trigger, run.outcome ?? "under way", run.source.rawValue,
                Terminal.safe(run.url ?? "-"),
            ]
        }
        try Terminal.out(Terminal.aligned([header] + rows))
        guard !reply.changes.isEmpty else { return }
        try Terminal.out("\nChanged by hand\n" + Terminal.aligned(reply.changes.map(Self.row), indent: "  "))
    }

    private static func row(_ change: ProgrammedChange) -> [String] {
        let what =
            switch change.action {
            case .set: "\(change.name ?? ""): ‘\(change.old ?? "")’ → ‘\(change.new ?? "")’"
            case .unset: "\(change.name ?? ""): ‘\(change.old ?? "")’ taken back"
            case .factoryReset: "factory reset"
            }
        return [change.at, change.programming.rawValue, Terminal.safe(change.who), Terminal.safe(what)]
    }
}
