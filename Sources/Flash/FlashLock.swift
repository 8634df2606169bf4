import Glibc

/// Keeps a second process away from the store: two daemons on one flash would each overwrite what the other learned.
///
/// A file of its own, and flock(2) on it: SQLite's own locks are held for moments only.
final class FlashLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock; `nil` when the directory cannot be written, and then there is nothing to keep.
    ///
    /// - Throws: ``FlashError/locked(path:)`` when another process has it.
    init?(_ directory: String) throws(FlashError) {
        let path = "\(directory)/lock"
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { return nil }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw .locked(path: "\(directory)/\(FlashStore.fileName)")
        }
        descriptor = opened
    }

    /// Lets others have it.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
