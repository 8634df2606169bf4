import NIOCore

/// One connection of the server: performs the actions of its ``ConnectionState``.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var state: ConnectionState
    private let caller: Caller
    private let connection: ConnectionCaller
    private let runner: CallRunner
    private let limits: ControlLimits
    private let isAdmitted: Bool
    private let eventLoop: any EventLoop
    /// Called once, when the connection is closed and its last call has ended.
    private var onEnd: ((ConnectionHandler) -> Void)?
    private var context: ChannelHandlerContext?
    /// Completed when the reply that is being written has left.
    private var flushed: EventLoopPromise<Void>?
    /// Whether the connection is over and its end has been told.
    private var isClosed = false
    /// Whether the channel is gone.
    private var channelIsGone = false
    /// Whether the server waits for calls no longer.
    private var isAborted = false
    private var call: Task<Void, Never>?
    private var idleTimer: Scheduled<Void>?
    private var replyTimer: Scheduled<Void>?

    init(
        caller: Caller,
        runner: CallRunner,
        limits: ControlLimits,
        isAdmitted: Bool,
        eventLoop: any EventLoop,
        onEnd: @escaping (ConnectionHandler) -> Void
    ) {
        state = ConnectionState(limits: limits)
        self.caller = caller
        connection = ConnectionCaller(caller)
        self.runner = runner
        self.limits = limits
        self.isAdmitted = isAdmitted
        self.eventLoop = eventLoop
        self.onEnd = onEnd
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        if isAdmitted {
            runner.onEvent(.connected(caller))
            handle(.opened)
        } else {
            let reason = CloseReason.tooManyConnections(limit: limits.maximumConnections)
            handle(.refused(CallRunner.encode(ErrorMessage(.busy(reason: "\(reason).")))))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        handle(.received(unwrapInboundIn(data)))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            handle(.inputClosed)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the peer: nothing more can be read or written.
        context.close(promise: nil)
    }

    /// The channel is closed, by whichever side. Unlike `channelInactive` this comes also when it never became active.
    func channelClosed() {
        channelIsGone = true
        handle(.peerGone)
        endIfOver()
    }

    /// The server ends: the connection is to end as soon as its call has.
    func drain() { handle(.drain) }

    /// The server's time for that is over.
    func abort() {
        isAborted = true
        handle(.abort)
        endIfOver()
    }

    private func handle(_ event: ConnectionState.Event) {
        for action in state.handle(event) { perform(action) }
    }

    private func perform(_ action: ConnectionState.Action) {
        switch action {
        case .read:
            context?.read()
        case .startCall(let message, let peerIsGone):
            start(message, peerIsGone: peerIsGone)
        case .cancelCall:
            call?.cancel()
        case .write(let reply):
            write(reply)
        case .armIdleTimer:
            idleTimer?.cancel()
            idleTimer = schedule(after: limits.idleTimeout, .idleTimerFired)
        case .disarmIdleTimer:
            idleTimer?.cancel()
            idleTimer = nil
        case .armReplyTimer:
            replyTimer?.cancel()
            replyTimer = schedule(after: limits.replyTimeout, .replyTimerFired)
        case .disarmReplyTimer:
            replyTimer?.cancel()
            replyTimer = nil
        case .close(let reason):
            isClosed = true
            runner.onEvent(.closed(caller, reason))
            context?.close(promise: nil)
        case .ended(let reason):
            isClosed = true
            runner.onEvent(.closed(caller, reason))
        }
    }

    /// A call that was cancelled still runs for a moment, and tells its failure: the server must not end before it.
    private func endIfOver() {
        guard isClosed, channelIsGone, call == nil || isAborted else { return }
        onEnd?(self)
        onEnd = nil
    }

    private func start(_ message: ByteBuffer, peerIsGone: Bool) {
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let (runner, connection, eventLoop) = (runner, connection, eventLoop)
        call = Task {
            let end = await runner.run(message, connection: connection, peerIsGone: peerIsGone) { reply in
                let flushed = eventLoop.makePromise(of: Void.self)
                eventLoop.execute { handler.value.sendPartial(reply, flushed: flushed) }
                try await flushed.futureResult.get()
            }
            eventLoop.execute { handler.value.callEnded(end) }
        }
    }

    private func callEnded(_ end: CallEnd) {
        call = nil
        handle(.callEnded(end))
        endIfOver()
    }

    private func sendPartial(_ reply: ByteBuffer, flushed: EventLoopPromise<Void>) {
        self.flushed = flushed
        handle(.partialReply(reply))
        // Still here: the client is gone, and nothing was written.
        self.flushed?.fail(ChannelError.ioOnClosedChannel)
        self.flushed = nil
    }

    private func write(_ reply: ByteBuffer) {
        let promise = flushed ?? eventLoop.makePromise()
        flushed = nil
        promise.futureResult.assumeIsolated().whenSuccess { [self] in handle(.written) }
        guard let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
        // A write that fails closes the channel, and ``channelClosed()`` tells the rest.
        context.writeAndFlush(wrapOutboundOut(reply), promise: promise)
    }

    private func schedule(after duration: Duration, _ event: ConnectionState.Event) -> Scheduled<Void> {
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { [self] in handle(event) }
    }
}
