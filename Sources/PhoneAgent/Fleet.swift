import Control
import DHCPOptions
import Downloads
import Flash
import Logging
import NIOCore
import NIOPosix
import Provisioning
import Synchronization

/// The phones of a daemon, and what they share: interfaces, SIP sockets, downloads, flash, the control interface.
public final class Fleet: Sendable {
    /// What the world outside is told about the daemon as a whole.
    public enum Event: Sendable {
        /// The control interface answers, and the phones are switched on; or a reload has ended, one way or the other.
        case ready
        /// The configuration is being read anew.
        case reloading
        /// How things stand, in one line.
        case status(String)
    }

    /// Reads the configuration anew.
    public typealias ConfigurationSource = @Sendable () throws(ConfigurationProblem) -> DaemonConfiguration

    let board: StatusBoard
    let access: WebAccess
    private let inform: InformDesk
    private let pace = PnPPace()
    let logger: Logger
    let sockets: SocketTable
    let crew: Mutex<Crew>
    let reloads: ReloadQueue
    /// Held while events are taken: those of the spool are older than the one that comes, and stay so.
    let dhcpOrder = Mutex(DHCPEventOrder())
    /// What says that somebody has set the clock.
    let clock = Mutex(ClockWatch(AgentClock.now()))
    private let flash: FlashStore
    let downloads: DownloadEngine
    let loops: MultiThreadedEventLoopGroup
    private let version: String

    /// What a reload changes: always a whole configuration, with its phones.
    struct Crew: Sendable {
        var configuration: DaemonConfiguration
        /// In the order of the configuration.
        var phones: [Phone]
        /// What each phone runs in, from the start of the fleet on.
        var running: [MACAddress: Task<Void, Never>] = [:]
        var monitor: InterfaceMonitor?
    }

    /// The configuration in force.
    var configuration: DaemonConfiguration { crew.withLock(\.configuration) }

    /// The phones, in the order of the configuration.
    var phones: [Phone] { crew.withLock(\.phones) }

    /// Opens flash and prepares the phones. Nothing goes out to the network yet.
    ///
    /// - Parameters:
    ///   - configuration: What is in force first.
    ///   - configurationSource: Where a reload finds the next one.
    ///   - version: What the control interface says of the daemon.
    ///   - logger: Where it tells what happens.
    /// - Throws: ``Flash/FlashError`` when the store belongs to a later version or another process,
    ///   ``Downloads/DownloadEngineError`` when libcurl cannot be used.
    public init(
        configuration: DaemonConfiguration,
        configurationSource: @escaping ConfigurationSource,
        version: String,
        logger: Logger
    ) throws {
        self.logger = logger
        self.version = version
        let (flash, opening) = try FlashStore.open(in: configuration.stateDirectory, now: .now)
        Self.report(opening, configuration.stateDirectory, logger)
        self.flash = flash
        downloads = try DownloadEngine()
        board = StatusBoard()
        let (password, problem) = WebPassword.load(from: configuration.stateDirectory)
        if let problem { logger.warning("the password for web programming is not kept: \(problem)") }
        access = WebAccess(fallbackPassword: password, logger: logger)
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        sockets = SocketTable(configuration: configuration.sipPnP, loops: loops, logger: logger)
        inform = InformDesk(put: InformClient(loops: loops).ask)
        reloads = ReloadQueue(source: configurationSource)
        let environment = PhoneEnvironment(
            configuration: configuration,
            flash: flash,
            downloads: downloads,
            sockets: sockets,
            inform: inform,
            board: board,
            access: access,
            pace: pace,
            logger: logger
        )
        let phones = configuration.phones.map { Phone($0, environment: environment) }
        crew = Mutex(Crew(configuration: configuration, phones: phones))
    }

