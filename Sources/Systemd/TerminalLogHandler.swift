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
        // Most values stand nowhere in the message, not even as part of a word.
        guard !value.utf8.contains(0), let neighbours = message.neighbours(of: value) else { return false }
        let isWord: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
        guard value.allSatisfy(isWord) else { return true }
        // The usual case, with blanks and commas around it; the rest is looked at as text.
        let endsWord: (UInt8) -> Bool = { $0 < 0x80 && !isWord(Character(Unicode.Scalar($0))) }
        if endsWord(neighbours.before), endsWord(neighbours.after) { return true }
        return message.split(whereSeparator: { !isWord($0) }).contains { $0 == value }
    }

    /// The text with every control character, line separator and bidirectional control as `\u{…}`, a newline as `\n`,
    /// cut after ``maximumValueLength`` bytes.
    public static func escaped(_ text: String) -> String {
        if text.utf8.count <= maximumValueLength, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
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
        let day = (Int(parts.tm_hour) * 100 + Int(parts.tm_min)) * 100 + Int(parts.tm_sec)
        var rest = day * 1_000 + time.tv_nsec / 1_000_000
        var text = Array("00:00:00.000".utf8)
        for place in text.indices.reversed() where text[place] == UInt8(ascii: "0") {
            text[place] += UInt8(rest % 10)
            rest /= 10
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension String {
    /// The bytes before and after another text, which is not empty, where that stands in this one for the first time; a
    /// blank for the beginning and the end. `nil` when it stands nowhere before a NUL.
    fileprivate func neighbours(of other: String) -> (before: UInt8, after: UInt8)? {
        withCString { text in
            other.withCString { sought in
                guard let found = strstr(text, sought) else { return nil }
                let before = found == UnsafeMutablePointer(mutating: text) ? 0x20 : found[-1]
                let after = found[other.utf8.count]
                return (UInt8(bitPattern: before), after == 0 ? 0x20 : UInt8(bitPattern: after))
            }
        }
    }
}
