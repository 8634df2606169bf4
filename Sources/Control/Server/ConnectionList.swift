/// The connections there are. It belongs to the event loop that they are on.
final class ConnectionList {
    private var handlers: [ObjectIdentifier: ConnectionHandler] = [:]
    private var onEmpty: (() -> Void)?
    /// Whether the server ends and takes no more of them.
    private(set) var isDraining = false

    var count: Int { handlers.count }

    func add(_ handler: ConnectionHandler) {
        handlers[ObjectIdentifier(handler)] = handler
    }

    func remove(_ handler: ConnectionHandler) {
        handlers[ObjectIdentifier(handler)] = nil
        finishIfEmpty()
    }

    /// Lets every connection end with its call, and calls `onEmpty` when the last one has.
    func drain(onEmpty: @escaping () -> Void) {
        isDraining = true
        self.onEmpty = onEmpty
        // Each may take itself off the list while it is told.
        for handler in Array(handlers.values) { handler.drain() }
        finishIfEmpty()
    }

    /// Ends every connection now.
    func abort() {
        for handler in Array(handlers.values) { handler.abort() }
    }

    private func finishIfEmpty() {
        guard handlers.isEmpty, let onEmpty else { return }
        self.onEmpty = nil
        onEmpty()
    }
}
