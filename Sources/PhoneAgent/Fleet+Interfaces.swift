// What happens to the network interfaces of the phones.

extension Fleet {
    func startMonitor(
        _ changed: AsyncStream<[String: InterfaceState]>.Continuation
    ) async throws -> InterfaceMonitor {
        let monitor = try await InterfaceMonitor.start(
            interfaces: { [weak self] in Set(self?.phones.map(\.interface) ?? []) },
            group: loops,
            onChange: { changed.yield($0) }
        )
        crew.withLock { $0.monitor = monitor }
        return monitor
    }

    /// A phone that no longer hears of addresses would wait for ever: listening that has broken off begins anew.
    func keepMonitoring(
        _ first: InterfaceMonitor,
        _ changed: AsyncStream<[String: InterfaceState]>.Continuation
    ) async {
        var monitor: InterfaceMonitor? = first
        while !Task.isCancelled {
            if let current = monitor {
                await withTaskCancellationHandler {
                    await current.untilClosed()
                } onCancel: {
                    Task { await current.stop() }
                }
                if Task.isCancelled { return }
                logger.warning("the kernel's messages about network interfaces broke off: they are asked for again")
            }
            // A pause, lest a lasting error keep a processor busy.
            try? await Task.sleep(for: .seconds(1))
            monitor = try? await startMonitor(changed)
        }
    }

    /// The socket comes before the address: when a phone hears of an address, it can send.
    func follow(_ changes: AsyncStream<[String: InterfaceState]>) async {
        var addresses: [String: String?] = [:]
        for await states in changes {
            for (interface, state) in states {
                if let known = addresses.updateValue(state.ipv4, forKey: interface), known != state.ipv4 {
                    downloads.forgetConnections()
                }
                let concerned = phones.filter { $0.interface == interface }
                let now = await sockets.update(interface, state)
                for phone in concerned {
                    phone.inbox.yield(.sockets(now))
                    phone.inbox.yield(.interface(state))
                }
            }
        }
    }
}
