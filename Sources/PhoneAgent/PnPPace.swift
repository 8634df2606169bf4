import Synchronization

/// When each phone may begin with SIP PnP.
///
/// Phones that share an interface share one socket, one thread that reads it and the processors of one machine. Ten thousand
/// that ask at once get more answers in a moment than can be read, and what is lost so looks as if no server had answered.
/// Hence so many phones a second begin, after a second's worth of them that need not wait.
final class PnPPace: Sendable {
    /// When the next one would begin, had none of them gone ahead. At first, a second before the process began.
    private let next = Mutex(Duration.seconds(-1))

    /// Takes a turn.
    /// - Parameters:
    ///   - perSecond: how many phones begin each second, at least 1.
    ///   - now: the time since the process began.
    /// - Returns: how long to wait.
    func turn(perSecond: Int, at now: Duration) -> Duration {
        next.withLock { next in
            let begins = max(next, now - .seconds(1))
            next = begins + .seconds(1) / max(perSecond, 1)
            return max(begins - now, .zero)
        }
    }
}
