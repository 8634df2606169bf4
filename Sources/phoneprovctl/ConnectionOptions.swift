import ArgumentParser
import Control

/// Which daemon, and which of its phones.
struct ConnectionOptions: ParsableArguments {
    static let defaultSocket = "/run/phoneprovd/io.phoneprovd"

    @Option(help: ArgumentHelp("The daemon's control socket.", valueName: "path"), completion: .file())
    var socket = defaultSocket

    @Option(
        help: ArgumentHelp("The phone's MAC address; needed only when there are several.", valueName: "mac"),
        completion: .custom(Completion.phones)
    )
    var phone: String?

    /// How the tool is called for the same daemon and phone again.
    var command: String {
        let socket = socket == Self.defaultSocket ? nil : "--socket \(socket)"
        return ["phoneprovctl", socket, phone.map { "--phone \($0)" }].compactMap(\.self).joined(separator: " ")
    }

    /// A connection of its own.
    func client() async throws(Failure) -> ControlClient {
        do throws(ControlClientError) {
            return try await ControlClient.connect(to: socket)
        } catch {
            throw Failure(error)
        }
    }

    /// Calls the daemon.
    func call<Request: ControlRequest>(
        _ request: Request,
        timeout: Duration? = ControlClient.defaultTimeout
    ) async throws -> Request.Reply {
        try await asking { client throws(ControlClientError) in try await client.call(request, timeout: timeout) }
    }

    /// Talks to the daemon, and turns what goes wrong into an exit status.
    func asking<Result: Sendable>(
        _ body: (ControlClient) async throws(ControlClientError) -> Result
    ) async throws -> Result {
        do throws(ControlClientError) {
            let client = try await ControlClient.connect(to: socket)
            return try await body(client)
        } catch {
            throw Failure(error)
        }
    }
}

extension Failure {
    init(_ error: ControlClientError) {
        switch error {
        case .noDaemon, .refused, .connectionClosed: self = .noDaemon("\(error)")
        case .control(let refusal):
            switch refusal {
            case .ambiguousPhone(let known):
                self = .wrongUse("There are several phones: say --phone MAC, with one of \(Self.list(known)).")
            case .noSuchPhone(let phone, let known) where !known.isEmpty:
                self = .wrongUse("There is no phone \(phone). Known phones: \(Self.list(known)).")
            case .noSuchPhone, .noSuchParameter, .invalidValue: self = .wrongUse("\(refusal)")
            case .shuttingDown: self = .noDaemon("\(refusal)")
            default: self = .untrue("\(refusal)")
            }
        default: self = .untrue("\(error)")
        }
    }

    /// Phones by their MAC addresses; of a great many, some.
    private static func list(_ phones: [String]) -> String {
        let shown = phones.prefix(8)
        let rest = phones.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more (phoneprovctl status lists them)" : "")
    }
}
