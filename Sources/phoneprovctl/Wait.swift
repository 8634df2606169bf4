import ArgumentParser
import Control
import Glibc
import Presentation

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits for the end of the run, or for a state.",
        discussion: """
            Without --phone all phones must come to it. Exit status 1 when the time is over before. On a terminal it shows \
            what the phone does meanwhile.
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Any of provisioning, provisioned, fallback, partial, failed, disabled; without it the end of the run.",
            valueName: "state"
        )
    )
    var state: [PhoneState] = []
    @Option(help: ArgumentHelp("How long to wait at most; without it as long as it takes.", valueName: "seconds"))
    var timeout: Double?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws { try Self.validate(timeout: timeout) }

    static func validate(timeout: Double?) throws {
        if let timeout, !(timeout >= 0 && timeout <= 1_000_000) {
            throw ValidationError("--timeout takes 0 to 1000000 seconds")
        }
    }

    func run() async throws {
        let request = WaitRequest(phone: connection.phone, states: state, timeoutSeconds: timeout)
        // The daemon watches the time; the rest is for its answer.
        let reply = try await Progress.shown(connection) {
            try await connection.call(request, timeout: timeout.map { .seconds($0 + 10) })
        }
        if json {
            try Terminal.printJSON(reply)
        } else {
            try Terminal.out(StatusText.of(reply.phones, command: connection.command, style: Terminal.style))
        }
        guard reply.reached else {
            let wanted = state.isEmpty ? "the end of the run" : state.map(\.rawValue).joined(separator: " or ")
            throw Failure.untrue("\(wanted) did not come within \(Seconds.text(timeout ?? 0)) s")
        }
    }
}

/// Numbers of seconds as they were given: `1` and `0.5`, not `1.0`.
enum Seconds {
    static func text(_ seconds: Double) -> String {
        Int(exactly: seconds).map(String.init) ?? "\(seconds)"
    }
}

/// What the phones do, in one line of the terminal that is written over, while something else is waited for.
enum Progress {
    /// Shows progress on stderr where that is a screen, and nothing elsewhere.
    static func shown<Result: Sendable>(
        _ connection: ConnectionOptions,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard Terminal.isScreen(STDERR_FILENO) else { return try await body() }
        let watching = Task {
            let client = try await connection.client()
            for try await reply in try await client.replies(to: StatusRequest(phone: connection.phone)) {
                try show(reply.phones)
            }
        }
        defer {
            watching.cancel()
            try? Terminal.write("\r\u{1B}[K", to: STDERR_FILENO)
        }
        return try await body()
    }

    private static func show(_ phones: [PhoneStatus]) throws {
        guard !Task.isCancelled else { return }
        let text = phones.count == 1 ? StatusText.line(phones[0]) : StatusText.summary(phones)
        // The last column stays free: a terminal may wrap when it is written to.
        let line = SafeText.clipped(text, to: Terminal.size(STDERR_FILENO).columns - 1)
        try Terminal.write("\r\(line)\u{1B}[K", to: STDERR_FILENO)
    }
}

extension PhoneState: ExpressibleByArgument {}
