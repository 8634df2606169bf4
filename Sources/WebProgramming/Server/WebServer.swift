import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTPS server of web programming.
///
/// Hummingbird's own cannot take sockets that systemd has opened, so that its channels and its router are used with an
/// accept loop of our own.
public struct WebServer: Service {
    /// How many connections there are at most; a further one is closed at once.
    static let maximumConnections = 256
    /// How long a connection may be silent.
    static let idleTimeout = TimeAmount.seconds(60)
    /// How many bytes the fields of a request may have: some kilobytes are usual.
    static let maximumHeaderBytes = 32 * 1024

    private let configuration: WebConfiguration
    private let site: Site
    private let certificates: CertificateStore
    private let inherited: [Int32]
    private let logger: Logger
    private let onRunning: @Sendable ([WebAddress]) -> Void

    /// A server that has not started.
    ///
    /// - Parameters:
    ///   - configuration: where it listens, and which daemon it asks.
    ///   - certificates: what it answers with.
    ///   - inherited: sockets that listen already; with any, the configuration's address is not used.
    ///   - onRunning: called with its addresses when it takes connections.
    /// - Throws: when a page's template is wrong.
    public init(
        configuration: WebConfiguration,
        certificates: CertificateStore,
        inherited: [Int32] = [],
        logger: Logger,
        onRunning: @escaping @Sendable ([WebAddress]) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.certificates = certificates
        self.inherited = inherited
        self.logger = logger
        self.onRunning = onRunning
        site = try Site(controlSocket: configuration.controlSocket, logger: logger)
    }

    /// Serves until it is told to end, or until there was nobody for the time that the configuration says.
    ///
    /// - Throws: when it cannot listen.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let count = ConnectionCount()
        let failure: (any Error)?
        do {
            let channels = try await bind(group)
            onRunning(channels.compactMap { $0.channel.localAddress.flatMap(WebAddress.init) })
            await serve(channels, count)
            failure = nil
        } catch {
            failure = error
        }
        try? await group.shutdownGracefully()
        if let failure { throw failure }
    }

    private typealias Listener = NIOAsyncChannel<HTTP1Channel.Value, Never>

    private func bind(_ group: MultiThreadedEventLoopGroup) async throws -> [Listener] {
        let child = child
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        let logger = logger
        let setup: @Sendable (any Channel) -> EventLoopFuture<HTTP1Channel.Value> = { channel in
            child.setup(channel: channel, logger: logger)
        }
        guard !inherited.isEmpty else {
            let address = try SocketAddress(ipAddress: configuration.listenAddress, port: configuration.listenPort)
            return [try await bootstrap.bind(to: address, childChannelInitializer: setup)]
        }
        var listeners: [Listener] = []
        for descriptor in inherited {
            listeners.append(try await bootstrap.bind(descriptor, childChannelInitializer: setup))
        }
        return listeners
    }

    private var child: TLSChannel {
        let responder = site.responder
        let logger = logger
        return TLSChannel(
            base: HTTP1Channel(
                responder: { request, writer, channel in
                    let context = WebContext(source: .init(channel: channel, logger: logger))
                    let response = try await responder.respond(to: request, context: context)
                    try await writer.write(response: response.head, body: response.body)
                },
                configuration: .init(
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeaderBytes,
                        maxHeaderListSize: Self.maximumHeaderBytes,
                        maxHeaderFieldCount: 100
                    )
                )
            ),
            certificates: certificates
        )
    }

    private func serve(_ listeners: [Listener], _ count: ConnectionCount) async {
        await withTaskGroup(of: Void.self) { group in
            for listener in listeners {
                group.addTask { await accept(listener, count) }
            }
            group.addTask { await keepCertificate() }
            if !inherited.isEmpty, configuration.idleMinutes > 0 {
                group.addTask { await untilIdle(.seconds(configuration.idleMinutes * 60), count) }
            }
            group.addTask {
                // Returns when it is told to end, and so the first task to end ends all.
                let (stream, continuation) = AsyncStream<Never>.makeStream()
                await withGracefulShutdownHandler {
                    for await _ in stream {}
                } onGracefulShutdown: {
                    continuation.finish()
                }
            }
            await group.next()
            group.cancelAll()
            for listener in listeners { try? await listener.channel.close() }
        }
    }

    private func accept(_ listener: Listener, _ count: ConnectionCount) async {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                try await listener.executeThenClose { connections in
                    for try await connection in connections {
                        guard count.take(limit: Self.maximumConnections) else {
                            connection.channel.close(promise: nil)
                            continue
                        }
                        group.addTask {
                            await child.handle(value: connection, logger: logger)
                            count.give()
                        }
                    }
                }
            }
        } catch {
            if !Task.isCancelled { logger.error("connections are accepted no longer: \(error)") }
        }
    }

    /// A certificate that nears its end is replaced without anybody noticing.
    private func keepCertificate() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(12 * 60 * 60))
            if !Task.isCancelled { certificates.refresh() }
        }
    }

    private func untilIdle(_ limit: Duration, _ count: ConnectionCount) async {
        while !Task.isCancelled {
            let rest = limit - (count.idle ?? .zero)
            if rest <= .zero {
                logger.info("nobody has come for \(configuration.idleMinutes) minutes: ending until somebody does")
                return
            }
            try? await Task.sleep(for: rest)
        }
    }
}

/// A place where the pages are.
public struct WebAddress: Sendable, Equatable {
    /// Host and port as they stand in a URL.
    public let authority: String

    init?(_ address: SocketAddress) {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
