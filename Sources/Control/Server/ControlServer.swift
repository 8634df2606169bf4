import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The daemon's side of the control interface: a Varlink service at a Unix socket.
///
/// ``start()`` sets up the socket; ``run()`` does so too and returns when ``shutdown()`` has been called and everything has
/// ended. A server serves once.
public final class ControlServer: Sendable {
    /// What a server needs to know.
    public struct Configuration: Sendable {
        /// Where the socket is. Its directory must exist.
        public var path: String
        /// The permissions of the socket's file. Who may not write to it cannot connect (unix(7)).
        public var mode: UInt32 = 0o660
        /// The name of the group of the socket's file, whose members may read by the standard policy. When it is `nil`,
        /// the file keeps the daemon's own group, whose members then may read, unless it is root's; when it does not exist,
        /// nobody but root and the daemon's user may.
        public var group: String?
        /// The name of the group whose members may change by the standard policy, and may connect whatever the socket's
        /// group is. When it is `nil` or does not exist, nobody but root and the daemon's user may.
        public var adminGroup: String?
        /// Who may do what.
        public var policy = ControlPolicy.standard
        /// The limits for each connection and for all together.
        public var limits = ControlLimits()
        /// What the service says about itself.
        public var information: ServiceInformation

        /// A configuration with the usual mode, policy and limits.
        ///
        /// - Parameters:
        ///   - path: Where the socket is.
        ///   - group: The name of the group whose members may read.
        ///   - information: What the service says about itself.
        public init(path: String, group: String? = nil, information: ServiceInformation) {
            self.path = path
            self.group = group
            self.information = information
        }
    }

    private enum Phase {
        case ready
        case starting
        case serving(any Channel, ListeningSocket, ended: EventLoopFuture<Void>)
        /// The server ends or has ended; `nil` when it never served.
        case ending(EventLoopFuture<Void>?)
    }

    private let configuration: Configuration
    private let service: any ControlService
    private let onEvent: @Sendable (ControlEvent) -> Void
    /// Everything happens on one event loop: a few connections of a few calls need no more.
    private let eventLoop: any EventLoop
    private let phase = Mutex(Phase.ready)
    private let connections: NIOLoopBoundBox<ConnectionList>

