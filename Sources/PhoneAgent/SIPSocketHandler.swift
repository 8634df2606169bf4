import Logging
import NIOCore
import SIP

/// The user agent on its event loop.
final class SIPSocketHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    var listeners: [String: SIPSocket.Listener] = [:]
    private var agent: SIPUserAgent
    private let logger: Logger
    private let group: SIPAddress
    private let interfaceIndex: UInt32
    /// When it was last told that an answer could not be sent.
    private var lastFailure: Duration?
    private var context: ChannelHandlerContext?
    private var localAddress: SIPAddress?
    private var timers: [SIPUserAgent.TimerID: Scheduled<Void>] = [:]
    private var losses = ReceiveLosses()
    /// How many there were when each phone began to wait for its PnP server.
    private var lossesBefore: [String: Int] = [:]
    /// When losses were last told of.
    private var lastLoss: Duration?

    init(agent: SIPUserAgent, interfaceIndex: UInt32, logger: Logger) {
        self.agent = agent
        self.interfaceIndex = interfaceIndex
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
        let now = AgentClock.uptime
        switch event {
        case .localAddressChanged(let address): localAddress = address
        case .subscribe(let request): lossesBefore[request.mac] = losses.count(at: now)
        default: break
        }
        let actions = agent.handle(event, at: now)
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
                if case .windowClosed(_, let found) = note { tellLosses(mac, found, listener) }
            } else {
                logger.info("SIP: \(note.masked)")
            }
        }
    }

    /// A phone's wait is over: what it could not hear is told, unless it has got a URL all the same.
    private func tellLosses(_ mac: String, _ found: Bool, _ listener: SIPSocket.Listener) {
        guard let before = lossesBefore.removeValue(forKey: mac), !found else { return }
        let now = AgentClock.uptime
        let lost = losses.count(at: now) - before
        guard lost > 0 else { return }
        listener(.lost(lost))
        if let lastLoss, now - lastLoss < .seconds(60) { return }
        lastLoss = now
        logger.warning("SIP socket: \(ReceiveLosses.sentence(lost))")
    }

    private func send(_ bytes: [UInt8], to destination: SIPAddress, _ context: ChannelHandlerContext) {
        do {
            let remote = try socketAddress(destination)
            let envelope = AddressedEnvelope(remoteAddress: remote, data: ByteBuffer(bytes: bytes))
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(envelope)).whenFailure { error in
                bound.value.sendFailed("to \(destination): \(error)", isSubscribe: destination == bound.value.group)
            }
        } catch {
            sendFailed("to \(destination): \(error)", isSubscribe: false)
        }
    }

    /// A link-local address is one of this interface: a server may have no other.
    private func socketAddress(_ address: SIPAddress) throws -> NIOCore.SocketAddress {
        let plain = try NIOCore.SocketAddress(ipAddress: address.host, port: address.port)
        guard case .v6(let six) = plain else { return plain }
        var scoped = six.address
        scoped.sin6_scope_id = interfaceIndex
        return NIOCore.SocketAddress(scoped)
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
