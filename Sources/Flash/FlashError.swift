/// Why the store cannot be used.
public enum FlashError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A later version of phoneprovd wrote the store. It is left as it is.
    case newer(path: String)
    /// Another process holds it.
    case locked(path: String)
    /// A reading or a writing failed; nothing was changed.
    case failed(operation: String, reason: String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .newer(let path):
            "\(path) was written by a later version of phoneprovd and is left as it is: install that version, or set"
                + " another stateDirectory"
        case .locked(let path):
            "\(path) is in use by another process: end it, or set another stateDirectory"
        case .failed(let operation, let reason):
            "\(operation): \(reason)"
        }
    }
}
