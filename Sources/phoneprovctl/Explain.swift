import ArgumentParser
import Control
import Presentation

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a phone did in its last run, step by step, and why.",
        discussion: """
            With --format svg a timeline that can be printed: phoneprovctl explain --format svg >run.svg. What --json \
            writes is described by phoneprovctl schema explain.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, svg
    }

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "text, json or svg.") var format: Format?
    @Flag(help: "Print JSON: the same as --format json.") var json = false
    @Option(
        help: ArgumentHelp("Another run than the last: see history.", valueName: "number"),
        completion: .custom(Completion.runs)
    )
    var run: Int?

    func validate() throws {
        if json, let format, format != .json {
            throw ValidationError("--json and --format \(format) exclude each other")
        }
        if let run, run < 1 { throw ValidationError("--run takes the number of a run, 1 or more: see history") }
    }

    func run() async throws {
        let record = try await connection.call(ExplainRequest(phone: connection.phone, run: run)).run
        switch format ?? (json ? .json : .text) {
        case .text: try Terminal.out(ExplainText.of(record, style: Terminal.style))
        case .json: try Terminal.printJSON(record)
        case .svg: try Terminal.out(RunTimeline.svg(of: record))
        }
    }
}
