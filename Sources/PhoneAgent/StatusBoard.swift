import Control
import Provisioning

/// Where every phone writes how it stands, and everybody else reads it.
actor StatusBoard {
    private var statuses: [MACAddress: PhoneStatus] = [:]
    private var counts: [PhoneState: Int] = [:]
    private var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWatcher = 0

    /// Puts up a phone's status.
    func publish(_ status: PhoneStatus, of phone: MACAddress) {
        guard statuses[phone] != status else { return }
        let before = statuses.updateValue(status, forKey: phone)
        change(from: before?.state, to: status.state)
    }

    /// Takes down the status of a phone that is no more.
    func remove(_ phone: MACAddress) {
        guard let before = statuses.removeValue(forKey: phone) else { return }
        change(from: before.state, to: nil)
    }

    private func change(from before: PhoneState?, to after: PhoneState?) {
        if let before { counts[before, default: 0] -= 1 }
        if let after { counts[after, default: 0] += 1 }
        for watcher in watchers.values { watcher.yield() }
    }

    /// How all of them stand, without a look at each: with many phones there is hardly a moment without a change.
    var overview: StatusOverview {
        if statuses.count == 1, let only = statuses.values.first { return .one(only) }
        return .many(counts.filter { $0.value > 0 })
    }

    /// Whether each of these phones has a status, and one of these states.
    func areAll(_ phones: [MACAddress], where isWanted: (PhoneState) -> Bool) -> Bool {
        phones.allSatisfy { phone in statuses[phone].map { isWanted($0.state) } ?? false }
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