    /// A server that has not started.
    ///
    /// - Parameters:
    ///   - configuration: What it needs to know.
    ///   - service: What answers the calls.
    ///   - eventLoopGroup: Where it runs; it uses one event loop of the group.
    ///   - onEvent: Told of everything that is worth a line in the log; it must not block.
    public init(
        configuration: Configuration,
        service: any ControlService,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onEvent: @escaping @Sendable (ControlEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.service = service
        self.onEvent = onEvent
        let eventLoop = eventLoopGroup.next()
        self.eventLoop = eventLoop
        connections = .makeBoxSendingValue(ConnectionList(), eventLoop: eventLoop)
    }

    /// Sets up the socket and serves from then on. When it returns, clients can connect.
    ///
    /// After ``shutdown()`` it does nothing.
    ///
    /// - Throws: ``ControlServerError``.
    public func start() async throws(ControlServerError) {
        let mayStart = try phase.withLock { phase throws(ControlServerError) in
            switch phase {
            case .ready:
                phase = .starting
                return true
            case .starting, .serving: throw .alreadyStarted
            case .ending: return false
            }
        }
        guard mayStart else { return }
        do {
            let socket = try await openSocket()
            let channel = try await listen(socket)
            await serve(channel, socket)
        } catch {
            phase.withLock { $0 = .ending(nil) }
            throw error
        }
    }

    /// Serves until ``shutdown()`` is called or the task is cancelled, which does the same; starts before, if need be.
    ///
    /// - Throws: ``ControlServerError`` when the socket cannot be set up.
    public func run() async throws(ControlServerError) {
        if case .ready = phase.withLock({ $0 }) { try await start() }
        let ended = phase.withLock { phase -> EventLoopFuture<Void>? in
            switch phase {
            case .serving(_, _, let ended): ended
            case .ending(let ended): ended
            case .ready, .starting: nil
            }
        }
        guard let ended else { return }
        await withTaskCancellationHandler {
            // The promise behind it is only ever kept.
            try? await ended.get()
        } onCancel: {
            shutdown()
        }
    }

    /// Ends the service: removes the socket, closes connections on which no call is under way, cancels the calls that are,
    /// lets their clients hear `ShuttingDown`, and closes what is left after ``ControlLimits/shutdownGrace``.
    ///
    /// It returns at once; ``run()`` returns when all is done. Further calls do nothing.
    public func shutdown() {
        let serving = phase.withLock { phase -> (channel: any Channel, socket: ListeningSocket)? in
            switch phase {
            case .serving(let channel, let socket, let ended):
                phase = .ending(ended)
                return (channel, socket)
            case .ready, .starting:
                phase = .ending(nil)
                return nil
            case .ending:
                return nil
            }
        }
        guard let serving else { return }
        eventLoop.execute {
            // First the name, so that a client finds no daemon rather than one that refuses.
            serving.socket.removeFile()
            serving.channel.close(promise: nil)
        }
    }

    /// Opening asks the group database, which may ask a network: it is not a thing to do on a thread that others wait for.
    private func openSocket() async throws(ControlServerError) -> ListeningSocket {
        let configuration = configuration
        let opened: Result<ListeningSocket, ControlServerError>
        do {
            opened = try await NIOThreadPool.singleton.runIfActive {
                Result { () throws(ControlServerError) in
                    try ListeningSocket.open(
                        path: configuration.path,
                        mode: configuration.mode,
                        groupName: configuration.group,
                        adminGroupName: configuration.adminGroup
                    )
                }
            }
        } catch {
            throw Self.failure("thread pool", configuration.path, error)
        }
        return try opened.get()
    }

    private func listen(_ socket: ListeningSocket) async throws(ControlServerError) -> any Channel {
        if let name = configuration.group, socket.groups.readers == nil { onEvent(.groupMissing(name: name)) }
        if let name = configuration.adminGroup {
            if socket.groups.changers == nil {
                onEvent(.adminGroupMissing(name: name))
            } else if !socket.letsChangersIn {
                onEvent(.adminGroupNotLetIn(name: name))
            }
        }
        let runner = CallRunner(
            service: service,
            policy: configuration.policy,
            groups: socket.groups,
            information: configuration.information,
            onEvent: onEvent
        )
        let (connections, limits) = (connections, configuration.limits)
        let bootstrap = ServerBootstrap(group: eventLoop, childGroup: eventLoop)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                Self.admit(channel, to: connections, runner: runner, limits: limits)
            }
        do {
            return try await bootstrap.withBoundSocket(socket.descriptor).get()
        } catch {
            // The channel, which owned the descriptor, has closed it.
            socket.removeFile()
            throw Self.failure("listen", socket.path, error)
        }
    }

    private static func admit(
        _ channel: any Channel,
        to connections: NIOLoopBoundBox<ConnectionList>,
        runner: CallRunner,
        limits: ControlLimits
    ) -> EventLoopFuture<Void> {
        let admitted = Caller.connected(to: channel).flatMapThrowing { caller in
            guard !connections.value.isDraining else { throw ChannelError.ioOnClosedChannel }
            let handler = ConnectionHandler(
                caller: caller,
                runner: runner,
                limits: limits,
                isAdmitted: connections.value.count < limits.maximumConnections,
                eventLoop: channel.eventLoop,
                onEnd: { connections.value.remove($0) }
            )
            try channel.pipeline.syncOperations.addHandler(handler)
            connections.value.add(handler)
            channel.closeFuture.assumeIsolated().whenComplete { _ in handler.channelClosed() }
        }
        admitted.whenFailure { runner.onEvent(.acceptFailed(reason: "\($0)")) }
        return admitted
    }

    /// Takes note that the socket serves, and of what is to be done when it does so no more.
    private func serve(_ channel: any Channel, _ socket: ListeningSocket) async {
        let ended = eventLoop.makePromise(of: Void.self)
        let (connections, grace, onEvent) = (connections, configuration.limits.shutdownGrace, onEvent)
        channel.closeFuture.whenComplete { _ in
            connections.value.drain {
                onEvent(.ended)
                ended.succeed()
            }
            channel.eventLoop.scheduleTask(in: TimeAmount(grace)) { connections.value.abort() }
        }
        onEvent(.listening(path: socket.path))
        let wasShutDown = phase.withLock { phase in
            if case .starting = phase {
                phase = .serving(channel, socket, ended: ended.futureResult)
                return false
            }
            phase = .ending(ended.futureResult)
            return true
        }
        if wasShutDown {
            socket.removeFile()
            channel.close(promise: nil)
        }
    }

    private static func failure(_ call: String, _ path: String, _ error: any Error) -> ControlServerError {
        let number = (error as? IOError)?.errnoCode ?? 0
        return .system(call: call, path: path, errno: number, reason: "\(error)")
    }
}
