/// Why a call over the control socket brought no reply.
public enum ControlClientError: Error, Sendable, Equatable {
    /// There is no socket at the path.
    case noDaemon(path: String)
    /// There is a socket at the path, and nobody listens: the daemon is not running.
    case refused(path: String)
    /// The caller may not write to the socket, or not reach its directory.
    case permissionDenied(path: String)
    /// The path is longer than an address of a Unix socket can be, or empty.
    case unusablePath(path: String, limit: Int)
    /// A call of the system failed; `errno` is its error number and `reason` that in words.
    case system(call: String, path: String, errno: Int32, reason: String)
    /// What was waited for did not come in time.
    case timedOut(path: String, seconds: Double)
    /// The task was cancelled.
    case cancelled
    /// The daemon closed the connection without a reply.
    case connectionClosed(path: String)
    /// The call is longer than the daemon accepts.
    case callTooLarge(bytes: Int, limit: Int)
    /// The client has been closed: by ``ControlClient/close()`` or by an earlier error.
    case closed
    /// What came is not a reply to the call.
    case protocolViolation(path: String, reason: String)
    /// The daemon answered with an error of its interface.
    case control(ControlError)
    /// The daemon answered that the call itself is wrong.
    case service(VarlinkServiceError)
    /// The daemon answered with an error that this client does not know.
    case unknownError(name: String)

    /// Whether there is no daemon at the path: the exit status 3 of the command-line client.
    public var isNoDaemon: Bool {
        switch self {
        case .noDaemon, .refused: true
        default: false
        }
    }
}

extension ControlClientError: CustomStringConvertible {
    /// What happened, then what to do.
    public var description: String {
        switch self {
        case .noDaemon(let path):
            "There is no daemon at \(path). Start it, or name its socket."
        case .refused(let path):
            "Nobody listens at \(path): the daemon is not running. Start it."
        case .permissionDenied(let path):
            "You may not connect to \(path). Be root, the daemon's user or a member of the socket's group."
        case .unusablePath(let path, let limit):
            "A socket cannot be at '\(path)': a path of 1 to \(limit) bytes is needed."
        case .system(let call, let path, _, let reason):
            "The daemon at \(path) cannot be asked: \(call): \(reason)."
        case .timedOut(let path, let seconds):
            "The daemon at \(path) has not answered within \(seconds) s. See its log."
        case .cancelled:
            "The call was cancelled."
        case .connectionClosed(let path):
            "The daemon at \(path) closed the connection without an answer. See its log."
        case .callTooLarge(let bytes, let limit):
            "The call has \(bytes) bytes, and the daemon accepts \(limit)."
        case .closed:
            "The connection to the daemon was closed before. Connect anew."
        case .protocolViolation(let path, let reason):
            "What listens at \(path) is not this daemon, or of another version: \(reason)."
        case .control(let error):
            error.description
        case .service(let error):
            "\(error) The daemon may be of another version."
        case .unknownError(let name):
            "The daemon answered with an unknown error, \(name). It may be of another version."
        }
    }
}
