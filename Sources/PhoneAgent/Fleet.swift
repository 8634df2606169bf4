import Control
import DHCPOptions
import Downloads
import Flash
import Logging
import NIOCore
import NIOPosix
import Provisioning

/// The phones of a daemon, and what they share: interfaces, SIP sockets, downloads, flash, the control interface.
public final class Fleet: Sendable {
    /// What the world outside is told about the daemon as a whole.
    public enum Event: Sendable {
        /// The control interface answers, and the phones are switched on.
        case ready
        /// How things stand, in one line.
        case status(String)
    }

    let configuration: DaemonConfiguration
    let phones: [Phone]
    let board: StatusBoard
    private let flash: FlashStore
    private let downloads: DownloadEngine
    private let loops: MultiThreadedEventLoopGroup
    private let sockets: SocketTable
    private let logger: Logger
    private let version: String

    /// Opens flash and prepares the phones. Nothing goes out to the network yet.
    ///
    /// - Throws: ``Flash/FlashError`` when the store belongs to a later version or another process,
    ///   ``Downloads/DownloadEngineError`` when libcurl cannot be used.
    public init(configuration: DaemonConfiguration, version: String, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        self.version = version
        let (flash, opening) = try FlashStore.open(in: configuration.stateDirectory, now: .now)
        Self.report(opening, configuration.stateDirectory, logger)
        self.flash = flash
        downloads = try DownloadEngine()
        board = StatusBoard()
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        sockets = SocketTable(configuration: configuration.sipPnP, loops: loops, logger: logger)
        let environment = PhoneEnvironment(
            configuration: configuration,
            flash: flash,
            downloads: downloads,
            sockets: sockets,
            board: board,
            logger: logger
        )
        phones = configuration.phones.map { Phone($0, environment: environment) }
    }

    private static func report(_ opening: FlashStore.Opening, _ directory: String, _ logger: Logger) {
        switch opening {
        case .created: logger.info("flash: a new store in \(directory)")
        case .opened: logger.info("flash: \(directory)/\(FlashStore.fileName)")
        case .replaced(let aside, let reason):
            logger.error(
                "flash was damaged (\(reason)): it lies at \(aside) now, and the phones start from factory defaults",
                metadata: ["message-id": "\(MessageID.storeDamaged)"]
            )
        case .volatile(let reason):
            logger.error(
                """
                flash cannot be kept in \(directory) (\(reason)): the phones work from memory, and forget everything at \
                the end. Make the directory, and let this user write it
                """,
                metadata: ["message-id": "\(MessageID.storeDamaged)"]
            )
        }
    }

    /// Runs the phones until the task is cancelled, then ends everything.
    ///
    /// - Throws: ``Control/ControlServerError`` when the control socket cannot be had.
    public func run(onEvent: @escaping @Sendable (Event) -> Void) async throws {
        let server = ControlServer(
            configuration: controlConfiguration,
            service: FleetControlService(fleet: self),
            eventLoopGroup: loops,
            onEvent: { [logger] event in logger.log(level: event.level, "control: \(event)") }
        )
        let failure = await serve(server, onEvent)
        await downloads.shutdown()
        flash.close()
        try? await loops.shutdownGracefully()
        if let failure { throw failure }
    }

    /// Comes back when the event loop and every phone have had their turn.
    public func beat() async {
        try? await loops.next().submit {}.get()
        for phone in phones {
            try? await phone.call { _ in }
        }
    }

    private var controlConfiguration: ControlServer.Configuration {
        ControlServer.Configuration(
            path: configuration.controlSocket,
            group: configuration.controlGroup.isEmpty ? nil : configuration.controlGroup,
            information: ServiceInformation(
                vendor: "phoneprovd",
                product: "phoneprovd",
                version: version,
                url: "man:phoneprovd(8)"
            )
        )
    }

