import ArgumentParser
import Logging

/// The options that every program has which systemd starts.
public struct ServiceOptions: ParsableArguments, Sendable {
    /// Whether it only looks at its configuration and ends.
    @Flag(help: "Check the configuration and end: status 0 when it would be taken, 2 when not.")
    public var checkConfig = false

    /// The least level that is logged.
    @Option(
        help: ArgumentHelp(
            "Leave out what matters less: trace, debug, info, notice, warning, error or critical.",
            valueName: "level"
        ),
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else { throw ValidationError("‘\(text)’ is no log level") }
            return level
        }
    )
    public var logLevel: Logger.Level = .info

    /// For ArgumentParser.
    public init() {}
}
