import DHCPOptions
import NIOCore
import Synchronization

// Events of DHCP clients: what a hook hands over, and what it left while nobody answered.

extension Fleet {
    /// Where events are left: beside the control socket.
    var spoolDirectory: String {
        let socket = configuration.controlSocket
        return String(socket[..<(socket.lastIndex(of: "/") ?? socket.endIndex)]) + "/dhcp"
    }

    /// Why an event lies in the spool.
    enum Keeping {
        case start
        case busy

        var origin: String {
            switch self {
            case .start: "the DHCP client's hook, kept while no daemon ran"
            case .busy: "the DHCP client's hook, kept while the daemon did not answer"
            }
        }
    }

    /// Takes the events that were left, the oldest first.
    func takeSpool(becauseOf keeping: Keeping) {
        dhcpOrder.withLock { readSpool(keeping, &$0) }
    }

    /// Takes an event of a DHCP client's hook. Events that were left in the spool while the daemon did not answer are
    /// older, and come first.
    ///
    /// - Returns: how many phones it concerns.
    func take(_ event: DHCPEvent) -> Int {
        dhcpOrder.withLock { order in
            readSpool(.busy, &order)
            return deliver(event, origin: "the DHCP client's hook", &order)
        }
    }

    /// Has events taken as soon as they are left. Without, they wait for the next one that comes, or the next start.
    func watchSpool(_ loops: any EventLoopGroup) async -> SpoolWatcher? {
        do {
            let watcher = try await SpoolWatcher.start(path: spoolDirectory, group: loops) { [weak self] in
                self?.takeSpool(becauseOf: .busy)
            }
            // What was left before it watched.
            takeSpool(becauseOf: .busy)
            return watcher
        } catch {
            logger.warning("DHCP events that hooks leave are taken with the next one that comes: \(error)")
            return nil
        }
    }

    private func readSpool(_ keeping: Keeping, _ order: inout DHCPEventOrder) {
        do throws(DHCPEventSpoolError) {
            for entry in try DHCPEventSpool(path: spoolDirectory).drain() {
                switch entry {
                case .event(_, let event): deliver(event, origin: keeping.origin, &order)
                case .problem(let name, let problem):
                    logger.warning("a kept DHCP event, \(name), is not taken: \(problem)")
                }
            }
        } catch {
            logger.warning("DHCP events that were kept cannot be read: \(error)")
        }
    }

    /// Hands an event to the phones of its interface. One that a later event has overtaken on its way says nothing more.
    ///
    /// - Returns: how many phones that are.
    @discardableResult
    private func deliver(_ event: DHCPEvent, origin: String, _ order: inout DHCPEventOrder) -> Int {
        let concerned = phones.filter { $0.interface == event.interface }
        guard !concerned.isEmpty else { return 0 }
        guard order.admits(event) else {
            logger.info(
                "DHCP \(event.reason) on \(event.interface) (\(origin)): not taken, a later event came before it",
                metadata: ["dhcp-reason": "\(event.reason)", "interface": "\(event.interface)"]
            )
            return concerned.count
        }
        for phone in concerned { phone.inbox.yield(.dhcp(event, origin: origin)) }
        return concerned.count
    }
}
