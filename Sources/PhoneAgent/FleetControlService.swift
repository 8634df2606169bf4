import Control
import DHCPOptions
import FoundationEssentials
import PhoneSettings
import Provisioning

/// Answers the control interface for a fleet.
struct FleetControlService: ControlService {
    let fleet: Fleet

    /// The longest time-out of `Wait` in seconds: a year. A longer one is the same as none.
    static let longestWait = 31_536_000.0

    func status(_ request: StatusRequest, caller: Caller) async throws -> StatusReply {
        StatusReply(phones: await fleet.board.read(try macs(request.phone)))
    }

    func statusUpdates(
        _ request: StatusRequest,
        caller: Caller
    ) async throws -> AsyncThrowingStream<StatusReply, any Error> {
        _ = try macs(request.phone)
        let board = fleet.board
        let changes = await board.changes()
        let (stream, continuation) = AsyncThrowingStream<StatusReply, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        let task = Task {
            // Which phones there are may change with a reload.
            var last = StatusReply(phones: await board.read((try? macs(request.phone)) ?? []))
            continuation.yield(last)
            for await _ in changes {
                let now = StatusReply(phones: await board.read((try? macs(request.phone)) ?? []))
                guard now != last else { continue }
                last = now
                continuation.yield(now)
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    func wait(_ request: WaitRequest, caller: Caller) async throws -> WaitReply {
        _ = try macs(request.phone)
        let board = fleet.board
        let states = Set(request.states)
        // Which phones there are may change with a reload; one that was asked for by name and is gone is an error.
        @Sendable func isReached() async throws -> Bool {
            let macs = try macs(request.phone)
            let phones = await board.read(macs)
            return phones.count == macs.count
                && phones.allSatisfy { states.isEmpty ? $0.state != .provisioning : states.contains($0.state) }
        }
        let changes = await board.changes()
        let reached = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                if try await isReached() { return true }
                for await _ in changes where try await isReached() { return true }
                throw CancellationError()
            }
            if let seconds = request.timeoutSeconds.map({ min($0, Self.longestWait) }) {
                group.addTask {
                    try await Task.sleep(for: .seconds(seconds))
                    return false
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        return WaitReply(reached: reached, phones: await board.read(try macs(request.phone)))
    }

    func explain(_ request: ExplainRequest, caller: Caller) async throws -> ExplainReply {
        ExplainReply(run: try await phone(request.phone).call { try await $0.record(of: request.run) })
    }

    func history(_ request: HistoryRequest, caller: Caller) async throws -> HistoryReply {
        try await phone(request.phone).call { phone in
            HistoryReply(runs: try await phone.history(), changes: try await phone.changesByHand())
        }
    }

    func capture(_ request: CaptureRequest, caller: Caller) async throws -> CaptureReply {
        CaptureReply(messages: try await phone(request.phone).call { $0.traffic.messages })
    }

    func export(_ request: ExportRequest, caller: Caller) async throws -> ExportReply {
        let phone = try phone(request.phone)
        let archive = try await phone.call { try await $0.export(for: "\(caller)") }
        return ExportReply(mac: phone.identity.mac.upperCase, archive: Data(archive).base64EncodedString())
    }

    func importArchive(_ request: ImportRequest, caller: Caller) async throws -> ImportReply {
        guard let archive = Data(base64Encoded: request.archive) else {
            throw ControlError.invalidArchive(reason: "it is not base64")
        }
        let bytes = [UInt8](archive)
        return try await phone(request.phone).call {
            try await $0.importArchive(bytes, fromOtherPhone: request.fromOtherPhone, for: "\(caller)")
        }
    }

    func provision(_ request: ProvisionRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        for phone in try phones(request.phone) {
            try await phone.call { phone in
                phone.logger.notice("a run was asked for (\(who))")
                await phone.handle(.provisionRequested(.user, note: "asked for by \(who)"))
            }
        }
    }

    func reboot(_ request: RebootRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        for phone in try phones(request.phone) {
            try await phone.call { phone in
                phone.logger.notice("a reboot was asked for (\(who))")
                await phone.handle(.powerOn(.reboot))
                await phone.handle(.noted(.loadSettings, "asked for by \(who)"))
            }
        }
    }

    func factoryReset(_ request: FactoryResetRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        try await phone(request.phone).call { try await $0.factoryReset(by: who) }
    }

    func get(_ request: GetRequest, caller: Caller) async throws -> GetReply {
        let values = try await phone(request.phone).call {
            try $0.values(named: request.name, reveal: request.reveal)
        }
        return GetReply(settings: values)
    }

    func set(_ request: SetRequest, caller: Caller) async throws -> SetReply {
        let who = try Programmer(request.origin, caller)
        return try await phone(request.phone).call { phone in
            SetReply(overriddenBy: try await phone.set(request.name, request.value, by: who))
        }
    }

    func unset(_ request: UnsetRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        try await phone(request.phone).call { try await $0.unset(request.name, by: who) }
    }

    func dhcpEvent(_ request: DhcpEventRequest, caller: Caller) async throws -> DhcpEventReply {
        let event: DHCPEvent
        do throws(DHCPEventError) {
            event = try DHCPEvent(environment: request.variables)
        } catch {
            return DhcpEventReply(accepted: false, detail: "\(error)")
        }
        let count = fleet.take(event)
        return count > 0
            ? DhcpEventReply(accepted: true, detail: "\(event.reason) for \(count) phone(s) on \(event.interface)")
            : DhcpEventReply(accepted: false, detail: "no phone is on the interface \(event.interface)")
    }

    func reload(_ request: ReloadRequest, caller: Caller) async throws -> ReloadReply {
        try await fleet.reload()
    }

    // MARK: Phones

    private func phones(_ name: String?) throws -> [Phone] {
        guard let name else { return fleet.phones }
        let known = fleet.phones.map(\.identity.mac.upperCase)
        guard let mac = MACAddress(name), let phone = fleet.phones.first(where: { $0.identity.mac == mac }) else {
            throw ControlError.noSuchPhone(phone: name, known: known)
        }
        return [phone]
    }

    private func macs(_ name: String?) throws -> [MACAddress] { try phones(name).map(\.identity.mac) }

    /// The one that is meant: without a name there must be only one.
    private func phone(_ name: String?) throws -> Phone {
        let all = try phones(name)
        guard all.count == 1, let phone = all.first else {
            throw ControlError.ambiguousPhone(known: all.map(\.identity.mac.upperCase))
        }
        return phone
    }
}
