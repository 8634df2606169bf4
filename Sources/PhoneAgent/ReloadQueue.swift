import Control

/// Wishes to reload, worked off one after another.
final class ReloadQueue: Sendable {
    /// A wish, and who waits for its end.
    typealias Wish = CheckedContinuation<ReloadReply, any Error>

    /// Where the configuration is read.
    let source: Fleet.ConfigurationSource
    let wishes: AsyncStream<Wish>
    private let inbox: AsyncStream<Wish>.Continuation

    init(source: @escaping Fleet.ConfigurationSource) {
        self.source = source
        (wishes, inbox) = AsyncStream.makeStream(of: Wish.self)
    }

    /// Waits until the configuration has been read anew and is in force, or is refused.
    func ask() async throws -> ReloadReply {
        try await withCheckedThrowingContinuation { wish in
            if case .enqueued = inbox.yield(wish) { return }
            wish.resume(throwing: ControlError.shuttingDown)
        }
    }

    /// Takes no further wish.
    func close() { inbox.finish() }
}
