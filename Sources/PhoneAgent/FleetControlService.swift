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
        let macs = try macs(request.phone, caller)
        await fleet.noticeClock()
        return StatusReply(phones: Self.view(await fleet.board.read(macs), caller))
    }

    func statusUpdates(
        _ request: StatusRequest,
        caller: Caller
    ) async throws -> AsyncThrowingStream<StatusReply, any Error> {
        _ = try macs(request.phone, caller)
        await fleet.noticeClock()
        let board = fleet.board
        let changes = await board.changes()
        let (stream, continuation) = AsyncThrowingStream<StatusReply, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        let task = Task {
            // Which phones there are may change with a reload.
            @Sendable func now() async -> StatusReply {
                StatusReply(phones: Self.view(await board.read((try? macs(request.phone, caller)) ?? []), caller))
            }
            var last = await now()
            continuation.yield(last)
            for await _ in changes {
                let now = await now()
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
        _ = try macs(request.phone, caller)
        let board = fleet.board
        let states = Set(request.states)
        // Which phones there are may change with a reload; one that was asked for by name and is gone is an error.
        @Sendable func isReached() async throws -> Bool {
            await board.areAll(try macs(request.phone, caller)) {
                states.isEmpty ? $0 != .provisioning : states.contains($0)
            }
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
        return WaitReply(reached: reached, phones: Self.view(await board.read(try macs(request.phone, caller)), caller))
    }

    func explain(_ request: ExplainRequest, caller: Caller) async throws -> ExplainReply {
        let (phone, role) = try phone(request.phone, caller)
        return ExplainReply(
            run: try await phone.call { phone in
                let record = try await phone.record(of: request.run)
                if role == .administrator { return record }
                return record.forUser { phone.settings.isVisible($0, to: role) }
            }
        )
    }

    func history(_ request: HistoryRequest, caller: Caller) async throws -> HistoryReply {
        let (phone, role) = try phone(request.phone, caller)
        return try await phone.call { phone in
            var runs = try await phone.history()
            var changes = try await phone.changesByHand()
            if role != .administrator {
                runs = runs.map(\.forUser)
                changes.removeAll { change in
                    change.name.map { !phone.settings.isVisible($0, to: role) } ?? false
                }
            }
            return HistoryReply(runs: runs, changes: changes)
        }
    }

    func capture(_ request: CaptureRequest, caller: Caller) async throws -> CaptureReply {
        let phone = try phone(request.phone, caller, as: .administrator).phone
        return CaptureReply(messages: try await phone.call { $0.traffic.messages })
    }

    func export(_ request: ExportRequest, caller: Caller) async throws -> ExportReply {
        let (phone, role) = try phone(request.phone, caller)
        let archive = try await phone.call { try await $0.export(for: caller.words, as: role) }
        return ExportReply(mac: phone.identity.mac.upperCase, archive: Data(archive).base64EncodedString())
    }

    func importArchive(_ request: ImportRequest, caller: Caller) async throws -> ImportReply {
        guard let archive = Data(base64Encoded: request.archive) else {
            throw ControlError.invalidArchive(reason: "it is not base64")
        }
        let bytes = [UInt8](archive)
        let (phone, role) = try phone(request.phone, caller)
        let who = try Programmer(nil, caller)
        return try await phone.call { phone in
            if role == .user { return try await phone.importSettings(bytes, by: who) }
            return try await phone.importArchive(
                bytes,
                fromOtherPhone: request.fromOtherPhone,
                by: who
            )
        }
    }

    func provision(_ request: ProvisionRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        for phone in try phones(request.phone, caller, as: .administrator) {
            try await phone.call { phone in
                phone.logger.notice("a run was asked for (\(who))")
                await phone.handle(.provisionRequested(.user, note: "asked for by \(who)"))
            }
        }
    }

    func reboot(_ request: RebootRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        for phone in try phones(request.phone, caller, as: .administrator) {
            try await phone.call { phone in
                phone.logger.notice("a reboot was asked for (\(who))")
                await phone.handle(.powerOn(.reboot))
                await phone.handle(.noted(.loadSettings, "asked for by \(who)"))
            }
        }
    }

    func factoryReset(_ request: FactoryResetRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        let phone = try phone(request.phone, caller, as: .administrator).phone
        try await phone.call { try await $0.factoryReset(by: who) }
    }

    func get(_ request: GetRequest, caller: Caller) async throws -> GetReply {
        let (phone, role) = try phone(request.phone, caller)
        let values = try await phone.call {
            try $0.values(named: request.name, reveal: request.reveal, as: role)
        }
        return GetReply(settings: values)
    }

    func set(_ request: SetRequest, caller: Caller) async throws -> SetReply {
        let who = try Programmer(request.origin, caller)
        let (phone, role) = try phone(request.phone, caller)
        return try await phone.call { phone in
            SetReply(overriddenBy: try await phone.set(request.name, request.value, by: who, as: role))
        }
    }

    func unset(_ request: UnsetRequest, caller: Caller) async throws {
        let who = try Programmer(request.origin, caller)
        let (phone, role) = try phone(request.phone, caller)
        try await phone.call { try await $0.unset(request.name, by: who, as: role) }
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

    /// The phones that are meant, of those that the caller's session opens in this role at least. A caller without a
    /// session has been let in by the policy, and opens all.
    private func phones(_ name: String?, _ caller: Caller, as role: AccountRole = .user) throws -> [Phone] {
        var visible = fleet.phones
        let roles = caller.session.map { session in
            Dictionary(session.phones.map { ($0.mac, $0.role) }) { first, _ in first }
        }
        if let roles { visible.removeAll { roles[$0.identity.mac.upperCase] == nil } }
        if let name {
            let known = visible.map(\.identity.mac.upperCase)
            guard let mac = MACAddress(name), let phone = visible.first(where: { $0.identity.mac == mac }) else {
                throw ControlError.noSuchPhone(phone: name, known: known)
            }
            visible = [phone]
        }
        guard let roles else { return visible }
        let allowed = visible.filter { roles[$0.identity.mac.upperCase].map { $0 >= role } ?? false }
        if allowed.isEmpty { throw ControlError.notPermitted(reason: "This is the administrator's.") }
        return allowed
    }

    private func macs(_ name: String?, _ caller: Caller) throws -> [MACAddress] {
        try phones(name, caller).map(\.identity.mac)
    }

    /// The one that is meant, and the role in which: without a name there must be only one.
    private func phone(
        _ name: String?,
        _ caller: Caller,
        as role: AccountRole = .user
    ) throws -> (phone: Phone, role: Access.Role) {
        let all = try phones(name, caller, as: role)
        guard all.count == 1, let phone = all.first else {
            throw ControlError.ambiguousPhone(known: all.map(\.identity.mac.upperCase))
        }
        guard let session = caller.session else { return (phone, .administrator) }
        return (phone, Access.Role(session.role(on: phone.identity.mac.upperCase) ?? .user))
    }

    private static func view(_ phones: [PhoneStatus], _ caller: Caller) -> [PhoneStatus] {
        guard let session = caller.session else { return phones }
        let users = Set(session.phones.filter { $0.role == .user }.map(\.mac))
        return users.isEmpty ? phones : phones.map { users.contains($0.mac) ? $0.forUser : $0 }
    }

    // MARK: Web programming

    func savedFiles(_ request: SavedFilesRequest, caller: Caller) async throws -> SavedFilesReply {
        let phone = try phone(request.phone, caller, as: .administrator).phone
        return SavedFilesReply(files: try await phone.call { $0.savedFiles() })
    }

    func savedDocument(_ request: SavedDocumentRequest, caller: Caller) async throws -> SavedDocumentReply {
        let phone = try phone(request.phone, caller, as: .administrator).phone
        return try await phone.call { try await $0.savedDocument(request.file) }
    }

    func signIn(_ request: SignInRequest, caller: Caller) async throws -> SignInReply {
        let macs = try macs(request.phone, caller)
        return SignInReply(session: try await fleet.access.signIn(request, to: macs, at: AgentClock.uptime))
    }

    func resume(_ request: ResumeRequest, caller: Caller) async throws -> SignedIn {
        try await fleet.access.resume(request.session, renew: request.renew, at: AgentClock.uptime)
    }

    func signOut(_ request: SignOutRequest, caller: Caller) async throws {
        await fleet.access.signOut(request.session)
    }

    func webPassword(_ request: WebPasswordRequest, caller: Caller) async throws -> WebPasswordReply {
        guard caller.uid == 0 else { throw ControlError.notPermitted(reason: "WebPassword is for root.") }
        return WebPasswordReply(password: fleet.access.fallbackPassword)
    }
}
