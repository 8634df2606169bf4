import ArgumentParser
import Control
import FoundationEssentials
import Glibc
import Logging
import PhoneAgent
import ServiceLifecycle
import Systemd

/// The daemon: options and composition, nothing else.
@main
struct Phoneprovd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phoneprovd",
        abstract: "The provisioning agent of SIP phones: on the wire, a Panasonic KX-UTG200B or KX-UTG300B.",
        discussion: """
            Reads its configuration, walks the nine steps of each phone that it lists, and answers phoneprovctl. Every \
            key of the configuration that has one value can be set by the environment: sipPnP.localPort is \
            PHONEPROVD_SIP_PNP_LOCAL_PORT.
            """,
        version: PhoneprovdVersion.text
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = DaemonConfiguration.defaultPath

    @Option(help: ArgumentHelp("Run only the phones on this network interface.", valueName: "name"))
    var interface: String?

    @Flag(help: "Check the configuration and end: status 0 when it would be taken, 2 when not.")
    var checkConfig = false

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
    var logLevel: Logger.Level = .info

    /// ArgumentParser ends with 64 on wrong use (sysexits.h); ours is 2, as with phoneprovctl.
    static func main() async {
        do {
            let command = try parse()
            try await command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            complain(fullMessage(for: error))
            exit(withError: ExitCode(2))
        }
    }

    func run() async throws {
        // Flash holds passwords: nobody else reads it, whatever the umask was.
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        // From here on, so that a reload that comes before the daemon is ready does not end it.
        let isAtTerminal = isatty(STDERR_FILENO) == 1
        if !isAtTerminal { signal(SIGHUP, SIG_IGN) }
        let configuration: DaemonConfiguration
        do throws(ConfigurationProblem) {
            configuration = try load()
        } catch {
            Self.complain("phoneprovd: \(error)")
            throw ExitCode(2)
        }
        if checkConfig {
            let count = configuration.phones.count
            for warning in configuration.warnings { Self.complain("phoneprovd: warning: \(warning)") }
            print("\(config): \(count) \(count == 1 ? "phone" : "phones"), nothing wrong")
            return
        }
        let destination = LogDestination.detect()
        let level = logLevel
        LoggingSystem.bootstrap { label in
            destination.makeHandler(label: label, identifier: "phoneprovd", logLevel: level)
        }
        let logger = Logger(label: "phoneprovd")
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let service = DaemonService(
            configuration: configuration,
            configurationSource: { [self] () throws(ConfigurationProblem) in try load() },
            reloadsOnHangup: !isAtTerminal,
            logger: logger
        )
        try await serve(service, endingOnHangup: isAtTerminal, logger)
    }

    /// The file, over it the credentials that systemd hands over, and over both the environment.
    private func load() throws(ConfigurationProblem) -> DaemonConfiguration {
        let credentials: [String: String]
        do throws(CredentialError) {
            credentials = try ServiceEnvironment.current().credentials(prefix: "phoneprovd.")
        } catch {
            throw ConfigurationProblem(place: error.path, line: nil, message: error.reason)
        }
        let configuration = try DaemonConfiguration.load(
            path: config,
            environment: ProcessInfo.processInfo.environment,
            credentials: credentials
        )
        return try interface.map { name throws(ConfigurationProblem) in try configuration.only(on: name, path: config) }
            ?? configuration
    }

    private func serve(_ service: DaemonService, endingOnHangup: Bool, _ logger: Logger) async throws {
        do {
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: service)],
                    gracefulShutdownSignals: endingOnHangup ? [.sigterm, .sigint, .sighup] : [.sigterm, .sigint],
                    logger: Logger(label: "phoneprovd.lifecycle") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await group.run()
        } catch {
            logger.critical("\(error)")
            throw ExitCode(1)
        }
    }

    private static func complain(_ text: String) {
        var line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, &line, line.count)
    }
}
