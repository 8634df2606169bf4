import ArgumentParser
import Control
import Glibc
import Presentation

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "How each phone stands.",
        discussion: """
            With --watch a live screen on a terminal, with the steps of the run where there is one phone. Elsewhere a line \
            for each change: its time, the phone, its state and what it does. With --json a document for each change, on \
            one line.
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Show each change, until interrupted.") var watch = false

    func run() async throws {
        let request = StatusRequest(phone: connection.phone)
        guard watch else {
            let reply = try await connection.call(request)
            if json {
                try Terminal.printJSON(reply)
            } else {
                try Terminal.out(StatusText.of(reply.phones, command: connection.command, style: Terminal.style))
            }
            return
        }
        if !json, Terminal.isScreen(STDOUT_FILENO) {
            let last = try await LiveScreen.show(screens(request))
            try Terminal.out(last)
        } else {
            try await printChanges(request)
        }
    }

    // MARK: --watch

    /// What the live screen shows: the status, and where there is one phone the run in its nine steps.
    private func screens(_ request: StatusRequest) -> AsyncThrowingStream<LiveScreen.Text, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                do {
                    let details = try await connection.client()
                    try await connection.asking { client throws(ControlClientError) in
                        for try await reply in try await client.replies(to: request) {
                            continuation.yield(try await screen(reply.phones, details))
                        }
                    }
                    continuation.finish(throwing: Failure.noDaemon("the daemon has ended"))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func screen(_ phones: [PhoneStatus], _ client: ControlClient) async throws(ControlClientError)
        -> LiveScreen.Text
    {
        let style = Terminal.style
        let status = StatusText.of(phones, command: connection.command, style: style)
        guard phones.count == 1, let phone = phones.first, phone.runNumber != nil else {
            return LiveScreen.Text(full: status, brief: StatusText.brief(phones, style: style))
        }
        let run = try await client.call(ExplainRequest(phone: phone.mac)).run
        return LiveScreen.Text(
            full: status + "\n\n" + ExplainText.steps(of: run, style: style),
            brief: status + "\n\n" + ExplainText.steps(of: run, isBrief: true, style: style)
        )
    }

    /// One line for each phone that has changed.
    private func printChanges(_ request: StatusRequest) async throws {
        var shown: [String: PhoneStatus] = [:]
        do {
            let client = try await connection.client()
            for try await reply in try await client.replies(to: request) {
                if json {
                    try Terminal.printJSON(reply, isCompact: true)
                    continue
                }
                for phone in reply.phones where shown[phone.mac] != phone {
                    shown[phone.mac] = phone
                    try Terminal.out("\(Clock.now) \(StatusText.line(phone, style: Terminal.style))")
                }
            }
        } catch let error as ControlClientError {
            throw Failure(error)
        }
        throw Failure.noDaemon("the daemon has ended")
    }
}
