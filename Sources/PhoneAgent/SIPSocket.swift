import Glibc
import Logging
import NIOCore
import NIOPosix
import SIP

/// One UDP socket of one interface, with the SIP side of all its phones.
///
/// Everything happens on its event loop: datagrams in, the user agent's actions out. What concerns a phone goes to its
/// own listener, in order.
final class SIPSocket: Sendable {
    /// What a phone hears.
    enum Report: Sendable {
        /// A NOTIFY with a valid URL.
        case found(url: String, server: PnPServer)
        /// A NOTIFY asked for provisioning.
        case resync(from: SIPAddress, requestURI: String)
        /// Something for the trace.
        case note(SIPNote)
        /// A message could not be sent.
        case sendFailed(String)
        /// A message of the phone's, as it went over the wire.
        case traffic(SIPTraffic)
    }

    typealias Listener = @Sendable (Report) -> Void

    private let channel: any Channel
    private let handler: NIOLoopBound<SIPSocketHandler>
    /// The address and port that the socket is bound to.
    let localAddress: SIPAddress
    /// What the Call-IDs of its phones begin with.
    let callIDPrefix: String

    /// Opens the socket.
    ///
    /// When the port is taken another one is used: some PnP servers answer only to 5060.
    static func open(
        _ configuration: SIPUserAgent.Configuration,
        address: String,
        interfaceIndex: UInt32,
        port: Int,
        loop: any EventLoop,
        logger: Logger
    ) async throws -> SIPSocket {
        do {
            return try await bind(configuration, address, interfaceIndex, port, loop, logger)
        } catch let error as IOError where error.errnoCode == EADDRINUSE && port != 0 {
            let socket = try await bind(configuration, address, interfaceIndex, 0, loop, logger)
            logger.warning(
                """
                UDP port \(port) of \(address) is taken, SIP uses \(socket.localAddress.port) instead: PnP servers that \
                answer only to port 5060 will not be heard, nor a SIP server's NOTIFY to \(port)
                """
            )
            return socket
        }
    }

    private static func bind(
        _ configuration: SIPUserAgent.Configuration,
        _ address: String,
        _ interfaceIndex: UInt32,
        _ port: Int,
        _ loop: any EventLoop,
        _ logger: Logger
    ) async throws -> SIPSocket {
        let agent = SIPUserAgent(configuration: configuration)
        let (channel, handler) = try await DatagramBootstrap(group: loop)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: SIPLimits.maximumDatagramLength)
            )
            .channelOption(.datagramVectorReadMessageCount, value: 1)
            .bind(host: address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = SIPSocketHandler(agent: agent, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
        do {
            try await prepareMulticast(channel, address: address, interfaceIndex: interfaceIndex)
        } catch {
            try? await channel.close().get()
            throw error
        }
        let local = SIPAddress(host: address, port: channel.localAddress?.port ?? port)
        let socket = SIPSocket(
            channel: channel,
            handler: handler,
            localAddress: local,
            callIDPrefix: configuration.callIDPrefix
        )
        socket.perform(.localAddressChanged(local))
        return socket
    }

    /// Out of this interface, one hop, and to a PnP server on the same host too (ip(7)).
    private static func prepareMulticast(_ channel: any Channel, address: String, interfaceIndex: UInt32) async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        var request = ip_mreqn()
        inet_pton(AF_INET, address, &request.imr_address)
        request.imr_ifindex = CInt(bitPattern: interfaceIndex)
        try await options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: request).get()
        try await options.setIPMulticastTTL(1).get()
        try await options.setIPMulticastLoop(1).get()
    }

    private init(
        channel: any Channel,
        handler: NIOLoopBound<SIPSocketHandler>,
        localAddress: SIPAddress,
        callIDPrefix: String
    ) {
        self.channel = channel
        self.handler = handler
        self.localAddress = localAddress
        self.callIDPrefix = callIDPrefix
    }

    /// Lets a phone use the socket, or replaces what was known of it.
    func add(_ phone: SIPUserAgent.Phone, listener: @escaping Listener) {
        let handler = handler
        channel.eventLoop.execute {
            handler.value.listeners[phone.mac] = listener
            handler.value.handle(.phoneAdded(phone))
        }
    }

    /// A phone uses the socket no more.
    func remove(_ mac: String) {
        let handler = handler
        channel.eventLoop.execute {
            handler.value.handle(.phoneRemoved(mac: mac))
            handler.value.listeners[mac] = nil
        }
    }

    /// Hands an event to the user agent.
    func perform(_ event: SIPUserAgent.Event) {
        let handler = handler
        channel.eventLoop.execute { handler.value.handle(event) }
    }

    /// Closes the socket.
    func close() async {
        try? await channel.close().get()
    }
}

