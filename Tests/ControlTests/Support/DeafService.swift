import Control

/// A stub whose `Reboot` does not end when it is cancelled, but only when it is let go.
final class DeafService: ControlService {
    let stub = StubService()
    private let release = Happenings<String>()

    func letGo() { release.add("let go") }

    func reboot(_ request: RebootRequest, caller: Caller) async throws {
        try await stub.reboot(request, caller: caller)
        try await release.wait(for: "let go")
    }

    func status(_ request: StatusRequest, caller: Caller) async throws -> StatusReply {
        try await stub.status(request, caller: caller)
    }
    func statusUpdates(
        _ request: StatusRequest,
        caller: Caller
    ) async throws -> AsyncThrowingStream<StatusReply, any Error> {
        try await stub.statusUpdates(request, caller: caller)
    }
    func wait(_ request: WaitRequest, caller: Caller) async throws -> WaitReply {
        try await stub.wait(request, caller: caller)
    }
    func explain(_ request: ExplainRequest, caller: Caller) async throws -> ExplainReply {
        try await stub.explain(request, caller: caller)
    }
    func history(_ request: HistoryRequest, caller: Caller) async throws -> HistoryReply {
        try await stub.history(request, caller: caller)
    }
    func savedFiles(_ request: SavedFilesRequest, caller: Caller) async throws -> SavedFilesReply {
        try await stub.savedFiles(request, caller: caller)
    }
    func savedDocument(_ request: SavedDocumentRequest, caller: Caller) async throws -> SavedDocumentReply {
        try await stub.savedDocument(request, caller: caller)
    }
    func signIn(_ request: SignInRequest, caller: Caller) async throws -> SignInReply {
        try await stub.signIn(request, caller: caller)
    }
    func resume(_ request: ResumeRequest, caller: Caller) async throws -> SignedIn {
        try await stub.resume(request, caller: caller)
    }
    func signOut(_ request: SignOutRequest, caller: Caller) async throws {
        try await stub.signOut(request, caller: caller)
    }
    func webPassword(_ request: WebPasswordRequest, caller: Caller) async throws -> WebPasswordReply {
        try await stub.webPassword(request, caller: caller)
    }
    func capture(_ request: CaptureRequest, caller: Caller) async throws -> CaptureReply {
        try await stub.capture(request, caller: caller)
    }
    func export(_ request: ExportRequest, caller: Caller) async throws -> ExportReply {
        try await stub.export(request, caller: caller)
    }
    func importArchive(_ request: ImportRequest, caller: Caller) async throws -> ImportReply {
        try await stub.importArchive(request, caller: caller)
    }
    func provision(_ request: ProvisionRequest, caller: Caller) async throws {
        try await stub.provision(request, caller: caller)
    }
    func factoryReset(_ request: FactoryResetRequest, caller: Caller) async throws {
        try await stub.factoryReset(request, caller: caller)
    }
    func get(_ request: GetRequest, caller: Caller) async throws -> GetReply {
        try await stub.get(request, caller: caller)
    }
    func set(_ request: SetRequest, caller: Caller) async throws -> SetReply {
        try await stub.set(request, caller: caller)
    }
    func unset(_ request: UnsetRequest, caller: Caller) async throws {
        try await stub.unset(request, caller: caller)
    }
    func reload(_ request: ReloadRequest, caller: Caller) async throws -> ReloadReply {
        try await stub.reload(request, caller: caller)
    }
    func dhcpEvent(_ request: DhcpEventRequest, caller: Caller) async throws -> DhcpEventReply {
        try await stub.dhcpEvent(request, caller: caller)
    }
}
