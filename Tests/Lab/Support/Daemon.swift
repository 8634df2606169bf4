import Foundation
import Glibc
import Synchronization

/// phoneprovd on the lab's phone, and phoneprovctl to ask it.
public final class Daemon: Sendable {
    /// Where the configuration, the state and the control socket lie.
    public let directory: URL
    /// The control socket. Its directory holds `dhcp/`, where events wait when there is no daemon.
    public let controlSocket: String
    private let network: LabNetwork
    private let programs: URL
    private let binds: [LabCommand.Bind]
    private let running = Mutex<LabProcess?>(nil)

    /// Starts the daemon and waits until its control socket answers.
    /// - Parameters:
    ///   - configuration: what stands in phoneprovd.yaml.
    ///   - programs: the directory that holds phoneprovd and phoneprovctl.
    ///   - nameServer: the address in the daemon's resolv.conf, such as that of a `DNSMasq` with names.
    /// - Throws: `LabError.notReady` when the programs are not there, `LabError.ended` when the daemon ends at once.
    public static func start(
        in network: LabNetwork,
        _ configuration: DaemonConfiguration = DaemonConfiguration(),
        programs: URL = LabPlaces.programs,
        nameServer: String = LabNetwork.serverAddress
    ) async throws -> Daemon {
        let daemon = try Daemon(network, configuration, programs, nameServer)
        try await daemon.start()
        return daemon
    }

    private init(
        _ network: LabNetwork,
        _ configuration: DaemonConfiguration,
        _ programs: URL,
        _ nameServer: String
    ) throws {
        for name in ["phoneprovd", "phoneprovctl"] {
            let path = programs.appending(path: name).plainPath
            guard access(path, X_OK) == 0 else {
                throw LabError.notReady(
                    reason: "\(path) is missing",
                    remedy: "Run: swift build, or set PHONEPROVD_PROGRAMS to its directory"
                )
            }
        }
        self.network = network
        self.programs = programs
        directory = try network.makeDirectory("phoneprovd")
        let run = directory.appending(path: "run")
        controlSocket = run.appending(path: "io.phoneprovd").plainPath
        let state = directory.appending(path: "state")
        for place in [run, state] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let resolver = directory.appending(path: "resolv.conf")
        try Data("nameserver \(nameServer)\noptions timeout:1 attempts:1\n".utf8).write(to: resolver)
        binds = [LabCommand.Bind(resolver.plainPath, at: "/etc/resolv.conf")]
        let text = configuration.yaml(stateDirectory: state.plainPath, controlSocket: controlSocket)
        try Data(text.utf8).write(to: directory.appending(path: "phoneprovd.yaml"))
    }

    /// Starts the daemon again after `stop` or `crash`, with the state that it left.
    /// - Throws: `LabError.ended` when it ends at once, `LabError.timedOut` when its control socket does not answer.
    public func start(within limit: Duration = .seconds(10)) async throws {
        let words = [program("phoneprovd"), "--config", directory.appending(path: "phoneprovd.yaml").plainPath]
        let process = try network.start(LabCommand(words, in: network.phone, binds: binds), name: "phoneprovd")
        running.withLock { $0 = process }
        try await process.waitUntil("the control socket to answer", within: limit) {
            try await self.ctl(["status", "--json"]).status == 0
        }
    }

    private func program(_ name: String) -> String { programs.appending(path: name).plainPath }

    /// The daemon's process as it was last started; its log is in its output.
    /// - Throws: `LabError.badArgument` when it was never started.
    public var process: LabProcess {
        get throws {
            guard let process = running.withLock({ $0 }) else {
                throw LabError.badArgument("phoneprovd was not started")
            }
            return process
        }
    }

    /// Runs `phoneprovctl --socket SOCKET ARGUMENTS…`.
    /// - Parameter environment: added to the environment, as `dhcp-event` reads it.
    /// - Throws: `LabError.timedOut` when it has not ended after `limit`.
    public func ctl(
        _ arguments: [String],
        environment: [String: String] = [:],
        within limit: Duration = .seconds(30)
    ) async throws -> LabProcess.Finished {
        let words = [program("phoneprovctl"), "--socket", controlSocket] + arguments
        return try await network.run(LabCommand(words, in: network.phone, environment: environment), within: limit)
    }

