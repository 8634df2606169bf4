import Control

/// Words for values of the control interface, the same on a terminal and on a page.
public enum Wording {
    /// Why a run began.
    ///
    /// - Parameter trigger: as ``Control/RunRecord/trigger`` has it; one that is not known stands for itself.
    public static func trigger(_ trigger: String) -> String {
        switch trigger {
        case "start": "the phone was started"
        case "retry": "CFG_RTRY_INTVL after the last attempt"
        case "retry-after": "the time that the server asked for in the last attempt (Retry-After)"
        case "cyclic": "CFG_CYCLIC_INTVL"
        case "time-of-day": "CFG_RESYNC_TIME"
        case "resync": "a NOTIFY from the SIP server"
        case "user": "asked for by the user"
        case "reboot": "the phone was rebooted"
        case "factory-reset": "the phone went back to factory defaults"
        case "lease": "DHCP brought another URL"
        case "address": "the interface got another address"
        default: trigger
        }
    }

    /// A time in milliseconds as a person reads it: `12 ms`, `5.003 s`, `2 min 5 s`.
    public static func duration(milliseconds: Int) -> String {
        switch milliseconds {
        case ..<1_000: return "\(milliseconds) ms"
        case ..<60_000:
            let rest = milliseconds % 1_000
            let fraction = String(1_000 + rest).dropFirst()
            return "\(milliseconds / 1_000).\(fraction) s"
        case ..<3_600_000: return "\(milliseconds / 60_000) min \(milliseconds / 1_000 % 60) s"
        default: return "\(milliseconds / 3_600_000) h \(milliseconds / 60_000 % 60) min"
        }
    }

    /// How long a run took: `took 12 ms`, or `12 ms so far` while it is under way.
    public static func taken(milliseconds: Int, isOver: Bool) -> String {
        let time = duration(milliseconds: milliseconds)
        return isOver ? "took \(time)" : "\(time) so far"
    }

    /// A size in bytes with its unit.
    public static func size(bytes: Int) -> String { bytes == 1 ? "1 byte" : "\(bytes) bytes" }

    /// Which way and by whom a change was made: `web programming, admin from 192.0.2.9`.
    public static func origin(_ programming: Programming, _ who: String) -> String {
        "\(programming.rawValue) programming, \(who)"
    }

    /// What a user did by hand.
    public static func change(_ change: ProgrammedChange) -> String {
        let name = change.name ?? "every parameter"
        switch change.action {
        case .set: return "\(name): \(value(change.old)) → \(value(change.new))"
        case .unset: return "\(name): \(value(change.old)) taken back"
        case .factoryReset: return "factory reset"
        }
    }

    /// A value in quotation marks, or `not set`.
    public static func value(_ value: String?) -> String { value.map { "‘\($0)’" } ?? "not set" }

    /// One download in a line: `200, HTTP/1.1, TLSv1.3, 1520 bytes in 12 ms from 198.51.100.1:443`.
    public static func download(_ download: DownloadRecord) -> String {
        var parts = [download.status.map { "\($0)" }, download.version, download.tls].compactMap(\.self)
        let time = duration(milliseconds: download.milliseconds)
        let from = download.server.map { " from \($0)" } ?? ""
        if let failure = download.failure {
            parts.insert(failure, at: 0)
            if failure == "http-\(download.status ?? 0)" { parts.removeAll { $0 == "\(download.status ?? 0)" } }
            parts.append(download.bytes > 0 ? "\(size(bytes: download.bytes)) in \(time)\(from)" : "after \(time)")
        } else {
            parts.append("\(size(bytes: download.bytes)) in \(time)\(from)")
        }
        return parts.joined(separator: ", ")
    }
}

/// How good something is, for colours.
public enum Mood: Sendable {
    /// As it should be.
    case good
    /// Under way, or less than it should be.
    case fair
    /// Failed.
    case bad
    /// Nothing to be said of it.
    case neutral

    /// Of an outcome of a run or of a phone's state.
    public init(outcome: String) {
        switch outcome {
        case "provisioned": self = .good
        case "fallback", "partial", "provisioning", "under way": self = .fair
        case "failed": self = .bad
        default: self = .neutral
        }
    }

    /// Of an outcome of a step.
    public init(step outcome: String) {
        switch outcome {
        case "done", "found": self = .good
        case "running": self = .fair
        case "failed": self = .bad
        default: self = .neutral
        }
    }

    /// The terminal's colour for it.
    public var colour: Style.Colour {
        switch self {
        case .good: .green
        case .fair: .yellow
        case .bad: .red
        case .neutral: .dim
        }
    }
}
