/// The client's side of the control interface: one connection to the daemon, over which calls go one after another.
///
/// It waits in `poll` on a thread of its own, so that a short-lived program starts no event loop and no wait blocks a
/// thread that others need. After a time-out, a cancellation or a broken reply nobody knows what comes next on the
/// connection: it is closed, and further calls throw ``ControlClientError/closed``.
public actor ControlClient {
    private let executor = ThreadExecutor()
    private let wakeup = Wakeup()
    private let path: String
    private var socket: ClientSocket?
    private var streamIsOpen = false

    /// The executor on which the actor blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How long a call may take when nothing else is said.
    public static let defaultTimeout = Duration.seconds(10)

    private init(path: String) {
        self.path = path
    }

    /// Connects to a daemon.
    ///
    /// - Parameters:
    ///   - path: Where its socket is.
    ///   - timeout: How long to try while the daemon has more connections waiting than it accepts.
    /// - Throws: ``ControlClientError/noDaemon(path:)`` and ``ControlClientError/refused(path:)`` when there is none,
    ///   ``ControlClientError/permissionDenied(path:)``, and others when the system fails.
    public static func connect(
        to path: String,
        timeout: Duration = defaultTimeout
    ) async throws(ControlClientError) -> ControlClient {
        let client = ControlClient(path: path)
        try await client.open(timeout: timeout)
        return client
    }

    /// Calls a method and waits for its reply.
    ///
    /// - Parameters:
    ///   - request: The method's parameters.
    ///   - timeout: How long to wait; `nil` for as long as it takes. For `Wait` it should be longer than the time that
    ///     the request itself gives.
    /// - Throws: ``ControlClientError``.
    public func call<Request: ControlRequest>(
        _ request: Request,
        timeout: Duration? = defaultTimeout
    ) async throws(ControlClientError) -> Request.Reply {
        try await call(method: Request.method.qualifiedName, parameters: request, timeout: timeout)
    }

    /// Calls any method of any interface and waits for its reply.
    ///
    /// - Parameters:
    ///   - method: The qualified name, as `org.varlink.service.GetInfo`.
    ///   - parameters: What is to be encoded as its parameters.
    ///   - timeout: How long to wait; `nil` for as long as it takes.
    /// - Throws: ``ControlClientError``.
    public func call<Reply: Decodable & Sendable>(
        method: String,
        parameters: some Encodable & Sendable,
        timeout: Duration? = defaultTimeout
    ) async throws(ControlClientError) -> Reply {
        try await interruptibly { () throws(ControlClientError) in
            let deadline = Deadline(after: timeout)
            try transmit(CallMessage(method: method, parameters: parameters), deadline: deadline)
            let reply: (Reply, continues: Bool) = try receive(deadline: deadline)
            guard !reply.continues else {
                throw .protocolViolation(path: path, reason: "several replies to a call that wants one")
            }
            return reply.0
        }
    }

    /// Calls a method and wants no reply: it returns when the call has been handed to the kernel.
    ///
    /// - Parameters:
    ///   - request: The method's parameters.
    ///   - timeout: How long the daemon may take to make room for the call.
    /// - Throws: ``ControlClientError``.
    public func send(
        _ request: some ControlRequest,
        timeout: Duration? = defaultTimeout
    ) async throws(ControlClientError) {
        try await interruptibly { () throws(ControlClientError) in
            let message = CallMessage(
                method: Swift.type(of: request).method.qualifiedName,
                parameters: request,
                oneway: true
            )
            try transmit(message, deadline: Deadline(after: timeout))
        }
    }

    /// Calls a method with `more`: the replies come one by one, for as long as the daemon has any.
    ///
    /// The connection serves this call alone from then on. To end it before the daemon does, cancel the task that reads
    /// it, or ``close()`` the client.
    ///
    /// - Parameters:
    ///   - request: The method's parameters.
    ///   - timeout: How long to wait for the first reply; for the others there is no limit.
    /// - Throws: ``ControlClientError``, when the call cannot be sent.
    public func replies<Request: ControlRequest>(
        to request: Request,
        timeout: Duration? = defaultTimeout
    ) async throws(ControlClientError) -> ControlReplies<Request.Reply> {
        try await interruptibly { () throws(ControlClientError) in
            let message = CallMessage(method: Request.method.qualifiedName, parameters: request, more: true)
            try transmit(message, deadline: Deadline(after: timeout))
            streamIsOpen = true
        }
        return ControlReplies(client: self, firstTimeout: timeout)
    }

    /// What the daemon says about itself.
    ///
    /// - Parameter timeout: How long to wait; `nil` for as long as it takes.
    /// - Throws: ``ControlClientError``.
    public func serviceInformation(
        timeout: Duration? = defaultTimeout
    ) async throws(ControlClientError) -> ServiceInformation {
        try await call(
            method: "\(ControlInterface.serviceName).GetInfo",
            parameters: EmptyReply(),
            timeout: timeout
        )
    }

    /// Closes the connection. Further calls throw ``ControlClientError/closed``.
    ///
    /// A call that is under way keeps the connection until it ends: cancel its task to end it.
    public func close() {
        socket = nil
    }

    /// The next of several replies, and whether others follow.
    func nextReply<Reply: Decodable & Sendable>(
        timeout: Duration?
    ) async throws(ControlClientError) -> (Reply, continues: Bool) {
        try await interruptibly(isUnderWay: true) { () throws(ControlClientError) in
            let reply: (Reply, continues: Bool) = try receive(deadline: Deadline(after: timeout))
            streamIsOpen = reply.continues
            return reply
        }
    }

    private func open(timeout: Duration) async throws(ControlClientError) {
        try await interruptibly(needsSocket: false) { () throws(ControlClientError) in
            socket = try ClientSocket(path: path, wakeup: wakeup, deadline: Deadline(after: timeout))
        }
    }

    private func transmit(_ message: some Encodable, deadline: Deadline) throws(ControlClientError) {
        guard !streamIsOpen else {
            throw .protocolViolation(path: path, reason: "a call while another one has replies to come")
        }
        let bytes: [UInt8]
        do {
            bytes = try MessageCoder.encode(message)
        } catch {
            throw .protocolViolation(path: path, reason: "the call has no form in JSON: \(error)")
        }
        let limit = ControlLimits().maximumMessageBytes
        guard bytes.count - 1 <= limit else { throw .callTooLarge(bytes: bytes.count - 1, limit: limit) }
        try socket?.send(bytes, deadline: deadline)
    }

    private func receive<Reply: Decodable>(
        deadline: Deadline
    ) throws(ControlClientError) -> (Reply, continues: Bool) {
        guard let socket else { throw .closed }
        let bytes = try socket.receive(deadline: deadline)
        let failure: ErrorMessage
        do {
            let header = try MessageCoder.decode(ReplyHeader.self, from: bytes)
            guard header.error != nil else {
                let reply = try MessageCoder.decode(ReplyMessage<Reply>.self, from: bytes)
                return (reply.parameters, header.continues ?? false)
            }
            failure = try MessageCoder.decode(ErrorMessage.self, from: bytes)
        } catch {
            throw .protocolViolation(path: path, reason: "a reply cannot be read: \(error)")
        }
        streamIsOpen = false
        if let error = failure.controlError { throw .control(error) }
        if let error = failure.serviceError { throw .service(error) }
        throw .unknownError(name: failure.error)
    }

    /// Runs something that blocks; cancellation ends it.
    ///
    /// - Parameters:
    ///   - needsSocket: Whether there must be a connection.
    ///   - isUnderWay: Whether the daemon is busy with the call already, so that a cancellation at any moment has to reach
    ///     it: by the end of the connection.
    ///   - body: What blocks.
    private func interruptibly<Output: Sendable>(
        needsSocket: Bool = true,
        isUnderWay: Bool = false,
        _ body: () throws(ControlClientError) -> Output
    ) async throws(ControlClientError) -> Output {
        guard !Task.isCancelled else {
            if isUnderWay { socket = nil }
            throw .cancelled
        }
        guard socket != nil || !needsSocket else { throw .closed }
        let wakeup = wakeup
        let result = await withTaskCancellationHandler {
            // A closure that does not mention the actor would run elsewhere, and block a thread that others need.
            blocking(body)
        } onCancel: {
            wakeup.signal()
        }
        if case .failure(let error) = result, error.leavesConnectionUnknown { socket = nil }
        return try result.get()
    }

    private func blocking<Output>(
        _ body: () throws(ControlClientError) -> Output
    ) -> Result<Output, ControlClientError> {
        preconditionIsolated()
        return Result(catching: body)
    }
}

extension ControlClientError {
    /// Whether nobody knows what comes next on the connection.
    fileprivate var leavesConnectionUnknown: Bool {
        switch self {
        case .control, .service, .unknownError, .callTooLarge, .closed: false
        case .noDaemon, .refused, .permissionDenied, .unusablePath, .system, .timedOut, .cancelled, .connectionClosed,
            .protocolViolation:
            true
        }
    }
}
