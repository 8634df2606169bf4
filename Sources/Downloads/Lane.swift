import CCurl
import Glibc
import Synchronization

/// One thread with one libcurl multi handle. Anybody may hand it legs; it hands reports back.
///
/// While it has nothing to do its thread is blocked: no timer, no wake-up.
final class Lane: Sendable {
    struct Job: Sendable {
        let id: UInt64
        let leg: Leg
        let submitted: ContinuousClock.Instant
        let continuation: CheckedContinuation<TransferReport, Never>
    }

    enum Command: Sendable {
        case start(Job)
        case cancel(UInt64)
        case forgetConnections
    }

    private enum Stage { case running, stopping, stopped }

    private struct State {
        var stage = Stage.running
        var commands: [Command] = []
        var accepted = 0
        /// The thread waits, or is about to: who has something for it must wake it.
        var isWaiting = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let settings: DownloadEngineSettings
    let wakeUp: WakeUp
    let sockets = SocketTable()
    /// Whether libcurl may block the thread in the middle of a transfer, as it does for FTP: then a cancelled
    /// transfer's sockets are shut down from outside, which ends the wait.
    let mayBlock: Bool
    private let state = Mutex(State())
    private let nextID = Atomic<UInt64>(0)

    /// Starts the thread.
    init(settings: DownloadEngineSettings, mayBlock: Bool) throws(DownloadEngineError) {
        self.settings = settings
        self.mayBlock = mayBlock
        wakeUp = try WakeUp()
        try LaneThread.start(self)
    }

    /// The legs that wait or run.
    var load: Int { state.withLock { $0.accepted } }

    /// Takes a place for one leg, which ``run(_:)`` must follow.
    /// - Returns: Whether there was one: running and waiting legs together have a limit.
    func reserve() -> Bool {
        state.withLock {
            guard $0.accepted < settings.maximumTransfers + settings.maximumWaiting else { return false }
            $0.accepted += 1
            return true
        }
    }

    /// Runs a leg for which there is a place. Cancelling the task ends it.
    func run(_ leg: Leg) async -> TransferReport {
        let id = nextID.add(1, ordering: .relaxed).newValue
        var report = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(Job(id: id, leg: leg, submitted: .now, continuation: continuation))
                // A task that was cancelled before has called the handler below before there was a job.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
        // A transfer whose sockets were shut down ends with an error of the network.
        if Task.isCancelled { report.ending = .cancelled }
        return report
    }

    /// No leg that starts from now on uses a connection that was open before.
    func forgetConnections() {
        post(.forgetConnections)
    }

    /// Ends everything; returns when the thread has let go of all handles and sockets.
    func shutdown() async {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock {
                guard $0.stage != .stopped else { return true }
                $0.stage = .stopping
                $0.stopWaiters.append(continuation)
                return false
            }
            if isStopped { continuation.resume() } else { interrupt() }
        }
    }

    /// Ends everything without waiting for it.
    func stop() {
        state.withLock { if $0.stage == .running { $0.stage = .stopping } }
        interrupt()
    }

    // MARK: Called on the lane's thread

    /// What has come in. `nil`: it is time to stop.
    func takeCommands() -> [Command]? {
        state.withLock {
            $0.isWaiting = false
            guard $0.stage == .running else { return nil }
            let commands = $0.commands
            $0.commands = []
            return commands
        }
    }

    /// Whether there is nothing to do. If so, what comes in from now on wakes the thread.
    func mayWait() -> Bool {
        state.withLock {
            $0.isWaiting = $0.stage == .running && $0.commands.isEmpty
            return $0.isWaiting
        }
    }

    func finish(_ job: Job, _ report: TransferReport) {
        var report = report
        let isStopping = state.withLock {
            $0.accepted -= 1
            return $0.stage != .running
        }
        // Here as well, shutting sockets down looks like an error of the network.
        if isStopping { report.ending = .cancelled }
        job.continuation.resume(returning: report)
    }

    /// The thread's last act.
    func hasStopped() {
        let (commands, waiters) = state.withLock { state in
            state.stage = .stopped
            let left = (state.commands, state.stopWaiters)
            state.commands = []
            state.stopWaiters = []
            return left
        }
        for case .start(let job) in commands { finish(job, TransferReport(ending: .cancelled)) }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: -

    private func submit(_ job: Job) {
        if !post(.start(job)) { finish(job, TransferReport(ending: .cancelled)) }
    }

    private func cancel(_ id: UInt64) {
        post(.cancel(id))
        if mayBlock { sockets.breakOff(owner: id) }
    }

    /// Hands a command to the thread, and wakes it when it waits.
    /// - Returns: Whether there is still a thread.
    @discardableResult
    private func post(_ command: Command) -> Bool {
        let (isThere, isWaiting) = state.withLock { state -> (Bool, Bool) in
            guard state.stage != .stopped else { return (false, false) }
            state.commands.append(command)
            defer { state.isWaiting = false }
            return (true, state.isWaiting)
        }
        if isWaiting { wakeUp.signal() }
        return isThere
    }

    private func interrupt() {
        wakeUp.signal()
        if mayBlock { sockets.breakOffAll() }
    }
}

/// Starts threads for lanes.
enum LaneThread {
    /// The stack that libcurl and OpenSSL get: 512 KiB.
    private static let stackSize = 524_288

    static func start(_ lane: Lane) throws(DownloadEngineError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackSize)

        // The thread and those that libcurl starts for name lookups inherit a mask without any signal: the
        // program's signals go to threads that expect them, and a write to a closed connection is an error
        // code, not a SIGPIPE.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        var thread = pthread_t()
        let retained = Unmanaged.passRetained(lane)
        let result = pthread_create(
            &thread,
            &attributes,
            { context in
                LaneThread.name("downloads")
                if let context {
                    let lane = Unmanaged<Lane>.fromOpaque(context).takeRetainedValue()
                    LaneLoop(lane).run()
                    lane.hasStopped()
                }
                return nil
            },
            retained.toOpaque()
        )
        guard result == 0 else {
            retained.release()
            throw .system(call: "pthread_create", result)
        }
    }

    /// Names the calling thread, for `top -H` and debuggers (proc(5), /proc/pid/comm).
    private static func name(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = name.withCString { write(descriptor, $0, strlen($0)) }
        close(descriptor)
    }
}
