import Dispatch

/// Runs an actor's jobs on a thread of their own, one after another, where they may block.
final class ThreadExecutor: SerialExecutor {
    // A serial queue has a thread for itself while it is busy, beside those that Swift's tasks share.
    private let queue = DispatchQueue(label: "io.phoneprovd.control")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