    /// Runs phoneprovctl, which must end with status 0, and decodes the JSON that it prints.
    /// - Throws: `LabError.commandFailed` for another status, `LabError.unreadable` for other output.
    public func json<Value: Decodable>(_ type: Value.Type, _ arguments: [String]) async throws -> Value {
        let done = try await ctl(arguments)
        guard done.status == 0 else {
            throw LabError.commandFailed(
                command: "phoneprovctl \(arguments.joined(separator: " "))",
                status: "\(done.exit)",
                output: done.output + done.errors
            )
        }
        do {
            return try JSONDecoder().decode(type, from: Data(done.output.utf8))
        } catch {
            throw LabError.unreadable(what: "phoneprovctl \(arguments) (\(error))", text: done.output)
        }
    }

    /// One phone in `status --json`. What the daemon leaves out, or says to be null, is nil.
    public struct PhoneStatus: Sendable, Decodable, Equatable {
        /// Twelve hexadecimal digits.
        public let mac: String
        /// The model.
        public let model: String
        /// `provisioning`, `provisioned`, `fallback`, `partial`, `failed` or `disabled`.
        public let state: String
        /// `manual`, `stored`, `sip-pnp`, `dhcp-160`, `dhcp-159`, `dhcp-66`, `dhcpv6`, `redirection` or `none`.
        public let source: String?
        /// The provisioning URL.
        public let url: String?
        /// The step of the run, 1 to 9.
        public let step: Int?
        /// The outcome of the last run.
        public let lastOutcome: String?
    }

    /// One step in `explain --json`.
    public struct Step: Sendable, Decodable, Equatable {
        /// 1 to 9.
        public let step: Int
        /// Its name.
        public let name: String
        /// What came of it.
        public let outcome: String
        /// Why.
        public let detail: String?
        /// How long it took.
        public let milliseconds: Double?
    }

    /// The phones, as `status --json` lists them.
    public func status() async throws -> [PhoneStatus] {
        struct Answer: Decodable { let phones: [PhoneStatus] }
        return try await json(Answer.self, ["status", "--json"]).phones
    }

    /// The steps of the last run, as `explain --json` lists them.
    public func explain() async throws -> [Step] {
        struct Answer: Decodable { let steps: [Step] }
        return try await json(Answer.self, ["explain", "--json"]).steps
    }

    /// Waits until the run has ended, by `phoneprovctl wait`, and asks for the status of the first phone.
    /// - Parameter state: the state to wait for; nil waits for the end of the run, whatever it is.
    /// - Throws: `LabError.commandFailed` when that does not come true within `seconds`.
    public func waitForRun(state: String? = nil, seconds: Int = 20) async throws -> PhoneStatus {
        let wanted = state.map { ["--state", $0] } ?? []
        let done = try await ctl(["wait"] + wanted + ["--timeout", "\(seconds)"], within: .seconds(seconds + 5))
        guard done.status == 0, let phone = try await status().first else {
            throw LabError.commandFailed(
                command: "phoneprovctl wait",
                status: "\(done.exit)",
                output: done.output + done.errors
            )
        }
        return phone
    }

    /// What the hooks of a DHCP client inside the root need to reach this daemon: phoneprovctl, the control socket where it
    /// is as shipped, and the hooks of the source tree.
    public func hookBinds() async throws -> [LabCommand.Bind] {
        let socketDirectory = URL(filePath: controlSocket).deletingLastPathComponent().plainPath
        return try await LabCommand.Bind.program(URL(filePath: program("phoneprovctl")), at: "/usr/bin/phoneprovctl")
            + [LabCommand.Bind(socketDirectory, at: "/run/phoneprovd")] + LabCommand.Bind.installedConfiguration()
    }

    /// The memory that is resident, in KiB (VmRSS of proc(5)).
    public func residentKiB() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(try process.pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let figure = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw LabError.unreadable(what: "VmRSS of phoneprovd", text: text)
        }
        return figure
    }

    /// Ends the daemon with SIGTERM.
    /// - Returns: how it ended.
    @discardableResult
    public func stop() async throws -> LabProcess.Exit? { try await process.stop() }

    /// Ends the daemon with SIGKILL, as a loss of power would as far as its process goes.
    public func crash() async throws {
        let process = try process
        process.send(signal: SIGKILL)
        _ = try await process.waitForExit()
    }
}
