import FoundationEssentials
import NIOCore

/// Runs one call: reads it, checks the caller's right, asks the service and words the reply.
struct CallRunner: Sendable {
    let service: any ControlService
    let policy: ControlPolicy
    let groups: ControlGroups
    let information: ServiceInformation
    let onEvent: @Sendable (ControlEvent) -> Void

    /// Sends one of several replies and returns when the client has taken it.
    typealias PartialReply = @Sendable (ByteBuffer) async throws -> Void

    /// Runs the call in a message.
    ///
    /// - Parameters:
    ///   - message: The message without its terminator.
    ///   - connection: Who calls, and for whom.
    ///   - peerIsGone: Whether the client has left. Only a call without reply is run for such a client.
    ///   - partialReply: Takes the replies of a call with `more` that others follow.
    func run(
        _ message: ByteBuffer,
        connection: ConnectionCaller,
        peerIsGone: Bool,
        partialReply: @escaping PartialReply
    ) async -> CallEnd {
        let call: Call
        do {
            let bytes = Array(message.readableBytesView)
            let header = try MessageCoder.decode(CallHeader.self, from: bytes)
            call = Call(header: header, message: bytes, caller: connection.caller, connection: connection)
        } catch {
            return .malformed(Self.words(for: error))
        }
        if call.header.oneway && (call.header.more || call.header.upgrade) {
            return .malformed("a call without reply cannot ask for more or for an upgrade")
        }
        guard call.header.oneway else {
            if peerIsGone { return .withoutReply }
            return .reply(await answer(call, partialReply: partialReply))
        }
        // A client that wants no reply may leave at once. A task of its own keeps its call from being cancelled then.
        _ = await Task { await answer(call, partialReply: { _ in }) }.value
        return .withoutReply
    }

    /// A call that has been read but for its parameters.
    private struct Call: Sendable {
        let header: CallHeader
        let message: [UInt8]
        let caller: Caller
        let connection: ConnectionCaller
    }

    private func answer(_ call: Call, partialReply: @escaping PartialReply) async -> ByteBuffer {
        let failure: ErrorMessage
        do {
            let reply = try await reply(to: call, partialReply: partialReply)
            onEvent(.answered(call.caller, method: call.header.method, failure: nil))
            return reply
        } catch is CancellationError {
            // The client has left, or the daemon ends: nothing was refused.
            onEvent(.answered(call.caller, method: call.header.method, failure: nil))
            failure = Self.message(for: CancellationError())
        } catch {
            failure = Self.message(for: error)
            onEvent(
                .answered(call.caller, method: call.header.method, failure: "\(failure.error): \(error)")
            )
        }
        return Self.encode(failure)
    }

    private func reply(to call: Call, partialReply: @escaping PartialReply) async throws -> ByteBuffer {
        if call.header.upgrade { throw VarlinkServiceError.methodNotImplemented(method: call.header.method) }
        guard let dot = call.header.method.lastIndex(of: ".") else {
            throw VarlinkServiceError.invalidParameter(parameter: "method")
        }
        let interface = String(call.header.method[..<dot])
        let name = String(call.header.method[call.header.method.index(after: dot)...])
        switch interface {
        case ControlInterface.name:
            guard let method = ControlMethod(rawValue: name) else {
                throw VarlinkServiceError.methodNotFound(method: call.header.method)
            }
            try check(method, of: call)
            return try await reply(to: call, method: method, partialReply: partialReply)
        case ControlInterface.serviceName:
            return try reply(to: call, serviceMethod: name)
        default:
            throw VarlinkServiceError.interfaceNotFound(interface: interface)
        }
    }

    /// A connection that acts for a session has that account's rights, and none of the caller's own.
    private func check(_ method: ControlMethod, of call: Call) throws(ControlError) {
        guard let session = call.caller.session else {
            return try policy.check(
                method.requiredAccess,
                for: method.rawValue,
                caller: call.caller,
                groups: groups
            )
        }
        guard let role = method.requiredRole, session.phones.contains(where: { $0.role >= role }) else {
            throw .notPermitted(reason: "\(method.rawValue) is not for \(session.account).")
        }
    }

