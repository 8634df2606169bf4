/// What went wrong in the lab itself: its root, its network, or one of its servers.
///
/// A fault of the program under test is an expectation that fails, never one of these.
public enum LabError: Error, Sendable, CustomStringConvertible {
    /// The lab cannot run on this machine as it is; `remedy` says what to do.
    case notReady(reason: String, remedy: String)
    /// A system call failed; `number` is its errno.
    case system(call: String, number: Int32)
    /// A command ended with another status than 0.
    case commandFailed(command: String, status: String, output: String)
    /// A condition did not come true in time; `seen` is what there was instead.
    case timedOut(waitingFor: String, within: Duration, seen: String)
    /// A program ended while something was still expected of it.
    case ended(program: String, status: String, output: String)
    /// What a server or a program said could not be understood.
    case unreadable(what: String, text: String)
    /// An argument that the lab refuses, such as a path that a configuration file could not carry.
    case badArgument(String)

    /// One or more lines for a person: what happened, then what to do.
    public var description: String {
        switch self {
        case .notReady(let reason, let remedy):
            "the lab is not ready: \(reason). \(remedy)"
        case .system(let call, let number):
            "\(call) failed with errno \(number)"
        case .commandFailed(let command, let status, let output):
            "\(command): \(status)\n\(output)"
        case .timedOut(let waitingFor, let within, let seen):
            "waited \(within) for \(waitingFor); seen: \(seen)"
        case .ended(let program, let status, let output):
            "\(program) ended (\(status))\n\(output)"
        case .unreadable(let what, let text):
            "\(what) could not be read: \(text)"
        case .badArgument(let text):
            text
        }
    }
}
