import NIOCore

/// How a call ended, for the connection that carried it.
enum CallEnd: Equatable {
    /// With this reply.
    case reply(ByteBuffer)
    /// Without one: the client wanted none.
    case withoutReply
    /// The message was not a call.
    case malformed(String)
}

/// What goes on at one connection of the server: calls are cut out of the bytes and run one after another.
///
/// It does no I/O and reads no clock; ``ConnectionHandler`` performs its actions.
/// While a call is under way nothing is read, so that a client that sends faster than it is served is slowed down by its
/// own socket, and the buffer never holds much more than one message.
struct ConnectionState {
    enum Event {
        /// The connection is there.
        case opened
        /// The connection is there but may not stay: tell the client so.
        case refused(ByteBuffer)
        /// Bytes came in.
        case received(ByteBuffer)
        /// The client sends nothing further but may still read.
        case inputClosed
        /// A reply of a call that has more of them.
        case partialReply(ByteBuffer)
        /// The call has ended.
        case callEnded(CallEnd)
        /// The last reply has left.
        case written
        /// The client is gone.
        case peerGone
        /// The timer of the same name fired.
        case idleTimerFired
        /// The timer of the same name fired.
        case replyTimerFired
        /// End as soon as the call under way has.
        case drain
        /// End now.
        case abort
    }

    /// What is to be done, in this order. An action that may bring the next event about is the last of its list.
    enum Action: Equatable {
        case read
        /// Run a call. With `peerIsGone` nobody waits for its reply.
        case startCall(ByteBuffer, peerIsGone: Bool)
        case cancelCall
        case write(ByteBuffer)
        case armIdleTimer
        case disarmIdleTimer
        case armReplyTimer
        case disarmReplyTimer
        case close(CloseReason)
        /// The client has closed: there is nothing left to close, and this is why it ended.
        case ended(CloseReason)
    }

    private enum Phase: Equatable {
        /// No call is under way.
        case waiting
        /// A call runs.
        case calling
        /// The last reply of a call is on its way.
        case answering
        /// The connection was refused, and the client is being told.
        case refusing
        /// Nothing happens any more.
        case closed
    }

    private var phase = Phase.waiting
    private var buffer = ByteBuffer()
    /// How many bytes of the buffer are known to hold no terminator, so that a call that comes byte by byte is searched
    /// once only.
    private var searched = 0
    private var inputIsClosed = false
    private var peerIsGone = false
    /// Whether the client has left without a reply that it had asked for.
    private var replyWasLost = false
    private var isDraining = false
    private let limits: ControlLimits

    init(limits: ControlLimits) {
        self.limits = limits
    }

    mutating func handle(_ event: Event) -> [Action] {
        guard phase != .closed else { return [] }
        switch event {
        case .opened:
            return [.armIdleTimer, .read]
        case .refused(let reply):
            phase = .refusing
            return [.armReplyTimer, .write(reply)]
        case .received(var bytes):
            // What a refused client has sent is of no interest any more.
            guard phase != .refusing else { return [] }
            buffer.writeBuffer(&bytes)
            return phase == .waiting ? proceed() : []
        case .inputClosed:
            inputIsClosed = true
            return phase == .waiting ? proceed() : []
        case .partialReply(let reply):
            return peerIsGone ? [] : [.armReplyTimer, .write(reply)]
        case .callEnded(let end):
            return callEnded(end)
        case .written:
            return written()
        case .peerGone:
            return peerWent()
        case .idleTimerFired:
            return phase == .waiting ? close(.idle(seconds: limits.idleTimeout.inSeconds)) : []
        case .replyTimerFired:
            return close(.slowReader(seconds: limits.replyTimeout.inSeconds))
        case .drain:
            isDraining = true
            switch phase {
            case .waiting: return close(.shutdown)
            case .calling: return [.cancelCall]
            case .answering, .refusing, .closed: return []
            }
        case .abort:
            return close(.shutdown)
        }
    }

    private mutating func callEnded(_ end: CallEnd) -> [Action] {
        guard phase == .calling else { return [] }
        switch end {
        case .reply(let reply):
            if peerIsGone {
                replyWasLost = true
                return turn()
            }
            phase = .answering
            return [.armReplyTimer, .write(reply)]
        case .withoutReply:
            return turn()
        case .malformed(let reason):
            return close(.malformed(reason))
        }
    }

    private mutating func written() -> [Action] {
        switch phase {
        case .answering: [.disarmReplyTimer] + turn()
        case .refusing: close(.tooManyConnections(limit: limits.maximumConnections))
        case .waiting, .calling, .closed: [.disarmReplyTimer]
        }
    }

    private mutating func peerWent() -> [Action] {
        peerIsGone = true
        inputIsClosed = true
        switch phase {
        case .waiting: return proceed()
        case .calling: return [.disarmReplyTimer, .cancelCall]
        case .answering:
            replyWasLost = true
            return [.disarmReplyTimer] + turn()
        case .refusing, .closed: return close(.tooManyConnections(limit: limits.maximumConnections))
        }
    }

    /// The call is over: what is next?
    private mutating func turn() -> [Action] {
        if isDraining { return close(.shutdown) }
        phase = .waiting
        let next = proceed()
        if case .waiting = phase { return [.armIdleTimer] + next }
        return next
    }

    /// Starts the next call when it is there; otherwise waits for it.
    private mutating func proceed() -> [Action] {
        if let length = nextMessageLength() {
            guard length <= limits.maximumMessageBytes, let message = buffer.readSlice(length: length) else {
                return close(.messageTooLarge(limit: limits.maximumMessageBytes))
            }
            buffer.moveReaderIndex(forwardBy: 1)
            buffer.discardReadBytes()
            searched = 0
            phase = .calling
            return [.disarmIdleTimer, .startCall(message, peerIsGone: peerIsGone)]
        }
        if buffer.readableBytes > limits.maximumMessageBytes {
            return close(.messageTooLarge(limit: limits.maximumMessageBytes))
        }
        if inputIsClosed {
            let isComplete = buffer.readableBytes == 0 && !replyWasLost
            return close(isComplete ? .peerFinished : .peerGone)
        }
        return [.read]
    }

    /// The length of the first whole message in the buffer, without its terminator.
    private mutating func nextMessageLength() -> Int? {
        let view = buffer.readableBytesView
        guard
            let end = view[view.startIndex.advanced(by: searched)...].firstIndex(of: MessageCoder.terminator)
        else {
            searched = view.count
            return nil
        }
        return view.startIndex.distance(to: end)
    }

    private mutating func close(_ reason: CloseReason) -> [Action] {
        let callIsUnderWay = phase == .calling
        phase = .closed
        buffer = ByteBuffer()
        return (callIsUnderWay ? [.cancelCall] : []) + [
            .disarmIdleTimer, .disarmReplyTimer, peerIsGone ? .ended(reason) : .close(reason),
        ]
    }
}

extension Duration {
    /// The duration in seconds and fractions of it, for people.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
