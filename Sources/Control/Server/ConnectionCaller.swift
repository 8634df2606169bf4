import Synchronization

/// Who calls over one connection: the peer's credentials, and the session that it acts for since it resumed one.
final class ConnectionCaller: Sendable {
    private let current: Mutex<Caller>

    init(_ caller: Caller) {
        current = Mutex(caller)
    }

    var caller: Caller { current.withLock { $0 } }

    func act(for session: SignedIn) { current.withLock { $0.session = session } }
}
