import Synchronization

/// A list of what has happened, for tests to wait for.
final class Happenings<Element: Sendable & Equatable>: Sendable {
    private struct Waiter {
        let isMet: @Sendable ([Element]) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var all: [Element] = []
        var waiters: [Waiter] = []
    }

    struct DidNotHappen: Error {
        let instead: [Element]
    }

    private let state = Mutex(State())

    var all: [Element] { state.withLock { $0.all } }

    func add(_ element: Element) {
        let met = state.withLock { state in
            state.all.append(element)
            let all = state.all
            let met = state.waiters.filter { $0.isMet(all) }
            state.waiters.removeAll { $0.isMet(all) }
            return met
        }
        for waiter in met { waiter.continuation.resume() }
    }

    /// Waits until the list is as it should be; 20 seconds at most.
    func wait(until isMet: @escaping @Sendable ([Element]) -> Bool) async throws {
        let timer = Task {
            try await Task.sleep(for: .seconds(20))
            let late = self.state.withLock { state in
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in late { waiter.continuation.resume() }
        }
        defer { timer.cancel() }
        await withCheckedContinuation { continuation in
            let isMetAlready = state.withLock { state in
                if isMet(state.all) { return true }
                state.waiters.append(Waiter(isMet: isMet, continuation: continuation))
                return false
            }
            if isMetAlready { continuation.resume() }
        }
        if !isMet(all) { throw DidNotHappen(instead: all) }
    }

    func wait(for element: Element) async throws {
        try await wait { $0.contains(element) }
    }
}
