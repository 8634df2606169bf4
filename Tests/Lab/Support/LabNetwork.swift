import Foundation
import Synchronization

/// Two hosts on one cable: a phone and a server, each a network namespace of this machine.
///
/// The server is 198.51.100.1/24 (documentation range, RFC 5737), both interfaces are called `eth0`, and both hosts
/// have a route for multicast, which a socket without IP_MULTICAST_IF needs. Use `with`: it takes everything down
/// again. When the test process dies first, its guardian does; what an earlier run left is removed at the next start.
public final class LabNetwork: Sendable {
    /// How the network is made.
    public struct Options: Sendable {
        /// The phone's address in 198.51.100.0/24; nil for a phone that has none yet, as before DHCP.
        public var phoneAddress: String? = "198.51.100.50"
        /// Whether both hosts have an IPv6 address too: 2001:db8::1/64 and 2001:db8::50/64 (RFC 3849).
        public var ipv6 = false
        /// Whether the cable runs through a `LabWire`, which can lose, delay, double and reorder frames.
        public var wire = false

        /// The usual network: IPv4, a phone with an address, a plain cable.
        public init(phoneAddress: String? = "198.51.100.50", ipv6: Bool = false, wire: Bool = false) {
            self.phoneAddress = phoneAddress
            self.ipv6 = ipv6
            self.wire = wire
        }
    }

    /// The server's IPv4 address.
    public static let serverAddress = "198.51.100.1"
    /// The server's IPv6 address, when `Options.ipv6` is set.
    public static let serverAddress6 = "2001:db8::1"
    /// The phone's IPv6 address, when `Options.ipv6` is set.
    public static let phoneAddress6 = "2001:db8::50"
    /// The hardware address of the phone's interface; its prefix is one of the maker's.
    public static let phoneHardwareAddress = "00:80:f0:ab:cd:ef"
    /// The hardware address of the server's interface, from the documentation range (RFC 7042).
    public static let serverHardwareAddress = "00:00:5e:00:53:01"
    /// The name of the interface on both hosts.
    public static let interface = "eth0"

    /// The phone's host.
    public let phone: LabNamespace
    /// The server's host.
    public let server: LabNamespace
    /// What happens between them; nil for a plain cable.
    public let wire: LabWire?
    /// A directory for configuration and logs, removed with the network. Programs inside the root see it at this same path
    /// when they are started by this network's `start`.
    public let directory: URL

    private let processes = Mutex<[LabProcess]>([])
    private let counter = Mutex(0)
    private let names: [String]

    /// Makes the network and leaves it up until `stop`.
    /// - Throws: `LabError.notReady` when the lab cannot run here, `LabError` when a part cannot be made.
    public init(_ options: Options = Options()) async throws {
        try LabPlaces.requireReady()
        try await Leftovers.removeOnce()
        let prefix = LabName.next()
        let guardian = try Guardian.shared.get()
        phone = LabNamespace(name: prefix + "-phone")
        server = LabNamespace(name: prefix + "-server")
        names = [phone.name, server.name] + (options.wire ? [prefix + "-wire"] : [])
        directory = URL(filePath: "/tmp/\(prefix)")
        if !Leftovers.keepsDirectories { try guardian.tell(.directory(directory.plainPath)) }
        for name in names { try guardian.tell(.namespace(name)) }
        let hosts = names
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try await withThrowingTaskGroup { group in
                for name in hosts {
                    group.addTask { _ = try await LabProcess.require(LabCommand(["ip", "netns", "add", name])) }
                }
                try await group.waitForAll()
            }
            let middle = options.wire ? LabNamespace(name: prefix + "-wire") : nil
            try await Self.connect(phone, server, through: middle, options, in: directory)
            if let middle {
                wire = try LabWire(in: middle)
            } else {
                wire = nil
            }
        } catch {
            await Leftovers.remove(namespaces: hosts, directory: directory)
            throw error
        }
    }

    /// Makes a network, runs `body` with it, and takes it down again with everything that was started in it.
    ///
    /// When `body` throws, what the programs of the network wrote last is put beside the error.
    /// - Throws: `LabFailure` around what `body` threw.
    public static func with<Value>(
        _ options: Options = Options(),
        isolation: isolated (any Actor)? = #isolation,
        _ body: (LabNetwork) async throws -> Value
    ) async throws -> Value {
        let network = try await LabNetwork(options)
        do {
            let value = try await body(network)
            await network.stop()
            return value
        } catch {
            let failure = LabFailure(error, programs: network.processes.withLock { $0 })
            await network.stop()
            throw failure
        }
    }

    /// Starts a program that ends with the network at the latest. Inside the root it sees `directory` at the same path.
    /// - Parameter name: used in messages; the program's own name when left out.
    public func start(_ command: LabCommand, name: String? = nil) throws -> LabProcess {
        let process = try LabProcess(sharing(command), name: name)
        processes.withLock { $0.append(process) }
        return process
    }

    /// Runs a program to its end. Inside the root it sees `directory` at the same path.
    /// - Throws: `LabError.timedOut` when it still runs after `limit`.
    public func run(_ command: LabCommand, within limit: Duration = .seconds(10)) async throws -> LabProcess.Finished {
        try await LabProcess.run(sharing(command), within: limit)
    }

    private func sharing(_ command: LabCommand) -> LabCommand {
        var command = command
        if command.insideRoot { command.binds.insert(LabCommand.Bind(directory.plainPath), at: 0) }
        return command
    }

    /// A new, empty directory in `directory`, its name beginning with `name`.
    public func makeDirectory(_ name: String) throws -> URL {
        let number = counter.withLock {
            $0 += 1
            return $0
        }
        let place = directory.appending(path: "\(name)-\(number)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        // A server may give up root before it opens its files.
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.plainPath)
        return place
    }

    /// Pulls the cable out: both hosts lose their carrier.
    public func unplug() async throws { try await setCable("down") }

    /// Puts the cable back in.
    public func plugIn() async throws {
        try await setCable("up")
        guard wire == nil else { return }
        // The server's own end was down, and its route for multicast went with it.
        let route = ["ip", "-n", server.name, "route", "replace", "224.0.0.0/4", "dev", Self.interface]
        try await LabProcess.require(LabCommand(route))
    }

    private func setCable(_ state: String) async throws {
        let ends = wire.map { wire in LabWire.ends.map { (wire.namespace, $0) } } ?? [(server, Self.interface)]
        for (host, end) in ends {
            try await LabProcess.require(LabCommand(["ip", "-n", host.name, "link", "set", end, state]))
        }
    }

    /// Ends every program of the network, then removes its namespaces and its directory.
    public func stop() async {
        wire?.stop()
        let running = processes.withLock { processes in
            defer { processes = [] }
            return processes
        }
        await withTaskGroup { group in
            for process in running { group.addTask { await process.stop() } }
        }
        await Leftovers.remove(namespaces: names, directory: directory)
    }
}

/// An error of a test in the lab, with what the lab's programs wrote last.
public struct LabFailure: Error, CustomStringConvertible {
    /// What the test threw.
    public let cause: any Error
    /// The error, then the end of every program's output.
    public let description: String

    init(_ cause: any Error, programs: [LabProcess]) {
        self.cause = cause
        let outputs = programs.map { program in
            "--- \(program.name): \(program.exit.map { "ended, \($0)" } ?? "running")\n\(program.transcript.suffix(4000))"
        }
        description = (["\(cause)"] + outputs).joined(separator: "\n")
    }
}
