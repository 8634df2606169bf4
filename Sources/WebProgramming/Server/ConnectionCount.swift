import Synchronization

/// How many connections there are, and since when there has been none.
final class ConnectionCount: Sendable {
    private struct State {
        var open = 0
        var idleSince: ContinuousClock.Instant? = .now
    }
    private let state = Mutex(State())

    /// Takes one more, unless there are `limit`.
    func take(limit: Int) -> Bool {
        state.withLock {
            guard $0.open < limit else { return false }
            $0.open += 1
            $0.idleSince = nil
            return true
        }
    }

    func give() {
        state.withLock {
            $0.open -= 1
            if $0.open == 0 { $0.idleSince = .now }
        }
    }

    /// How long there has been no connection; `nil` while there is one.
    var idle: Duration? { state.withLock { $0.idleSince.map { ContinuousClock.now - $0 } } }
}
