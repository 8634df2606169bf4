/// The replies to a call with `more`, in the order in which the daemon sent them.
///
/// They are read when they are asked for. A reader that is slower than the daemon sees the newest state, not every one.
public struct ControlReplies<Reply: Decodable & Sendable>: AsyncSequence, Sendable {
    /// What goes wrong: as with any call.
    public typealias Failure = ControlClientError

    let client: ControlClient
    let firstTimeout: Duration?

    /// Reads the replies; it should be made once only.
    public func makeAsyncIterator() -> Iterator {
        Iterator(client: client, timeout: firstTimeout)
    }

    /// Reads one reply after another.
    public struct Iterator: AsyncIteratorProtocol {
        let client: ControlClient
        var timeout: Duration?
        var isOver = false

        /// Waits for the next reply.
        ///
        /// - Returns: The reply, or `nil` after the last one.
        /// - Throws: ``ControlClientError``.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ControlClientError) -> Reply? {
            guard !isOver else { return nil }
            // Over also when it throws.
            isOver = true
            let reply: (Reply, continues: Bool) = try await client.nextReply(timeout: timeout)
            timeout = nil
            isOver = !reply.continues
            return reply.0
        }

        /// Waits for the next reply.
        ///
        /// - Returns: The reply, or `nil` after the last one.
        /// - Throws: ``ControlClientError``.
        public mutating func next() async throws(ControlClientError) -> Reply? {
            try await next(isolation: nil)
        }
    }
}
