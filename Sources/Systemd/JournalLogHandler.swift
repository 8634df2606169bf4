import CSystemd
import Glibc
import Logging

/// Sends log events to the systemd journal with their metadata as fields; see ``JournalFields``.
///
/// When the journal does not take an entry (it is not there, or the entry is too large) the line goes to stderr with
/// the priority before it (`<4>…`, sd-daemon(3)), so that nothing is lost.
public struct JournalLogHandler: LogHandler {
    /// Metadata of the logger, sent with each event.
    public var metadata: Logger.Metadata = [:]
    /// Gives metadata at the time of the event.
    public var metadataProvider: Logger.MetadataProvider?
    /// Events below this level are left out.
    public var logLevel: Logger.Level

    private let label: String
    private let identifier: String

    /// A handler for one logger.
    ///
    /// - Parameters:
    ///   - label: the logger's label, for the field `LOGGER`.
    ///   - identifier: `SYSLOG_IDENTIFIER`, the daemon's name: what `journalctl -t` looks for.
    ///   - logLevel: events below it are left out.
    ///   - metadataProvider: gives metadata at the time of the event.
    public init(
        label: String,
        identifier: String,
        logLevel: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.identifier = identifier
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
    }

    /// Reads or sets one key of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Sends one event.
    public func log(event: LogEvent) {
        let merged = event.mergedMetadata(handler: metadata, provider: metadataProvider)
        let fields = JournalFields(event: event, metadata: merged, label: label, identifier: identifier)
        if Self.send(fields.entries) < 0 {
            let line = TerminalLine(event: event, metadata: merged).text
            StandardError.write("<\(event.level.journalPriority)>\(line)\n")
        }
    }

    /// Hands entries to libsystemd; gives back 0, or a negative `errno`.
    private static func send(_ entries: [[UInt8]]) -> Int32 {
        let bytes = Array(entries.joined())
        return bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress else { return -EINVAL }
            var vectors: [iovec] = []
            vectors.reserveCapacity(entries.count)
            var offset = 0
            for entry in entries {
                // iovec has no constant form; sd_journal_sendv only reads what it points to.
                let base = UnsafeMutableRawPointer(mutating: start + offset)
                vectors.append(iovec(iov_base: base, iov_len: entry.count))
                offset += entry.count
            }
            return sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}

extension LogEvent {
    /// The event's metadata over the provider's over the handler's.
    func mergedMetadata(handler: Logger.Metadata, provider: Logger.MetadataProvider?) -> Logger.Metadata {
        var merged = handler
        if let provided = provider?.get() { merged.merge(provided) { $1 } }
        if let metadata { merged.merge(metadata) { $1 } }
        return merged
    }
}

/// The process's stderr.
enum StandardError {
    static let descriptor: CInt = 2

    /// Writes the text, as one call where the kernel takes it whole, so that lines of several threads stay apart.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A stderr that is closed or full cannot be reported anywhere.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