    private func serve(_ server: ControlServer, _ onEvent: @escaping @Sendable (Event) -> Void) async -> (any Error)? {
        for phone in phones { await phone.publish() }
        do {
            try await server.start()
        } catch {
            // Ended before it had begun: no failure.
            return Task.isCancelled ? nil : error
        }
        let (changes, changed) = AsyncStream<[String: InterfaceState]>.makeStream()
        // Not cancelled with the rest: a phone ends when its inbox does, and answers what is in it before.
        let running = phones.map { phone in Task { await phone.run() } }
        takeSpool()
        for phone in phones { phone.inbox.yield(.powerOn(.start)) }
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await follow(changes) }
            group.addTask { [self] in await tellStatus(onEvent) }
            do {
                let monitor = try await startMonitor(changed)
                group.addTask { [self] in await keepMonitoring(monitor, changed) }
                // A phone's turn comes after it was switched on: then it has been loaded from flash.
                for phone in phones { try? await phone.call { _ in } }
                onEvent(.ready)
                failure = await untilCancelled(server)
            } catch {
                failure = Task.isCancelled ? nil : error
            }
            changed.finish()
            group.cancelAll()
        }
        server.shutdown()
        for phone in phones { phone.inbox.finish() }
        for task in running { await task.value }
        await sockets.close()
        return failure
    }

    private func startMonitor(
        _ changed: AsyncStream<[String: InterfaceState]>.Continuation
    ) async throws -> InterfaceMonitor {
        try await InterfaceMonitor.start(
            interfaces: Set(phones.map(\.interface)),
            group: loops,
            onChange: { changed.yield($0) }
        )
    }

    /// A phone that no longer hears of addresses would wait for ever: listening that has broken off begins anew.
    private func keepMonitoring(
        _ first: InterfaceMonitor,
        _ changed: AsyncStream<[String: InterfaceState]>.Continuation
    ) async {
        var monitor: InterfaceMonitor? = first
        while !Task.isCancelled {
            if let current = monitor {
                await withTaskCancellationHandler {
                    await current.untilClosed()
                } onCancel: {
                    Task { await current.stop() }
                }
                if Task.isCancelled { return }
                logger.warning("the kernel's messages about network interfaces broke off: they are asked for again")
            }
            // A pause, lest a lasting error keep a processor busy.
            try? await Task.sleep(for: .seconds(1))
            monitor = try? await startMonitor(changed)
        }
    }

    /// The control interface is what the daemon lives by: it ends when the task is cancelled, or by an error.
    private func untilCancelled(_ server: ControlServer) async -> (any Error)? {
        await withTaskCancellationHandler {
            do {
                try await server.run()
                return nil
            } catch {
                return error
            }
        } onCancel: {
            server.shutdown()
        }
    }

    /// The socket comes before the address: when a phone hears of an address, it can send.
    private func follow(_ changes: AsyncStream<[String: InterfaceState]>) async {
        for await states in changes {
            for (interface, state) in states {
                let concerned = phones.filter { $0.interface == interface }
                switch await sockets.update(interface, state) {
                case .unchanged: break
                case .opened(let socket):
                    for phone in concerned { phone.inbox.yield(.socket(socket, failure: "")) }
                case .none(let reason):
                    for phone in concerned { phone.inbox.yield(.socket(nil, failure: reason)) }
                }
                for phone in concerned { phone.inbox.yield(.interface(state)) }
            }
        }
    }

    private func tellStatus(_ onEvent: @escaping @Sendable (Event) -> Void) async {
        let macs = phones.map(\.identity.mac)
        var givingBack: Task<Void, Never>?
        for await _ in await board.changes() {
            let statuses = await board.read(macs)
            onEvent(.status(StatusLine.of(statuses)))
            givingBack?.cancel()
            guard !statuses.contains(where: { $0.state == .provisioning }) else { continue }
            givingBack = Task {
                try? await Task.sleep(for: IdleMemory.rest)
                if !Task.isCancelled { IdleMemory.giveBack() }
            }
        }
        givingBack?.cancel()
    }

    // MARK: DHCP

    /// Where events are left while no daemon runs: beside the control socket.
    var spoolDirectory: String {
        let socket = configuration.controlSocket
        return String(socket[..<(socket.lastIndex(of: "/") ?? socket.endIndex)]) + "/dhcp"
    }

    /// Takes the events that came while no daemon ran, the oldest first.
    private func takeSpool() {
        do throws(DHCPEventSpoolError) {
            for entry in try DHCPEventSpool(path: spoolDirectory).drain() {
                switch entry {
                case .event(_, let event): deliver(event, origin: "the DHCP client's hook, kept while no daemon ran")
                case .problem(let name, let problem):
                    logger.warning("a kept DHCP event, \(name), is not taken: \(problem)")
                }
            }
        } catch {
            logger.warning("DHCP events that were kept while no daemon ran cannot be read: \(error)")
        }
    }

    /// Takes an event of a DHCP client's hook. Events that were left in the spool while the daemon did not answer are
    /// older, and come first.
    ///
    /// - Returns: how many phones it concerns.
    func take(_ event: DHCPEvent) -> Int {
        takeSpool()
        return deliver(event, origin: "the DHCP client's hook")
    }

    /// Hands an event to the phones of its interface.
    ///
    /// - Returns: how many phones that are.
    @discardableResult
    private func deliver(_ event: DHCPEvent, origin: String) -> Int {
        let concerned = phones.filter { $0.interface == event.interface }
        for phone in concerned { phone.inbox.yield(.dhcp(event, origin: origin)) }
        return concerned.count
    }
}
