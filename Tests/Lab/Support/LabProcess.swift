import Foundation
import Glibc
import Synchronization

/// A program that the lab started: its output, its end, and the means to end it.
public final class LabProcess: Sendable {
    /// How a program ended.
    public enum Exit: Sendable, Equatable, CustomStringConvertible {
        /// It ended by itself with this status.
        case status(Int32)
        /// This signal ended it.
        case signal(Int32)

        /// "status 0" or "signal 9".
        public var description: String {
            switch self {
            case .status(let status): "status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// What a command left behind that ran to its end.
    public struct Finished: Sendable {
        /// How it ended.
        public let exit: Exit
        /// Its standard output.
        public let output: String
        /// Its standard error.
        public let errors: String
        /// From just before its start to its end, however long after it the end was noticed.
        public let duration: Duration

        /// The exit status, or 128 and the signal's number, as a shell counts.
        public var status: Int32 {
            switch exit {
            case .status(let status): status
            case .signal(let signal): 128 + signal
            }
        }
    }

    /// How much of each stream is kept, in bytes: the first half of it and the newest half. 1 MiB.
    public static let outputLimit = 1 << 20

    /// The name it has in messages.
    public let name: String
    /// The process id, also the id of its process group.
    public let pid: pid_t
    /// The time just before it was started.
    public let startedAt = Date()
    private let began = ContinuousClock.now

    private struct State {
        var output = BoundedText(limit: outputLimit)
        var errors = BoundedText(limit: outputLimit)
        var exit: Exit?
        var ended: ContinuousClock.Instant?
        var openStreams = 2
    }
    private let state = Mutex(State())

    /// Starts `command`. It is ended when the test process ends, however that happens.
    /// - Parameter name: used in messages; the program's own name when left out.
    /// - Throws: `LabError.system` when it cannot be started.
    public init(_ command: LabCommand, name: String? = nil) throws {
        self.name = name ?? command.arguments[0]
        let guardian = try Guardian.shared.get()
        let spawned = try spawn(command.expanded, environment: command.environment)
        pid = spawned.pid
        try guardian.tell(.group(spawned.pid))
        Thread.detachNewThread { [self] in read(spawned.output, into: \.output) }
        Thread.detachNewThread { [self] in read(spawned.errors, into: \.errors) }
        Thread.detachNewThread { [self] in reap(guardian) }
    }

    private func read(_ descriptor: CInt, into stream: any WritableKeyPath<State, BoundedText> & Sendable) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0[keyPath: stream].append(buffer[..<count]) }
        }
        close(descriptor)
        state.withLock { $0.openStreams -= 1 }
    }

    private func reap(_ guardian: Guardian) {
        // The process stays a zombie while WNOWAIT looks at it, so its id cannot be another's when the guardian is told.
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let ended = ContinuousClock.now
        // What it left in its group ends with it, as a service's processes do.
        kill(-pid, SIGKILL)
        // The guardian can only be gone when this process is ending; then there is nobody to tell.
        try? guardian.tell(.gone(pid))
        state.withLock {
            // Reaped under the lock: nobody may signal an id that is no longer this program's.
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            $0.ended = ended
            $0.exit = signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
        }
    }

    /// What it has written to standard output so far.
    public var output: String { state.withLock { $0.output.text } }
    /// What it has written to standard error so far.
    public var errors: String { state.withLock { $0.errors.text } }
    /// Both streams, standard output first.
    public var transcript: String { state.withLock { $0.output.text + $0.errors.text } }
    /// How it ended; nil while it runs.
    public var exit: Exit? { state.withLock { $0.exit } }

    /// Waits for its end, and for the last of its output.
    /// - Throws: `LabError.timedOut` when it still runs after `limit`.
    public func waitForExit(within limit: Duration = .seconds(10)) async throws -> Exit {
        let exit = try await eventually("\(name) to end", within: limit, seen: { self.transcript }) { self.exit }
        // A process that left its group may keep a stream open for good: one second is for what is still in the pipe.
        try? await eventuallyTrue("the output of \(name) to end", within: .seconds(1)) {
            self.state.withLock { $0.openStreams == 0 }
        }
        return exit
    }

