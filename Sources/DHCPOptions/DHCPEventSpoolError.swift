import Glibc

/// Why the spool of events cannot be used.
public enum DHCPEventSpoolError: Error, Hashable, Sendable {
    /// A call of the operating system failed: its name, the path, and `errno`.
    case system(String, String, Int32)
    /// The directory belongs to neither root nor this process's user; its path and the owner's user id.
    case foreignDirectory(String, owner: UInt32)
    /// Others than the owner may write in the directory; its path and its mode.
    case writableDirectory(String, mode: UInt32)
    /// The event cannot be written as a file.
    case notWritable(DHCPEventFile.Failure)
}

extension DHCPEventSpoolError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .system(let call, let path, let code):
            "\(call) \(path.quotedForMessage): \(SystemError.text(code))"
                + (code == ELOOP || code == ENOTDIR ? "; it must be a directory, not a link" : "")
        case .foreignDirectory(let path, let owner):
            "\(path.quotedForMessage) belongs to user \(owner), who is neither root nor this process's user; "
                + "give it to the daemon's user"
        case .writableDirectory(let path, let mode):
            "\(path.quotedForMessage) can be written by others (mode \(String(mode, radix: 8))); chmod 0700 it"
        case .notWritable(let failure):
            "the event cannot be kept: \(failure)"
        }
    }
}

/// Why something in the spool is no event.
public enum DHCPEventSpoolProblem: Error, Hashable, Sendable {
    /// Its name is not that of an event. It was removed.
    case unknownName
    /// A writer died before it had finished. It was removed.
    case abandoned
    /// The spool held more than ``DHCPEventSpool/maximumEvents``; this was one of the oldest. It was removed.
    case tooManyEvents
    /// The directory has more than ``DHCPEventSpool/maximumEntries``; the rest is looked at next time.
    case tooManyEntries
    /// It is a link, a directory, a device or a pipe, or has several names. It was removed.
    case notARegularFile
    /// It belongs to neither root nor this process's user. It was removed.
    case foreignFile(owner: UInt32)
    /// Others than its owner may write it. It was removed.
    case writableFile(mode: UInt32)
    /// It is not an event's file. It was removed.
    case malformedFile(DHCPEventFile.Failure)
    /// It is an event's file, but the variables are no event. It was removed.
    case malformedEvent(DHCPEventError)
    /// It could not be read; the call and `errno`. It was removed.
    case unreadable(String, Int32)
    /// It is no event for the reason given, and could not be removed; `errno`. It stays and is reported again.
    indirect case cannotRemove(DHCPEventSpoolProblem, Int32)
}

extension DHCPEventSpoolProblem: CustomStringConvertible {
    /// What was found and what became of it.
    public var description: String {
        if case .cannotRemove(let problem, let code) = self {
            return "\(problem.finding); it cannot be removed: \(SystemError.text(code)); remove it by hand"
        }
        if case .tooManyEntries = self { return finding }
        return "\(finding); it was removed"
    }

    private var finding: String {
        switch self {
        case .unknownName: "its name is not that of an event"
        case .abandoned: "its writer died before it had finished"
        case .tooManyEvents: "more than \(DHCPEventSpool.maximumEvents) events wait, and it was one of the oldest"
        case .tooManyEntries:
            "the directory has more than \(DHCPEventSpool.maximumEntries) entries; the rest is looked at next time"
        case .notARegularFile: "it is not a regular file of one name"
        case .foreignFile(let owner): "it belongs to user \(owner), who is neither root nor this process's user"
        case .writableFile(let mode): "it can be written by others (mode \(String(mode, radix: 8)))"
        case .malformedFile(let failure): "it is not an event's file: \(failure)"
        case .malformedEvent(let error): "its variables are no event: \(error)"
        case .unreadable(let call, let code): "\(call): \(SystemError.text(code))"
        case .cannotRemove(let problem, _): problem.finding
        }
    }
}

/// The operating system's words for an `errno`.
enum SystemError {
    /// Long enough for every text of glibc.
    private static let maximumLength = 256

    static func text(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: maximumLength) { buffer in
            guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
                return "error \(code)"
            }
            return String(cString: start)
        }
    }
}
