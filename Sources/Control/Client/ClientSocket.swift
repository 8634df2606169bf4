import Glibc

/// The client's end of the connection: a socket that waits with `poll`, and never longer than it is told.
///
/// It blocks its thread. The ``Wakeup`` ends a wait from outside.
final class ClientSocket {
    private let descriptor: CInt
    private let path: String
    private let wakeup: Wakeup
    private var buffer: [UInt8] = []
    /// How many bytes of the buffer are known to hold no terminator.
    private var searched = 0

    /// The longest reply in bytes that is read. The records of a run are the longest there are, some 100 kB.
    static let maximumReplyBytes = 16 * 1024 * 1024
    private static let readBytes = 64 * 1024
    /// The pause between two tries to connect while the daemon's queue of waiting connections is full: `poll` cannot
    /// wait for that.
    private static let retryMilliseconds: Int32 = 5

    /// Connects.
    ///
    /// - Throws: ``ControlClientError``.
    init(path: String, wakeup: Wakeup, deadline: Deadline) throws(ControlClientError) {
        self.path = path
        self.wakeup = wakeup
        descriptor = UnixAddress.makeSocket()
        guard descriptor >= 0, wakeup.descriptor >= 0 else { throw Self.failure("socket", path) }
        while true {
            guard let connected = UnixAddress.with(path: path, { connect(descriptor, $0, $1) }) else {
                throw .unusablePath(path: path, limit: UnixAddress.maximumPathBytes)
            }
            if connected == 0 { return }
            switch errno {
            case EAGAIN:
                try deadline.check(path)
                var nothing = pollfd()
                poll(&nothing, 0, Self.retryMilliseconds)
            case EINTR: continue
            case ENOENT, ENOTDIR: throw .noDaemon(path: path)
            case ECONNREFUSED: throw .refused(path: path)
            case EACCES, EPERM: throw .permissionDenied(path: path)
            default: throw Self.failure("connect", path)
            }
        }
    }

    deinit {
        close(descriptor)
    }

    /// Sends all bytes.
    ///
    /// That the daemon has closed is no error here: it may have said why, and reading tells.
    ///
    /// - Throws: ``ControlClientError``.
    func send(_ bytes: [UInt8], deadline: Deadline) throws(ControlClientError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if sent >= 0 {
                rest = rest.dropFirst(sent)
                continue
            }
            switch errno {
            case EAGAIN: try wait(for: Int16(POLLOUT), deadline: deadline)
            case EINTR: continue
            case EPIPE, ECONNRESET: return
            default: throw Self.failure("send", path)
            }
        }
    }

    /// The next message, without its terminator.
    ///
    /// - Throws: ``ControlClientError``.
    func receive(deadline: Deadline) throws(ControlClientError) -> [UInt8] {
        while true {
            if let end = buffer[searched...].firstIndex(of: MessageCoder.terminator) {
                let message = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                searched = 0
                return message
            }
            searched = buffer.count
            guard buffer.count <= Self.maximumReplyBytes else {
                throw .protocolViolation(path: path, reason: "a reply is longer than \(Self.maximumReplyBytes) bytes")
            }
            try fill(deadline: deadline)
        }
    }

    private func fill(deadline: Deadline) throws(ControlClientError) {
        while true {
            let count = withUnsafeTemporaryAllocation(byteCount: Self.readBytes, alignment: 1) { chunk in
                let count = recv(descriptor, chunk.baseAddress, chunk.count, 0)
                if count > 0 { buffer.append(contentsOf: chunk[..<count]) }
                return count
            }
            if count > 0 { return }
            if count == 0 { throw .connectionClosed(path: path) }
            switch errno {
            case EAGAIN: try wait(for: Int16(POLLIN), deadline: deadline)
            case EINTR: continue
            case ECONNRESET: throw .connectionClosed(path: path)
            default: throw Self.failure("recv", path)
            }
        }
    }

    private func wait(for events: Int16, deadline: Deadline) throws(ControlClientError) {
        while true {
            if Task.isCancelled { throw .cancelled }
            var descriptors = [
                pollfd(fd: descriptor, events: events, revents: 0),
                pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&descriptors, nfds_t(descriptors.count), deadline.pollMilliseconds)
            if ready < 0, errno != EINTR { throw Self.failure("poll", path) }
            if descriptors[1].revents != 0 {
                wakeup.clear()
                // It may have been meant for a call that waits for its turn: only this call's own cancellation counts.
                continue
            }
            if ready > 0 { return }
            if ready == 0 { try deadline.check(path) }
        }
    }

    private static func failure(_ call: String, _ path: String) -> ControlClientError {
        let number = errno
        return .system(call: call, path: path, errno: number, reason: errorText(number))
    }
}

/// When to stop waiting.
struct Deadline {
    /// For messages: the time that was given in all.
    private let timeout: Duration?
    private let end: ContinuousClock.Instant?

    /// A time from now on, or `nil` for as long as it takes.
    init(after timeout: Duration?) {
        self.timeout = timeout
        end = timeout.map { ContinuousClock.now + $0 }
    }

    /// The time that is left as `poll` wants it, rounded up; -1 for as long as it takes.
    var pollMilliseconds: Int32 {
        guard let end else { return -1 }
        let left = ContinuousClock.now.duration(to: end)
        guard left > .zero else { return 0 }
        return Int32(clamping: Int64(left / .milliseconds(1)) + 1)
    }

    func check(_ path: String) throws(ControlClientError) {
        guard let end, let timeout, ContinuousClock.now >= end else { return }
        throw .timedOut(path: path, seconds: timeout.inSeconds)
    }
}

/// Ends a wait in `poll` from another thread: a pair of sockets, on one of which a byte waits while there is a
/// signal.
final class Wakeup: Sendable {
    /// Readable while there is a signal; negative when the process has no descriptors left.
    let descriptor: CInt
    private let signalDescriptor: CInt

    init() {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        var ends: [CInt] = [-1, -1]
        let made = socketpair(AF_UNIX, type, 0, &ends) == 0
        (descriptor, signalDescriptor) = made ? (ends[0], ends[1]) : (-1, -1)
    }

    func signal() {
        // There may be no room, and then a signal is pending already.
        _ = [UInt8(1)].withUnsafeBytes { write(signalDescriptor, $0.baseAddress, $0.count) }
    }

    func clear() {
        _ = withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { read(descriptor, $0.baseAddress, $0.count) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if signalDescriptor >= 0 { close(signalDescriptor) }
    }
}
