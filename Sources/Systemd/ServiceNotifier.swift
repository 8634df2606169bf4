import Glibc

/// Tells the service manager how the service is: the protocol of sd_notify(3).
///
/// One datagram a message, to the socket that `NOTIFY_SOCKET` names. Without that variable, a service started by hand,
/// every call does nothing. The protocol is stable and meant to be spoken without libsystemd too (sd_notify(3),
/// "Standalone Implementations"); speaking it here keeps the socket's name a value instead of a global variable.
///
/// A value without state, free to copy and to use from any thread. A call waits at most ``sendTimeoutSeconds``.
public struct ServiceNotifier: Sendable {
    private let socketName: String?

    /// How often to call ``watchdog()``: half of what systemd waits, as sd_watchdog_enabled(3) recommends; `nil` when
    /// systemd does not watch this process.
    public let watchdogInterval: Duration?

    /// How long a message may wait for a service manager that does not read, in seconds.
    public static let sendTimeoutSeconds = 2

    /// Longest status sent, in bytes; the rest is cut off.
    public static let maximumStatusLength = 1024

    /// A notifier for this environment.
    public init(environment: ServiceEnvironment = .current()) {
        socketName = environment.notifySocket
        watchdogInterval = environment.watchdogMicroseconds.map { .microseconds(Int64(clamping: $0 / 2)) }
    }

    /// Whether there is a service manager to tell.
    public var isActive: Bool { socketName != nil }

    /// The service is up: `READY=1`. Also the end of a reload.
    ///
    /// - Parameter status: what it does now; see ``status(_:)``.
    /// - Throws: ``ServiceNotificationError``.
    public func ready(status: String? = nil) throws(ServiceNotificationError) {
        try send(["READY=1"] + Self.statusLines(status))
    }

    /// What the service does now, one line for `systemctl status`: `STATUS=`. Line ends and other control characters
    /// become blanks; more than ``maximumStatusLength`` bytes are cut off.
    ///
    /// - Throws: ``ServiceNotificationError``.
    public func status(_ text: String) throws(ServiceNotificationError) {
        try send(Self.statusLines(text))
    }

    /// The service begins to stop: `STOPPING=1`.
    ///
    /// - Throws: ``ServiceNotificationError``.
    public func stopping(status: String? = nil) throws(ServiceNotificationError) {
        try send(["STOPPING=1"] + Self.statusLines(status))
    }

    /// The service reads its configuration anew: `RELOADING=1` with the time, which systemd 253 and later need and 252
    /// ignores. ``ready(status:)`` ends it and must follow: a reload without an end never times out before systemd 259.
    ///
    /// - Throws: ``ServiceNotificationError``.
    public func reloading(status: String? = nil) throws(ServiceNotificationError) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
        try send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"] + Self.statusLines(status))
    }

    /// A sign of life: `WATCHDOG=1`. To be sent every ``watchdogInterval``, and only while the service really works.
    ///
    /// - Throws: ``ServiceNotificationError``.
    public func watchdog() throws(ServiceNotificationError) {
        try send(["WATCHDOG=1"])
    }

    /// Asks for more time to start, stop or reload, counted from now: `EXTEND_TIMEOUT_USEC=`. A negative time counts
    /// as none.
    ///
    /// - Throws: ``ServiceNotificationError``.
    public func extendTimeout(by time: Duration) throws(ServiceNotificationError) {
        let (seconds, attoseconds) = time.components
        guard seconds >= 0, attoseconds >= 0 else { return try send(["EXTEND_TIMEOUT_USEC=0"]) }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
        let microseconds = overflow ? UInt64.max : whole.addingSaturated(UInt64(attoseconds) / 1_000_000_000_000)
        try send(["EXTEND_TIMEOUT_USEC=\(microseconds)"])
    }

    /// `STATUS=` with one line of text, or nothing without text.
    static func statusLines(_ text: String?) -> [String] {
        guard let text else { return [] }
        var line = ""
        for scalar in text.unicodeScalars {
            let safe = scalar.breaksLine ? " " : scalar
            guard line.utf8.count + UTF8.width(safe) <= maximumStatusLength else { break }
            line.unicodeScalars.append(safe)
        }
        return ["STATUS=" + line]
    }

    private func send(_ lines: [String]) throws(ServiceNotificationError) {
        guard let socketName else { return }
        let socket = try UnixDatagramSocket(timeoutSeconds: Self.sendTimeoutSeconds)
        try socket.send(Array(lines.joined(separator: "\n").utf8), to: socketName)
    }
}

/// Why the service manager could not be told.
public enum ServiceNotificationError: Error, Hashable, Sendable {
    /// `NOTIFY_SOCKET` is longer than an address of the kernel holds; its length in bytes.
    case nameTooLong(Int)
    /// A call of the operating system failed: its name, the socket, and `errno`.
    case system(String, socket: String, code: Int32)
}

extension ServiceNotificationError: CustomStringConvertible {
    /// What happened, and where.
    public var description: String {
        switch self {
        case .nameTooLong(let length): "NOTIFY_SOCKET has \(length) bytes, more than a socket's name may have"
        case .system(let call, let socket, let code): "\(call) to NOTIFY_SOCKET \(socket): error \(code) (errno)"
        }
    }
}

/// An unnamed datagram socket of the Unix family.
struct UnixDatagramSocket: ~Copyable {
    private let descriptor: CInt

    init(timeoutSeconds: Int) throws(ServiceNotificationError) {
        let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .system("socket", socket: "", code: errno) }
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends one datagram to a path, or to an abstract name that begins with `@`.
    func send(_ bytes: [UInt8], to name: String) throws(ServiceNotificationError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var nameBytes = Array(name.utf8)
        let isAbstract = nameBytes.first == UInt8(ascii: "@")
        if isAbstract { nameBytes[0] = 0 } else { nameBytes.append(0) }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard nameBytes.count <= room else { throw .nameTooLong(name.utf8.count) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: nameBytes) }
        // An abstract name is as long as the address says, so nothing may follow it (unix(7)).
        let length = socklen_t(MemoryLayout<sockaddr_un>.size - room + nameBytes.count)

        let flags = CInt(MSG_NOSIGNAL)
        while true {
            let sent = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bytes.withUnsafeBytes { buffer in
                        sendto(descriptor, buffer.baseAddress, buffer.count, flags, generic, length)
                    }
                }
            }
            if sent >= 0 { return }
            guard errno == EINTR else { throw .system("sendto", socket: name, code: errno) }
        }
    }
}

extension UInt64 {
    fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension Unicode.Scalar {
    /// A control character, or one of the two separators that end a line.
    var breaksLine: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
