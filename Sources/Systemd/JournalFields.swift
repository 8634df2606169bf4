import Logging

/// One log event as the fields of a journal entry (systemd.journal-fields(7)).
///
/// A pure value, so that what is sent can be tested without a journal.
///
/// | from the log event | field |
/// |---|---|
/// | message | `MESSAGE` |
/// | level | `PRIORITY`, `0` to `7` as in syslog(3) |
/// | identifier of the handler | `SYSLOG_IDENTIFIER` |
/// | label of the logger | `LOGGER` |
/// | file, line, function | `CODE_FILE`, `CODE_LINE`, `CODE_FUNC` |
/// | error | `ERROR` |
/// | metadata | as ``names`` says, all others as ``name(of:)`` says |
public struct JournalFields: Hashable, Sendable {
    /// The fields, in the order of sending; no name stands twice.
    public private(set) var fields: [(name: String, value: String)]

    /// Metadata keys whose field has another name than the general rule gives.
    ///
    /// `message-id` names a kind of event for `journalctl MESSAGE_ID=` and catalogs; its value is 32 hexadecimal
    /// digits, dashes allowed. Any other value goes to `METADATA_MESSAGE_ID`, since the journal's own tools rely on
    /// the form.
    public static let names: [String: String] = [
        "mac": "PHONE_MAC",
        "model": "PHONE_MODEL",
        "interface": "PHONE_INTERFACE",
        "step": "PROVISIONING_STEP",
        "url": "PROVISIONING_URL",
        "source": "PROVISIONING_SOURCE",
        "outcome": "PROVISIONING_OUTCOME",
        "state": "PROVISIONING_STATE",
        "file": "PROVISIONING_FILE",
        "line": "PROVISIONING_FILE_LINE",
        "parameter": "PROVISIONING_PARAMETER",
        "message-id": "MESSAGE_ID",
        "documentation": "DOCUMENTATION",
    ]

    /// What stands before a metadata key that would otherwise take the name of a field with a meaning of its own.
    public static let prefix = "METADATA_"

    /// Longest field name, in bytes: the journal drops longer ones.
    public static let maximumNameLength = 64
    /// Longest value, in bytes; the rest is cut off, and `…` put there.
    public static let maximumValueLength = 65536
    /// Most metadata fields sent; the rest, last by key, is left out and counted in `METADATA_LEFT_OUT`.
    public static let maximumMetadata = 64

    /// Names that the journal or this type gives a meaning; metadata cannot take them but through ``names``.
    static let reserved: Set<String> = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "ERROR", "ERRNO", "LOGGER", "CODE_FILE", "CODE_LINE", "CODE_FUNC",
        "DOCUMENTATION", "TID", "UNIT", "USER_UNIT", "INVOCATION_ID", "USER_INVOCATION_ID", "OBJECT_PID",
    ]

    /// Builds the fields.
    ///
    /// - Parameters:
    ///   - event: what was logged; its metadata is already merged with the handler's.
    ///   - metadata: the metadata to send.
    ///   - label: the logger's label.
    ///   - identifier: `SYSLOG_IDENTIFIER`, the daemon's name.
    public init(event: LogEvent, metadata: Logger.Metadata, label: String, identifier: String) {
        var fields: [(name: String, value: String)] = [
            ("MESSAGE", event.message.description),
            ("PRIORITY", String(event.level.journalPriority)),
            ("SYSLOG_IDENTIFIER", identifier),
            ("LOGGER", label),
            ("CODE_FILE", event.file),
            ("CODE_LINE", String(event.line)),
            ("CODE_FUNC", event.function),
        ]
        if let error = event.error { fields.append(("ERROR", String(describing: error))) }
        var taken = Set(fields.map(\.name))
        let sorted = metadata.sorted { $0.key < $1.key }
        for (key, value) in sorted.prefix(Self.maximumMetadata) {
            let text = value.description
            guard let name = Self.field(of: key, value: text, taken: taken) else { continue }
            taken.insert(name)
            fields.append((name, name == "MESSAGE_ID" ? text.filter { $0 != "-" } : text))
        }
        if sorted.count > Self.maximumMetadata {
            fields.append((Self.prefix + "LEFT_OUT", String(sorted.count - Self.maximumMetadata)))
        }
        self.fields = fields.map { ($0.name, $0.value.cut(toBytes: Self.maximumValueLength)) }
    }

    /// The fields as the journal's socket takes them: `NAME=value`, each its own bytes, values with any bytes in them.
    public var entries: [[UInt8]] {
        fields.map { Array($0.name.utf8) + [UInt8(ascii: "=")] + Array($0.value.utf8) }
    }

    /// The value of a field; `nil` when it is not there.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The field that a metadata key goes to: as ``names`` says, else upper case, with `_` for every byte that is not
    /// an ASCII letter or digit, without `_` or digits at the beginning, at most ``maximumNameLength`` bytes. A name
    /// that has a meaning of its own gets ``prefix`` before it.
    ///
    /// - Returns: `nil` when nothing is left of the key.
    public static func name(of key: String) -> String? {
        if let name = names[key] { return name }
        let bytes = key.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        // The journal refuses names that begin with a digit, and keeps those that begin with _ for itself.
        let name = String(decoding: bytes.drop { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }, as: UTF8.self)
        guard !name.isEmpty else { return nil }
        let isReserved = reserved.contains(name) || name.hasPrefix("SYSLOG_") || name.hasPrefix("COREDUMP_")
        return String((isReserved ? prefix + name : name).prefix(maximumNameLength))
    }

    private static func field(of key: String, value: String, taken: Set<String>) -> String? {
        guard var name = name(of: key) else { return nil }
        if name == "MESSAGE_ID", !isMessageID(value) { name = prefix + name }
        // Two keys can come to one name ("mac" and "phone-mac", "a.b" and "a-b"): the second keeps its value too.
        if taken.contains(name) { name = String((prefix + name).prefix(maximumNameLength)) }
        return taken.contains(name) ? nil : name
    }

    private static func isMessageID(_ text: String) -> Bool {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        return digits.count == 32
            && digits.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
            }
    }

    /// Whether both have the same fields in the same order.
    public static func == (left: JournalFields, right: JournalFields) -> Bool {
        left.fields.elementsEqual(right.fields, by: ==)
    }

    /// Feeds the fields into the hasher.
    public func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }
}

extension Logger.Level {
    /// The priority of syslog(3) for this level: `trace` and `debug` are both `7`, as syslog has nothing below.
    public var journalPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension String {
    /// At most so many bytes, cut between two characters of Unicode, with `…` where something was cut off.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let mark = "…"
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, limit - mark.utf8.count))
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end]) + mark
    }
}
