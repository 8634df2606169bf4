import ArgumentParser
import Control

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits for the end of the run, or for a state.",
        discussion: "Without --phone all phones must come to it. Exit status 1 when the time is over before."
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

    func validate() throws {
        if let timeout, !(timeout >= 0 && timeout <= 1_000_000) {
            throw ValidationError("--timeout takes 0 to 1000000 seconds")
        }
    }

    func run() async throws {
        let request = WaitRequest(phone: connection.phone, states: state, timeoutSeconds: timeout)
        // The daemon watches the time; the rest is for its answer.
        let reply = try await connection.call(request, timeout: timeout.map { .seconds($0 + 10) })
        if json {
            try Terminal.printJSON(reply)
        } else {
            try Terminal.out(StatusText.of(reply.phones))
        }
        guard reply.reached else {
            let wanted = state.isEmpty ? "the end of the run" : state.map(\.rawValue).joined(separator: " or ")
            throw Failure.untrue("\(wanted) did not come within \(timeout ?? 0) s")
        }
    }
}

extension PhoneState: ExpressibleByArgument {}
