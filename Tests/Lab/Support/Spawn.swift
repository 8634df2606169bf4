import CLab
import Foundation
import Glibc

/// A program that was just started, and the reading ends of its output.
struct SpawnedProgram {
    let pid: pid_t
    let output: CInt
    let errors: CInt
}

/// A pipe of which no program inherits an end by accident.
struct CloseOnExecPipe {
    let reading: CInt
    let writing: CInt

    init() throws(LabError) {
        var ends: [CInt] = [-1, -1]
        guard lab_pipe(&ends) == 0 else { throw .system(call: "pipe2", number: errno) }
        reading = ends[0]
        writing = ends[1]
    }
}

/// Starts `words` in a process group of its own, with nothing on standard input.
/// - Throws: `LabError.system` when the program cannot be found or started.
func spawn(_ words: [String], environment: [String: String]) throws(LabError) -> SpawnedProgram {
    let output = try CloseOnExecPipe()
    let errors = try CloseOnExecPipe()
    defer {
        close(output.writing)
        close(errors.writing)
    }
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&files, output.writing, 1)
    posix_spawn_file_actions_adddup2(&files, errors.writing, 2)
    do {
        let pid = try spawn(words, environment: environment, files: &files, ownGroup: true)
        return SpawnedProgram(pid: pid, output: output.reading, errors: errors.reading)
    } catch {
        close(output.reading)
        close(errors.reading)
        throw error
    }
}

/// Starts `words` with the file actions given, every signal at its default and none blocked.
func spawn(
    _ words: [String],
    environment: [String: String],
    files: inout posix_spawn_file_actions_t,
    ownGroup: Bool
) throws(LabError) -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if ownGroup { flags |= POSIX_SPAWN_SETPGROUP }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // A test runner may ignore SIGPIPE; a server must not inherit that.
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)

    // What is set for the tests themselves (PHONEPROVD_PROGRAMS) is no setting of a program under test.
    let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PHONEPROVD_") }
    let merged = own.merging(environment) { $1 }
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in arguments + variables { free(pointer) } }
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, words[0], &files, &attributes, &arguments, &variables)
    guard status == 0 else { throw .system(call: "starting \(words[0])", number: status) }
    return pid
}
