import Glibc
import Logging

/// Writes log events as readable lines to stderr: time, level, message, then `key=value`.
///
/// ```
/// 09:41:07.052 warning The file was refused. file=Config0080F0ABCDEF.cfg step=8
/// ```
/// Control characters are escaped: text from the network cannot move the cursor or make a line of its own.
public struct TerminalLogHandler: LogHandler {
    /// Metadata of the logger, written with each event.
    public var metadata: Logger.Metadata = [:]
    /// Gives metadata at the time of the event.
    public var metadataProvider: Logger.MetadataProvider?
    /// Events below this level are left out.
    public var logLevel: Logger.Level

    private let isColoured: Bool

    /// A handler for one logger.
    ///
    /// - Parameters:
    ///   - logLevel: events below it are left out.
    ///   - isColoured: whether the level is coloured; see ``stderrTakesColour(noColour:)``.
    ///   - metadataProvider: gives metadata at the time of the event.
    public init(
        logLevel: Logger.Level = .info,
        isColoured: Bool = TerminalLogHandler.stderrTakesColour(),
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.logLevel = logLevel
        self.isColoured = isColoured
        self.metadataProvider = metadataProvider
    }

    /// Whether stderr is a terminal and the user did not forbid colour: `NO_COLOR` set to anything but nothing does
    /// (no-color.org).
    public static func stderrTakesColour(noColour: String? = getenv("NO_COLOR").map { String(cString: $0) }) -> Bool {
        (noColour ?? "").isEmpty && isatty(StandardError.descriptor) == 1
    }

    /// Reads or sets one key of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event.
    public func log(event: LogEvent) {
        let merged = event.mergedMetadata(handler: metadata, provider: metadataProvider)
        let line = TerminalLine(event: event, metadata: merged, isColoured: isColoured)
        StandardError.write("\(WallClock.now()) \(line.text)\n")
    }
}

/// One log event as a line without its time: level, message, error, `key=value`.
public struct TerminalLine: Hashable, Sendable {
    /// The line, without a newline at its end or anywhere else.
    public let text: String

    /// Longest message or value shown, in bytes; the rest is cut off, and `…` put there.
    public static let maximumValueLength = 4096

    /// Metadata for the journal's own tools, which tells a person nothing, or nothing more than the MAC address does.
    static let journalOnly: Set<String> = ["message-id", "model", "interface"]

    /// Builds the line; metadata is sorted by key. What already stands in the message is not said again.
    public init(event: LogEvent, metadata: Logger.Metadata, isColoured: Bool = false) {
        var level = event.level.rawValue
        if isColoured, let code = event.level.colour { level = "\u{1B}[\(code)m\(level)\u{1B}[0m" }
        var parts = [level, Self.escaped(event.message.description)]
        if let error = event.error { parts.append("error=" + Self.quoted(String(describing: error))) }
        let message = event.message.description
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            if Self.journalOnly.contains(key) || Self.says(message, key, value.description) { continue }
            parts.append(Self.escaped(key) + "=" + Self.quoted(value.description))
        }
        text = parts.joined(separator: " ")
    }

    /// Whether a value need not be written beside a message: it stands there as a word of its own, or it is empty. Which
    /// phone a line is about is always written, so that it can be searched for.
    static func says(_ message: String, _ key: String, _ value: String) -> Bool {
        guard key != "mac", !value.isEmpty else { return value.isEmpty }
        let isWord: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
        guard value.allSatisfy(isWord) else { return message.contains(value) }
        return message.split(whereSeparator: { !isWord($0) }).contains { $0 == value }
    }

    /// The text with every control character, line separator and bidirectional control as `\u{…}`, a newline as `\n`,
    /// cut after ``maximumValueLength`` bytes.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.cut(toBytes: maximumValueLength).unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.breaksLine || scalar.properties.isBidiControl:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Escaped, and in quotes when it is empty or holds a blank or a quote.
    static func quoted(_ text: String) -> String {
        let escaped = escaped(text)
        guard escaped.isEmpty || escaped.contains(where: { $0 == " " || $0 == "\"" }) else { return escaped }
        return "\"" + escaped.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }
}

extension Logger.Level {
    /// The colour of the level, as ECMA-48 SGR codes; `nil` for the levels that need no attention.
    fileprivate var colour: String? {
        switch self {
        case .trace, .debug: "2"
        case .info: nil
        case .notice: "1"
        case .warning: "33"
        case .error, .critical: "31"
        }
    }
}

/// The time of day where the machine is.
enum WallClock {
    /// `HH:MM:SS.mmm`.
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        localtime_r(&time.tv_sec, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map { padded($0, 2) }.joined(separator: ":")
            + "." + padded(time.tv_nsec / 1_000_000, 3)
    }
}