/// The user agent on its event loop.
final class SIPSocketHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    var listeners: [String: SIPSocket.Listener] = [:]
    private var agent: SIPUserAgent
    private let logger: Logger
    private let group: SIPAddress
    /// When it was last told that an answer could not be sent.
    private var lastFailure: Duration?
    private var context: ChannelHandlerContext?
    private var localAddress: SIPAddress?
    private var timers: [SIPUserAgent.TimerID: Scheduled<Void>] = [:]

    init(agent: SIPUserAgent, logger: Logger) {
        self.agent = agent
        group = agent.configuration.group
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        for timer in timers.values { timer.cancel() }
        timers = [:]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let host = envelope.remoteAddress.ipAddress, let port = envelope.remoteAddress.port else { return }
        let bytes = [UInt8](envelope.data.readableBytesView)
        handle(.datagram(bytes, from: SIPAddress(host: host, port: port)))
    }

    /// ICMP errors about datagrams that were sent come here; the exchange goes on without them.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("SIP socket: \(error)")
    }

    func handle(_ event: SIPUserAgent.Event) {
        if case .localAddressChanged(let address) = event { localAddress = address }
        let actions = agent.handle(event, at: AgentClock.uptime)
        // First what went over the wire, then what comes of it: so a NOTIFY belongs to the step that waited for it.
        record(event, actions)
        for action in actions { perform(action) }
    }

    /// Messages are a phone's when the user agent says something of that phone because of them.
    private func record(_ event: SIPUserAgent.Event, _ actions: [SIPUserAgent.Action]) {
        guard let localAddress, let mac = actions.lazy.compactMap(\.phone).first, let listener = listeners[mac] else {
            return
        }
        let now = AgentClock.wallMicroseconds
        if case .datagram(let bytes, let source) = event {
            listener(.traffic(SIPTraffic(received: bytes, at: now, from: source, to: localAddress)))
        }
        for case .send(let bytes, let destination) in actions {
            listener(.traffic(SIPTraffic(sent: bytes, at: now, from: localAddress, to: destination)))
        }
    }

    private func perform(_ action: SIPUserAgent.Action) {
        guard let context else { return }
        switch action {
        case .send(let bytes, let destination):
            send(bytes, to: destination, context)
        case .schedule(let timer, let wait):
            timers.removeValue(forKey: timer)?.cancel()
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            timers[timer] = context.eventLoop.scheduleTask(in: .nanoseconds(wait.nanoseconds)) {
                bound.value.timers[timer] = nil
                bound.value.handle(.timerFired(timer))
            }
        case .cancel(let timer):
            timers.removeValue(forKey: timer)?.cancel()
        case .pnpFound(let mac, let url, let server):
            listeners[mac]?(.found(url: url, server: server))
        case .pnpRefused(let mac, let status, let reason, let server):
            logger.notice("\(mac): PnP server \(server) refused the SUBSCRIBE: \(status) \(reason)")
        case .resync(let mac, let source, let uri, _):
            listeners[mac]?(.resync(from: source, requestURI: uri))
        case .admit(let admission):
            SIPSocketFilter.set(admission, on: context.channel, logger)
        case .note(let mac, let note):
            if let mac, let listener = listeners[mac] {
                listener(.note(note))
            } else {
                logger.info("SIP: \(note.masked)")
            }
        }
    }

    private func send(_ bytes: [UInt8], to destination: SIPAddress, _ context: ChannelHandlerContext) {
        do {
            let remote = try NIOCore.SocketAddress(ipAddress: destination.host, port: destination.port)
            let envelope = AddressedEnvelope(remoteAddress: remote, data: ByteBuffer(bytes: bytes))
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(envelope)).whenFailure { error in
                bound.value.sendFailed("to \(destination): \(error)", isSubscribe: destination == bound.value.group)
            }
        } catch {
            sendFailed("to \(destination): \(error)", isSubscribe: false)
        }
    }

    /// Whoever sends with a forged address makes answers that cannot be sent: a line a minute is enough of that. A
    /// SUBSCRIBE is the phone's own.
    private func sendFailed(_ reason: String, isSubscribe: Bool) {
        if isSubscribe {
            logger.notice("a SUBSCRIBE could not be sent \(reason)")
            for listener in listeners.values { listener(.sendFailed(reason)) }
            return
        }
        let now = AgentClock.uptime
        if let lastFailure, now - lastFailure < .seconds(60) { return }
        lastFailure = now
        logger.notice("a SIP answer could not be sent \(reason)")
    }
}

extension SIPUserAgent.Action {
    /// The phone that it is about.
    fileprivate var phone: String? {
        switch self {
        case .pnpFound(let mac, _, _), .pnpRefused(let mac, _, _, _), .resync(let mac, _, _, _): mac
        case .note(let mac, _): mac
        case .send, .schedule, .cancel, .admit: nil
        }
    }
}

extension Duration {
    /// Whole nanoseconds; NIO's timers take them.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
