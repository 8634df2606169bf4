import Control
import Provisioning

/// Where every phone writes how it stands, and everybody else reads it.
actor StatusBoard {
    private var statuses: [MACAddress: PhoneStatus] = [:]
    private var order: [MACAddress] = []
    private var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWatcher = 0

    /// Puts up a phone's status.
    func publish(_ status: PhoneStatus, of phone: MACAddress) {
        guard statuses[phone] != status else { return }
        if statuses.updateValue(status, forKey: phone) == nil { order.append(phone) }
        for watcher in watchers.values { watcher.yield() }
    }

    /// Takes down the status of a phone that is no more.
    func remove(_ phone: MACAddress) {
        guard statuses.removeValue(forKey: phone) != nil else { return }
        order.removeAll { $0 == phone }
        for watcher in watchers.values { watcher.yield() }
    }

    /// The phones' statuses, in the order of the configuration.
    func read(_ phones: [MACAddress]) -> [PhoneStatus] {
        phones.compactMap { statuses[$0] }
    }

    /// Something to await: an element comes after each change. Changes that follow each other quickly are one.
    func changes() -> AsyncStream<Void> {
        let number = nextWatcher
        nextWatcher += 1
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            Task { await self.forget(number) }
        }
        watchers[number] = continuation
        return stream
    }

    private func forget(_ watcher: Int) { watchers[watcher] = nil }
}
