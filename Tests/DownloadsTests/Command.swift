import Glibc

/// A program that a test runs: gzip, openssl.
struct Command: Sendable {
    struct Failure: Error { let text: String }

    private let process: pid_t
    private let output: Int32

    /// Starts a program in a folder; it has no input, and its output is read with ``read()``.
    init(_ arguments: [String], in folder: String = "/") throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(text: "no pipe") }
        defer { close(ends[1]) }
        // Children of other tests must not keep this pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

        // The threads of Swift's tasks block all signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let words = ["sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        let result = posix_spawn(&process, "/bin/sh", &actions, &attributes, &pointers, environ)
        guard result == 0 else {
            close(ends[0])
            throw Failure(text: "\(arguments): \(result)")
        }
        self.process = process
        output = ends[0]
    }

    /// What the program has written; empty at its end. Waits.
    func read() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(output, &buffer, buffer.count)
        return Array(buffer.prefix(max(count, 0)))
    }

    /// Waits for the end.
    /// - Returns: Whether the program has exited with 0.
    @discardableResult
    func wait() -> Bool {
        var status: Int32 = 0
        close(output)
        return waitpid(process, &status, 0) == process && status == 0
    }

    func terminate() { kill(process, SIGTERM) }

    /// Runs a program to its end, on a thread of its own, as the tests' tasks have only few.
    /// - Returns: What it wrote.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], in folder: String = "/") async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            inThread {
                continuation.resume(
                    with: Result {
                        let command = try Command([program] + arguments, in: folder)
                        var bytes: [UInt8] = []
                        while case let more = command.read(), !more.isEmpty { bytes += more }
                        guard command.wait() else { throw Failure(text: "\(program) \(arguments) has failed") }
                        return bytes
                    }
                )
            }
        }
    }
}