    /// A phone of another configuration than the first.
    func makePhone(_ definition: DaemonConfiguration.PhoneDefinition, _ configuration: DaemonConfiguration) -> Phone {
        Phone(
            definition,
            environment: PhoneEnvironment(
                configuration: configuration,
                flash: flash,
                downloads: downloads,
                sockets: sockets,
                inform: inform,
                board: board,
                access: access,
                pace: pace,
                logger: logger
            )
        )
    }

    private static func report(_ opening: FlashStore.Opening, _ directory: String, _ logger: Logger) {
        switch opening {
        case .created: logger.info("flash: a new store in \(directory)")
        case .opened: logger.info("flash: \(directory)/\(FlashStore.fileName)")
        case .migrated(let old, let new, let backup):
            logger.notice(
                "flash: \(directory)/\(FlashStore.fileName) is of version \(new) now; as it was, of version \(old): \(backup)",
                metadata: ["message-id": "\(MessageID.storeMigrated)"]
            )
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
            onEvent: { [logger] in logger.log(level: $0.level, "control: \($0)", metadata: $0.metadata) }
        )
        let failure = await serve(server, onEvent)
        await downloads.shutdown()
        flash.close()
        try? await loops.shutdownGracefully()
        if let failure { throw failure }
    }

    /// Comes back when the event loop and every phone have had their turn.
    public func beat() async {
        await noticeClock()
        try? await loops.next().submit {}.get()
        await Self.turns(of: phones)
    }

    /// Comes back when every one of these has worked off what was in its inbox. All are asked at once: one after the other,
    /// each of ten thousand would wait for what the others have to do.
    static func turns(of phones: [Phone]) async {
        await withDiscardingTaskGroup { group in
            for phone in phones { group.addTask { await phone.turn() } }
        }
    }

    private var controlConfiguration: ControlServer.Configuration {
        let configuration = configuration
        var control = ControlServer.Configuration(
            path: configuration.controlSocket,
            group: configuration.controlGroup.isEmpty ? nil : configuration.controlGroup,
            information: ServiceInformation(
                vendor: "phoneprovd",
                product: "phoneprovd",
                version: version,
                url: "man:phoneprovd(8)"
            )
        )
        control.adminGroup = configuration.controlAdminGroup.isEmpty ? nil : configuration.controlAdminGroup
        return control
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
        for phone in phones { launch(phone) }
        takeSpool(becauseOf: .start)
        for phone in phones { phone.inbox.yield(.powerOn(.start)) }
        let watcher = await watchSpool(loops)
        var failure: (any Error)?
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await follow(changes) }
            group.addTask { [self] in await tellStatus(onEvent) }
            do {
                let monitor = try await startMonitor(changed)
                group.addTask { [self] in await takeReloads(onEvent) }
                group.addTask { [self] in await keepMonitoring(monitor, changed) }
                // A phone's turn comes after it was switched on: then it has been loaded from flash.
                await Self.turns(of: phones)
                onEvent(.ready)
                failure = await untilCancelled(server)
            } catch {
                failure = Task.isCancelled ? nil : error
            }
            changed.finish()
            reloads.close()
            group.cancelAll()
        }
        server.shutdown()
        await watcher?.stop()
        for phone in phones { phone.inbox.finish() }
        for task in crew.withLock({ Array($0.running.values) }) { await task.value }
        await sockets.close()
        return failure
    }

    /// Not cancelled with the rest: a phone ends when its inbox does, and answers what is in it before.
    func launch(_ phone: Phone) {
        let task = Task { await phone.run() }
        crew.withLock { $0.running[phone.identity.mac] = task }
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

    private func tellStatus(_ onEvent: @escaping @Sendable (Event) -> Void) async {
        var givingBack: Task<Void, Never>?
        for await _ in await board.changes() {
            let overview = await board.overview
            onEvent(.status(overview.line))
            givingBack?.cancel()
            guard !overview.isProvisioning else { continue }
            givingBack = Task {
                try? await Task.sleep(for: IdleMemory.rest)
                if !Task.isCancelled { IdleMemory.giveBack() }
            }
        }
        givingBack?.cancel()
    }
}