    /// Waits until `text` stands in its output, on either stream.
    /// - Parameter count: how often it must stand there.
    /// - Throws: `LabError.timedOut`, or `LabError.ended` when it ends before it has written that.
    public func waitForOutput(_ text: String, count: Int = 1, within limit: Duration = .seconds(5)) async throws {
        try await waitUntil("\"\(text)\" from \(name)", within: limit) {
            self.transcript.components(separatedBy: text).count > count
        }
    }

    /// Waits until `condition` is true.
    /// - Throws: `LabError.timedOut`, or `LabError.ended` when the program ends before.
    public func waitUntil(
        _ what: String,
        within limit: Duration = .seconds(5),
        condition: () async throws -> Bool
    ) async throws {
        try await eventuallyTrue(what, within: limit, seen: { self.transcript }) {
            if try await condition() { return true }
            if let exit = self.exit {
                throw LabError.ended(program: self.name, status: "\(exit)", output: self.transcript)
            }
            return false
        }
    }

    /// Sends a signal to the program itself.
    public func send(signal: Int32) {
        // Under the lock the process is known not to be reaped, unless its exit stands there already.
        state.withLock { if $0.exit == nil { kill(pid, signal) } }
    }

    /// Ends it: SIGTERM, then SIGKILL to its whole process group when it still runs after `limit`.
    @discardableResult
    public func stop(within limit: Duration = .seconds(3)) async -> Exit? {
        send(signal: SIGTERM)
        if (try? await waitForExit(within: limit)) == nil {
            state.withLock { if $0.exit == nil { kill(-pid, SIGKILL) } }
        }
        return try? await waitForExit(within: .seconds(2))
    }

    /// Runs `command` to its end.
    /// - Throws: `LabError.timedOut` when it still runs after `limit`; it is ended then.
    public static func run(_ command: LabCommand, within limit: Duration = .seconds(10)) async throws -> Finished {
        let process = try LabProcess(command)
        do {
            let exit = try await process.waitForExit(within: limit)
            let ended = process.state.withLock { $0.ended } ?? .now
            return Finished(
                exit: exit,
                output: process.output,
                errors: process.errors,
                duration: ended - process.began
            )
        } catch {
            await process.stop(within: .milliseconds(200))
            throw error
        }
    }

    /// Runs `command` to its end, which must be status 0.
    /// - Returns: its standard output.
    /// - Throws: `LabError.commandFailed` for another status, `LabError.timedOut` when it still runs after `limit`.
    @discardableResult
    public static func require(_ command: LabCommand, within limit: Duration = .seconds(10)) async throws -> String {
        let finished = try await run(command, within: limit)
        guard finished.exit == .status(0) else {
            throw LabError.commandFailed(
                command: command.arguments.joined(separator: " "),
                status: "\(finished.exit)",
                output: finished.output + finished.errors
            )
        }
        return finished.output
    }
}

/// Text that keeps its beginning and its newest part, and leaves out what is between once it has grown beyond a limit.
struct BoundedText: Sendable {
    private let half: Int
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var leftOut = 0

    init(limit: Int) { half = limit / 2 }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        let room = half - head.count
        head += bytes.prefix(room)
        tail += bytes.dropFirst(room)
        // Trimmed at twice its size, so that the cost stays in proportion to what is written.
        if tail.count > 2 * half {
            leftOut += tail.count - half
            tail.removeFirst(tail.count - half)
        }
    }

    var text: String {
        let gap = leftOut > 0 ? "\n[\(leftOut) bytes left out]\n" : ""
        return String(decoding: head, as: UTF8.self) + gap + String(decoding: tail, as: UTF8.self)
    }
}