    private func reply(
        to call: Call,
        method: ControlMethod,
        partialReply: @escaping PartialReply
    ) async throws -> ByteBuffer {
        let caller = call.caller
        switch method {
        case .status:
            guard call.header.more else {
                return try await ask(call) { try await service.status($0, caller: caller) }
            }
            return try await statusUpdates(call, partialReply: partialReply)
        case .wait: return try await ask(call) { try await service.wait($0, caller: caller) }
        case .explain: return try await ask(call) { try await service.explain($0, caller: caller) }
        case .history: return try await ask(call) { try await service.history($0, caller: caller) }
        case .capture: return try await ask(call) { try await service.capture($0, caller: caller) }
        case .export: return try await ask(call) { try await service.export($0, caller: caller) }
        case .importArchive: return try await ask(call) { try await service.importArchive($0, caller: caller) }
        case .provision:
            return try await ask(call) { (request: ProvisionRequest) in
                try await service.provision(request, caller: caller)
                return EmptyReply()
            }
        case .reboot:
            return try await ask(call) { (request: RebootRequest) in
                try await service.reboot(request, caller: caller)
                return EmptyReply()
            }
        case .factoryReset:
            return try await ask(call) { (request: FactoryResetRequest) in
                try await service.factoryReset(request, caller: caller)
                return EmptyReply()
            }
        case .get:
            return try await ask(call) { (request: GetRequest) in
                if request.reveal {
                    if caller.session != nil { throw ControlError.notPermitted(reason: "A session reveals no secret.") }
                    try policy.check(.changer, for: "Get with reveal", caller: caller, groups: groups)
                }
                return try await service.get(request, caller: caller)
            }
        case .set:
            return try await ask(call) { try await service.set($0, caller: caller) }
        case .unset:
            return try await ask(call) { (request: UnsetRequest) in
                try await service.unset(request, caller: caller)
                return EmptyReply()
            }
        case .dhcpEvent: return try await ask(call) { try await service.dhcpEvent($0, caller: caller) }
        case .reload: return try await ask(call) { try await service.reload($0, caller: caller) }
        case .savedFiles: return try await ask(call) { try await service.savedFiles($0, caller: caller) }
        case .savedDocument: return try await ask(call) { try await service.savedDocument($0, caller: caller) }
        case .signIn: return try await ask(call) { try await service.signIn($0, caller: caller) }
        case .resume:
            return try await ask(call) { (request: ResumeRequest) in
                let session = try await service.resume(request, caller: caller)
                call.connection.act(for: session)
                return session
            }
        case .signOut:
            return try await ask(call) { (request: SignOutRequest) in
                try await service.signOut(request, caller: caller)
                return EmptyReply()
            }
        case .webPassword: return try await ask(call) { try await service.webPassword($0, caller: caller) }
        }
    }

    private func ask<Request: ControlRequest>(
        _ call: Call,
        _ body: (Request) async throws -> Request.Reply
    ) async throws -> ByteBuffer {
        try Self.encode(ReplyMessage(parameters: await body(try request(of: call))))
    }

    /// Passes every state on but the last one, which is the reply that ends the call.
    private func statusUpdates(_ call: Call, partialReply: PartialReply) async throws -> ByteBuffer {
        let updates = try await service.statusUpdates(try request(of: call), caller: call.caller)
        var last = StatusReply(phones: [])
        for try await update in updates {
            last = update
            try await partialReply(Self.encode(ReplyMessage(parameters: update, continues: true)))
        }
        try Task.checkCancellation()
        return try Self.encode(ReplyMessage(parameters: last))
    }

    private func reply(to call: Call, serviceMethod: String) throws -> ByteBuffer {
        switch serviceMethod {
        case "GetInfo":
            try Self.checkNames(of: call, known: [])
            return try Self.encode(ReplyMessage(parameters: information))
        case "GetInterfaceDescription":
            try Self.checkNames(of: call, known: ["interface"])
            let request = try MessageCoder.decodeParameters(DescriptionRequest.self, from: call.message)
            guard let text = ControlInterface.description(of: request.interface) else {
                throw VarlinkServiceError.interfaceNotFound(interface: request.interface)
            }
            return try Self.encode(ReplyMessage(parameters: DescriptionReply(description: text)))
        default:
            throw VarlinkServiceError.methodNotFound(method: call.header.method)
        }
    }

    private func request<Request: ControlRequest>(of call: Call) throws(VarlinkServiceError) -> Request {
        try Self.checkNames(of: call, known: Request.parameterNames)
        return try MessageCoder.decodeParameters(Request.self, from: call.message)
    }

    /// A name that the method does not have is most often one that is misspelled: it is refused rather than passed over.
    private static func checkNames(of call: Call, known: [String]) throws(VarlinkServiceError) {
        for name in call.header.parameterNames.sorted() where !known.contains(name) {
            throw .invalidParameter(parameter: name)
        }
    }

    private static func message(for error: any Error) -> ErrorMessage {
        switch error {
        case let error as ControlError: ErrorMessage(error)
        case let error as VarlinkServiceError: ErrorMessage(error)
        case is CancellationError: ErrorMessage(.shuttingDown)
        default: ErrorMessage(.failed(reason: "\(error)"))
        }
    }

    private static func encode(_ message: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try MessageCoder.encode(message))
    }

    /// An error message, which is made of strings and integers: JSON has a form for every one of them.
    static func encode(_ message: ErrorMessage) -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try MessageCoder.encode(message))
        } catch {
            return ByteBuffer(
                string: #"{"error":"io.phoneprovd.Failed","parameters":{"reason":"The error cannot be told."}}"# + "\0"
            )
        }
    }

    /// Why a message could not be read, for the log; the message itself may hold secrets and is left out.
    private static func words(for error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted: "it is not JSON"
        case DecodingError.keyNotFound(let key, _): "it has no \(key.stringValue)"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            if let field = context.codingPath.last {
                "its \(field.stringValue) has the wrong type"
            } else {
                "it is not a JSON object"
            }
        default: "\(error)"
        }
    }
}

/// The parameters of `org.varlink.service.GetInterfaceDescription`.
struct DescriptionRequest: Codable, Sendable {
    let interface: String
}

/// The reply of `org.varlink.service.GetInterfaceDescription`.
struct DescriptionReply: Codable, Sendable {
    let description: String
}
