import Logging

/// Where the log goes.
public enum LogDestination: Hashable, Sendable {
    /// To the systemd journal, with fields.
    case journal
    /// To stderr, in lines for people.
    case terminal

    /// The journal when stderr already goes there, the terminal otherwise.
    ///
    /// systemd sets `JOURNAL_STREAM` to the device and inode of the stream it made for the service; a service whose
    /// stderr is still that stream writes to the journal anyway, and does better to write there with fields
    /// (systemd.exec(5), `JOURNAL_STREAM`). A shell in a terminal that inherited the variable has another stderr.
    public static func detect(
        environment: ServiceEnvironment = .current(),
        standardError: JournalStream? = JournalStream(descriptor: 2)
    ) -> LogDestination {
        guard let expected = environment.journalStream, let standardError, expected == standardError else {
            return .terminal
        }
        return .journal
    }

    /// A handler for this destination, for `LoggingSystem.bootstrap`.
    ///
    /// - Parameters:
    ///   - label: the logger's label.
    ///   - identifier: the daemon's name, for the journal.
    ///   - logLevel: events below it are left out.
    ///   - metadataProvider: gives metadata at the time of the event.
    public func makeHandler(
        label: String,
        identifier: String,
        logLevel: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil
    ) -> any LogHandler {
        switch self {
        case .journal:
            JournalLogHandler(
                label: label,
                identifier: identifier,
                logLevel: logLevel,
                metadataProvider: metadataProvider
            )
        case .terminal:
            TerminalLogHandler(logLevel: logLevel, metadataProvider: metadataProvider)
        }
    }
}
