import Control
import Synchronization

/// A service that answers with samples, or with what a test has told it to throw, and notes what it was asked.
final class StubService: ControlService {
    private struct State {
        var requests: [any ControlRequest] = []
        var callers: [Caller] = []
        var failure: (any Error)?
        var session = Sample.signedIn
        var watchers: [AsyncThrowingStream<StatusReply, any Error>.Continuation] = []
    }

    private let state = Mutex(State())
    /// What happens inside the service, for tests to wait for.
    let happenings = Happenings<String>()

    var requests: [any ControlRequest] { state.withLock { $0.requests } }
    var lastCaller: Caller? { state.withLock { $0.callers.last } }

    /// From now on every call throws this.
    func fail(with error: (any Error)?) {
        state.withLock { $0.failure = error }
    }

    /// From now on this is who has signed in.
    func sign(in session: SignedIn) {
        state.withLock { $0.session = session }
    }

    /// Tells a new state to everybody who watches.
    func publish(_ reply: StatusReply) {
        for watcher in state.withLock({ $0.watchers }) { watcher.yield(reply) }
    }

    /// Ends the streams of everybody who watches.
    func endUpdates() {
        for watcher in state.withLock({ $0.watchers }) { watcher.finish() }
    }

    private func note(_ request: any ControlRequest, _ caller: Caller) throws {
        let failure = state.withLock { state in
            state.requests.append(request)
            state.callers.append(caller)
            return state.failure
        }
        happenings.add("called \(type(of: request).method)")
        if let failure { throw failure }
    }

    func status(_ request: StatusRequest, caller: Caller) async throws -> StatusReply {
        try note(request, caller)
        return Sample.status
    }

    func statusUpdates(
        _ request: StatusRequest,
        caller: Caller
    ) async throws -> AsyncThrowingStream<StatusReply, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: StatusReply.self,
            throwing: (any Error).self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let happenings = happenings
        continuation.onTermination = { _ in happenings.add("updates ended") }
        continuation.yield(Sample.status)
        state.withLock { $0.watchers.append(continuation) }
        try note(request, caller)
        return stream
    }

    /// Waits for its cancellation when it is asked to wait without a time-out, and answers at once otherwise.
    func wait(_ request: WaitRequest, caller: Caller) async throws -> WaitReply {
        try note(request, caller)
        if request.timeoutSeconds == nil {
            for await _ in AsyncStream<Never>.makeStream().stream {}
            happenings.add("wait cancelled")
            throw CancellationError()
        }
        return Sample.wait
    }

    func explain(_ request: ExplainRequest, caller: Caller) async throws -> ExplainReply {
        try note(request, caller)
        return Sample.explain
    }

    func history(_ request: HistoryRequest, caller: Caller) async throws -> HistoryReply {
        try note(request, caller)
        return Sample.history
    }

    func savedFiles(_ request: SavedFilesRequest, caller: Caller) async throws -> SavedFilesReply {
        try note(request, caller)
        return Sample.savedFiles
    }
    func savedDocument(_ request: SavedDocumentRequest, caller: Caller) async throws -> SavedDocumentReply {
        try note(request, caller)
        return Sample.savedDocument
    }
    func signIn(_ request: SignInRequest, caller: Caller) async throws -> SignInReply {
        try note(request, caller)
        return Sample.signIn
    }
    func resume(_ request: ResumeRequest, caller: Caller) async throws -> SignedIn {
        try note(request, caller)
        return state.withLock { $0.session }
    }
    func signOut(_ request: SignOutRequest, caller: Caller) async throws { try note(request, caller) }
    func webPassword(_ request: WebPasswordRequest, caller: Caller) async throws -> WebPasswordReply {
        try note(request, caller)
        return Sample.webPassword
    }

    func capture(_ request: CaptureRequest, caller: Caller) async throws -> CaptureReply {
        try note(request, caller)
        return Sample.capture
    }

    func export(_ request: ExportRequest, caller: Caller) async throws -> ExportReply {
        try note(request, caller)
        return Sample.export
    }

    func importArchive(_ request: ImportRequest, caller: Caller) async throws -> ImportReply {
        try note(request, caller)
        return Sample.importArchive
    }

    func provision(_ request: ProvisionRequest, caller: Caller) async throws {
        try note(request, caller)
    }

    func reboot(_ request: RebootRequest, caller: Caller) async throws {
        try note(request, caller)
    }

    func factoryReset(_ request: FactoryResetRequest, caller: Caller) async throws {
        try note(request, caller)
    }

    func get(_ request: GetRequest, caller: Caller) async throws -> GetReply {
        try note(request, caller)
        return Sample.get
    }

    func set(_ request: SetRequest, caller: Caller) async throws -> SetReply {
        try note(request, caller)
        return Sample.set
    }

    func unset(_ request: UnsetRequest, caller: Caller) async throws {
        try note(request, caller)
    }

    func reload(_ request: ReloadRequest, caller: Caller) async throws -> ReloadReply {
        try note(request, caller)
        return Sample.reload
    }

    func dhcpEvent(_ request: DhcpEventRequest, caller: Caller) async throws -> DhcpEventReply {
        try note(request, caller)
        return Sample.dhcpEvent
    }
}
