import Control
import Logging
import Provisioning

// Taking a changed configuration over while the phones run.

extension Fleet {
    /// Reads the configuration anew and puts it in force, whole or not at all.
    ///
    /// A run of a phone that stands in both alike goes on. A phone that has another model, version or interface now starts
    /// anew with what flash holds of it, one that is new starts, and one that is gone stops; flash keeps what is its.
    ///
    /// - Returns: what became of the phones, by their MAC addresses.
    /// - Throws: ``Control/ControlError/invalidConfiguration(file:line:reason:)``, and then nothing has changed, or
    ///   ``Control/ControlError/shuttingDown``.
    @discardableResult
    public func reload() async throws -> ReloadReply { try await reloads.ask() }

    /// Works the wishes off until there can be no more.
    func takeReloads(_ onEvent: @escaping @Sendable (Event) -> Void) async {
        for await wish in reloads.wishes {
            if Task.isCancelled {
                wish.resume(throwing: ControlError.shuttingDown)
                continue
            }
            onEvent(.reloading)
            do throws(ConfigurationProblem) {
                let reply = try await takeOver()
                logger.notice("\(reply.sentence)", metadata: ["message-id": "\(MessageID.reloaded)"])
                onEvent(.ready)
                wish.resume(returning: reply)
            } catch {
                logger.error(
                    "the configuration is refused, the one in force stays: \(error)",
                    metadata: [
                        "message-id": "\(MessageID.reloadRefused)", "configuration-file": "\(error.place)",
                        "configuration-line": "\(error.line.map(String.init) ?? "")",
                    ]
                )
                onEvent(.ready)
                wish.resume(
                    throwing: ControlError.invalidConfiguration(
                        file: error.place,
                        line: error.line,
                        reason: error.message
                    )
                )
            }
        }
    }

    private func takeOver() async throws(ConfigurationProblem) -> ReloadReply {
        let new = try reloads.source()
        let plan = try ReloadPlan(from: configuration, to: new)
        for definition in plan.changed + plan.removed { await retire(definition.identity.mac) }
        await sockets.reconfigure(
            new.sipPnP,
            reopening: plan.reopensSockets,
            interfaces: Set(new.phones.map(\.interface))
        )
        let kept = Dictionary(phones.map { ($0.identity.mac, $0) }) { first, _ in first }
        let made = (plan.changed + plan.added).map { makePhone($0, new) }
        let all = kept.merging(made.map { ($0.identity.mac, $0) }) { _, new in new }
        let monitor = crew.withLock { crew in
            crew.configuration = new
            crew.phones = new.phones.compactMap { all[$0.identity.mac] }
            return crew.monitor
        }
        for definition in plan.unchanged { kept[definition.identity.mac]?.inbox.yield(.reconfigured(new)) }
        for phone in made {
            await phone.publish()
            launch(phone)
            phone.inbox.yield(.powerOn(.start))
        }
        // The new phones, and those whose socket has been closed, hear from it what there is.
        monitor?.tellAgain()
        // A phone's turn comes after it was switched on: then it has been loaded from flash.
        await Self.turns(of: made)
        return ReloadReply(plan)
    }

    /// Ends a phone's run, and waits until the phone does nothing more.
    private func retire(_ mac: MACAddress) async {
        let (phone, task) = crew.withLock { crew in
            let phone = crew.phones.first { $0.identity.mac == mac }
            crew.phones.removeAll { $0.identity.mac == mac }
            return (phone, crew.running.removeValue(forKey: mac))
        }
        phone?.inbox.finish()
        await task?.value
        await board.remove(mac)
        await access.forget(mac)
    }
}

extension ReloadReply {
    init(_ plan: ReloadPlan) {
        self.init(
            unchanged: plan.unchanged.count,
            changed: plan.changed.map(\.identity.mac.upperCase),
            added: plan.added.map(\.identity.mac.upperCase),
            removed: plan.removed.map(\.identity.mac.upperCase)
        )
    }
}
