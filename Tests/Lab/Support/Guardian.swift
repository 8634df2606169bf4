import Foundation
import Glibc
import Synchronization

/// The process that clears up when this one is gone, however it ended: see the script `guardian`.
final class Guardian: Sendable {
    /// The one guardian of this test process, started when it is first needed.
    static let shared = Result { () throws(LabError) in try Guardian() }

    private let pipe: Mutex<CInt>

    private init() throws(LabError) {
        let ends = try CloseOnExecPipe()
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, ends.reading, 0)
        // It must not hold the test runner's output open after the runner has ended.
        posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&files, 1, 2)
        // Out of reach of Ctrl-C: it is needed just then.
        let words = ["setsid", LabPlaces.script("guardian")]
        _ = try spawn(words, environment: [:], files: &files, ownGroup: false)
        close(ends.reading)
        pipe = Mutex(ends.writing)
    }

    /// What the guardian is told.
    enum Notice {
        case group(pid_t)
        case gone(pid_t)
        case namespace(String)
        case directory(String)
    }

    /// Tells the guardian. A line is far shorter than a pipe's atomic write of 4,096 bytes.
    func tell(_ notice: Notice) throws(LabError) {
        let line =
            switch notice {
            case .group(let group): "group \(group)\n"
            case .gone(let group): "gone \(group)\n"
            case .namespace(let name): "namespace \(name)\n"
            case .directory(let path): "directory \(path)\n"
            }
        let sent = pipe.withLock { descriptor in
            Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
        guard sent == line.utf8.count else { throw .system(call: "writing to the lab's guardian", number: errno) }
    }
}
