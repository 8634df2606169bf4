import ArgumentParser
import Control
import Presentation

struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The last runs of a phone, and what was changed by hand, the newest first."
    )

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await connection.call(HistoryRequest(phone: connection.phone))
        if json {
            try Terminal.printJSON(reply)
        } else {
            try Terminal.out(HistoryText.of(reply, style: Terminal.style))
        }
    }
}
