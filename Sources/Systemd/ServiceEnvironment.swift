import Glibc

/// What systemd tells a service through its environment (systemd.exec(5), sd_notify(3), sd_watchdog_enabled(3)).
///
/// A plain value, read once at the start: everything in this room takes it instead of reading the environment, so a
/// test can give its own. A service that was started by hand has none of these.
public struct ServiceEnvironment: Hashable, Sendable {
    /// `NOTIFY_SOCKET`: where notifications go; a path, or `@` and an abstract name.
    public var notifySocket: String?
    /// `WATCHDOG_USEC`: how long systemd waits for a sign of life, in microseconds, and for this process; `nil`
    /// without a watchdog, or when `WATCHDOG_PID` names another process.
    public var watchdogMicroseconds: UInt64?
    /// `JOURNAL_STREAM`: device and inode of the journal's end of stdout or stderr.
    public var journalStream: JournalStream?
    /// `STATE_DIRECTORY`: the first of `StateDirectory=`.
    public var stateDirectory: String?
    /// `RUNTIME_DIRECTORY`: the first of `RuntimeDirectory=`.
    public var runtimeDirectory: String?
    /// `CREDENTIALS_DIRECTORY`: where the files of `LoadCredential=` lie.
    public var credentialsDirectory: String?
    /// `INVOCATION_ID`: this run of the unit, 32 hexadecimal digits.
    public var invocationID: String?

    /// Longest variable accepted, in bytes: more than any path or number needs.
    public static let maximumLength = 4096

    /// The names of the variables, as ``init(variables:process:)`` takes them.
    public static let variableNames = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "JOURNAL_STREAM", "STATE_DIRECTORY", "RUNTIME_DIRECTORY",
        "CREDENTIALS_DIRECTORY", "INVOCATION_ID",
    ]

    /// Reads the variables; one that is malformed or longer than ``maximumLength`` counts as not set.
    ///
    /// - Parameters:
    ///   - variables: the environment.
    ///   - process: the process id that `WATCHDOG_PID` is compared with.
    public init(variables: [String: String], process: Int32 = getpid()) {
        func value(_ name: String) -> String? {
            guard let text = variables[name], !text.isEmpty, text.utf8.count <= Self.maximumLength else { return nil }
            return text
        }
        // systemd separates several directories by colons and escapes none.
        func firstDirectory(_ name: String) -> String? {
            value(name)?.split(separator: ":").first.map(String.init).flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        notifySocket = value("NOTIFY_SOCKET").flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isForThisProcess = value("WATCHDOG_PID").map { Int32($0) == process } ?? true
        watchdogMicroseconds =
            isForThisProcess ? value("WATCHDOG_USEC").flatMap { UInt64($0) }.flatMap { $0 > 0 ? $0 : nil } : nil
        journalStream = value("JOURNAL_STREAM").flatMap(JournalStream.init)
        stateDirectory = firstDirectory("STATE_DIRECTORY")
        runtimeDirectory = firstDirectory("RUNTIME_DIRECTORY")
        credentialsDirectory = firstDirectory("CREDENTIALS_DIRECTORY")
        invocationID = value("INVOCATION_ID")
    }

    /// The environment of this process.
    public static func current() -> ServiceEnvironment {
        var variables: [String: String] = [:]
        for name in variableNames {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return ServiceEnvironment(variables: variables)
    }

    /// The path of a credential (`LoadCredential=` in systemd.exec(5)); `nil` when the service was given none, or the
    /// name is no file name.
    public func credentialPath(_ name: String) -> String? {
        guard let credentialsDirectory, !name.isEmpty, name != ".", name != "..",
            !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
        else { return nil }
        return credentialsDirectory + "/" + name
    }
}

/// The journal's end of a stream: `DEVICE:INODE`, both decimal (systemd.exec(5), `JOURNAL_STREAM`).
public struct JournalStream: Hashable, Sendable {
    /// `st_dev` of the stream.
    public let device: UInt64
    /// `st_ino` of the stream.
    public let inode: UInt64

    /// Reads `DEVICE:INODE`; `nil` for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
        self.init(device: device, inode: inode)
    }

    /// Names a stream by device and inode.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// The stream behind a file descriptor; `nil` when it is not open.
    public init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
