/// What answers the calls: the seam between the control interface and the daemon.
///
/// One method for each method of `io.phoneprovd`. The server has checked the caller's right and the types of the
/// parameters before it calls. Where the caller acts for a session (``Caller/session``), the service sees to it that the
/// call concerns none but its phones, in the role that the account has there. A method may throw:
///
/// - ``ControlError``, which goes to the client as it is;
/// - `CancellationError`, when the client has gone or the server ends; a client that is still there hears `ShuttingDown`;
/// - anything else, which goes to the client as ``ControlError/failed(reason:)`` with the error's description.
///
/// The task in which a method runs is cancelled when its client disconnects, so that no `Wait` outlives who waits; a
/// call without reply (`oneway`) is not, as its client is free to go at once.
public protocol ControlService: Sendable {
    /// The state of the phones that are meant, now.
    func status(_ request: StatusRequest, caller: Caller) async throws -> StatusReply

    /// The state of the phones that are meant: at once, and again at each change.
    ///
    /// The stream should keep the newest state only (`bufferingNewest(1)`): it is read no faster than the client reads.
    /// It is cancelled when the client disconnects. When it ends by itself, the client's call ends.
    func statusUpdates(_ request: StatusRequest, caller: Caller) async throws -> AsyncThrowingStream<
        StatusReply, any Error
    >

    /// Waits for what the request says, or until its time-out, which is the service's to keep.
    func wait(_ request: WaitRequest, caller: Caller) async throws -> WaitReply

    /// Everything about one run.
    func explain(_ request: ExplainRequest, caller: Caller) async throws -> ExplainReply

    /// The runs that are kept, newest first.
    func history(_ request: HistoryRequest, caller: Caller) async throws -> HistoryReply

    /// Starts a run; returns when it has started.
    func provision(_ request: ProvisionRequest, caller: Caller) async throws

    /// Starts the phone anew.
    func reboot(_ request: RebootRequest, caller: Caller) async throws

    /// Forgets everything about the phone and starts it anew.
    func factoryReset(_ request: FactoryResetRequest, caller: Caller) async throws

    /// Reads parameters.
    func get(_ request: GetRequest, caller: Caller) async throws -> GetReply

    /// Sets a parameter.
    func set(_ request: SetRequest, caller: Caller) async throws -> SetReply

    /// Takes back what was set.
    func unset(_ request: UnsetRequest, caller: Caller) async throws

    /// Takes what a DHCP client heard.
    func dhcpEvent(_ request: DhcpEventRequest, caller: Caller) async throws -> DhcpEventReply

    /// Answers `Capture`: the SIP messages of the last run.
    ///
    /// - Throws: see ``ControlService``.
    func capture(_ request: CaptureRequest, caller: Caller) async throws -> CaptureReply

    /// Everything that the phone holds.
    func export(_ request: ExportRequest, caller: Caller) async throws -> ExportReply

    /// Puts an export in place of what the phone holds, all of it or nothing, and starts the phone anew.
    func importArchive(_ request: ImportRequest, caller: Caller) async throws -> ImportReply

    /// Reads the daemon's configuration anew; returns when the new one is in force.
    ///
    /// - Throws: ``ControlError/invalidConfiguration(file:line:reason:)``; then the old one stays in force.
    func reload(_ request: ReloadRequest, caller: Caller) async throws -> ReloadReply

    /// The copies of files that the phone keeps.
    func savedFiles(_ request: SavedFilesRequest, caller: Caller) async throws -> SavedFilesReply

    /// One of them, for a person to read.
    func savedDocument(_ request: SavedDocumentRequest, caller: Caller) async throws -> SavedDocumentReply

    /// Opens a session.
    ///
    /// - Throws: ``ControlError/signInRefused``, ``ControlError/tooManyTries(seconds:)``.
    func signIn(_ request: SignInRequest, caller: Caller) async throws -> SignInReply

    /// Who has signed in. When it returns, the connection acts for the session.
    ///
    /// - Throws: ``ControlError/sessionEnded``.
    func resume(_ request: ResumeRequest, caller: Caller) async throws -> SignedIn

    /// Ends a session.
    func signOut(_ request: SignOutRequest, caller: Caller) async throws

    /// Answers `WebPassword`.
    ///
    /// - Throws: ``ControlError/notPermitted(reason:)`` to others than root.
    func webPassword(_ request: WebPasswordRequest, caller: Caller) async throws -> WebPasswordReply
}
