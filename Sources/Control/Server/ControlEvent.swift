/// Something that happened at the control socket and is worth a line in the log.
public enum ControlEvent: Sendable, Equatable {
    /// The server accepts connections.
    case listening(path: String)
    /// The group that was configured for the socket does not exist; the socket keeps the daemon's own group.
    case groupMissing(name: String)
    /// The group that may change does not exist.
    case adminGroupMissing(name: String)
    /// The file system of the socket knows no access control lists: the mode of the socket's file alone says who connects.
    case adminGroupNotLetIn(name: String)
    /// Somebody connected.
    case connected(Caller)
    /// A call was answered; `failure` is the qualified name of the error that was answered, with its description.
    case answered(Caller, method: String, failure: String?)
    /// A connection ended.
    case closed(Caller, CloseReason)
    /// A connection could not be accepted, or its peer could not be identified.
    case acceptFailed(reason: String)
    /// The server has ended and its socket is gone.
    case ended
}

/// Why a connection ended.
public enum CloseReason: Sendable, Equatable {
    /// The client closed it between two calls.
    case peerFinished
    /// The client closed it while a call was under way, or in the middle of a message.
    case peerGone
    /// A message was not JSON or not a call.
    case malformed(String)
    /// A message was longer than the limit in bytes.
    case messageTooLarge(limit: Int)
    /// There were as many connections as the limit allows.
    case tooManyConnections(limit: Int)
    /// No call was under way for this time in seconds.
    case idle(seconds: Double)
    /// The client did not read a reply for this time in seconds.
    case slowReader(seconds: Double)
    /// The server ended.
    case shutdown
}

extension CloseReason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .peerFinished: "the client is done"
        case .peerGone: "the client went away before the end of a call"
        case .malformed(let reason): "malformed call: \(reason)"
        case .messageTooLarge(let limit): "the call is longer than \(limit) bytes"
        case .tooManyConnections(let limit): "there are \(limit) connections already"
        case .idle(let seconds): "no call for \(seconds) s"
        case .slowReader(let seconds): "a reply was not read within \(seconds) s"
        case .shutdown: "the daemon is ending"
        }
    }
}

extension ControlEvent: CustomStringConvertible {
    /// The event as a log line.
    public var description: String {
        switch self {
        case .listening(let path): "Control socket listens at \(path)."
        case .groupMissing(let name):
            "There is no group \(name): the control socket keeps the daemon's own group. Create the group and restart."
        case .adminGroupMissing(let name):
            "There is no group \(name): only root and the daemon's own user may change anything."
        case .adminGroupNotLetIn(let name):
            "The control socket cannot be opened to the group \(name): its members must be in the socket's group too."
        case .connected(let caller): "Control connection from \(caller)."
        case .answered(let caller, let method, nil): "\(Self.oneLine(method)) for \(caller)."
        case .answered(let caller, let method, let failure?):
            "\(Self.oneLine(method)) for \(caller) was refused: \(Self.oneLine(failure))"
        case .closed(let caller, let reason): "Control connection from \(caller) closed: \(reason)."
        case .acceptFailed(let reason): "A control connection could not be accepted: \(reason)."
        case .ended: "Control socket closed."
        }
    }

    /// The longest piece of a client's text in a log line, in characters.
    static let maximumTextInLog = 300

    /// Text that came from a client, as a log can bear it: not too long, and without control characters, with which a
    /// client could make up lines of its own.
    private static func oneLine(_ text: String) -> String {
        let escaped = text.unicodeScalars.prefix(maximumTextInLog).map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
            default: String(scalar)
            }
        }.joined()
        return text.unicodeScalars.count > maximumTextInLog ? escaped + "…" : escaped
    }
}
