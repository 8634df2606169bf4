/// Why the control socket could not be set up.
public enum ControlServerError: Error, Sendable, Equatable {
    /// The path is longer than an address of a Unix socket can be (unix(7), `sun_path`), or empty.
    case unusablePath(path: String, limit: Int)
    /// The directory of the socket does not exist or is not a directory.
    case noDirectory(String)
    /// Another process has held the lock on the directory for longer than setting up a socket takes.
    case directoryLocked(String)
    /// There is something at the path that is not a socket.
    case notASocket(path: String)
    /// Another process listens there.
    case alreadyServed(path: String)
    /// A call of the system failed; `errno` is its error number and `reason` that in words.
    case system(call: String, path: String, errno: Int32, reason: String)
    /// The server was started before; it can be started once only.
    case alreadyStarted
}

extension ControlServerError: CustomStringConvertible {
    /// What happened, then what to do.
    public var description: String {
        switch self {
        case .unusablePath(let path, let limit):
            "The control socket cannot be at '\(path)': a path of 1 to \(limit) bytes is needed. Choose another."
        case .noDirectory(let directory):
            "The directory \(directory) of the control socket does not exist. Create it, or choose another path."
        case .directoryLocked(let directory):
            "Another process is setting up a socket in \(directory) and does not finish. End it, and try again."
        case .notASocket(let path):
            "There is something at \(path) that is not a socket. Remove it, or choose another path."
        case .alreadyServed(let path):
            "Another daemon listens at \(path). End it, or choose another path."
        case .system(let call, let path, _, let reason):
            "The control socket \(path) cannot be set up: \(call): \(reason)."
        case .alreadyStarted:
            "The control server was started before; it can be started once only."
        }
    }
}
