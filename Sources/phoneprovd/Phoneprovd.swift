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
        let configuration: DaemonConfiguration
        do throws(ConfigurationProblem) {
            configuration = try DaemonConfiguration.load(path: config, environment: ProcessInfo.processInfo.environment)
        } catch {
            Self.complain("phoneprovd: \(error)")
            throw ExitCode(2)
        }
        if checkConfig {
            let count = configuration.phones.count
            print("\(config): \(count) \(count == 1 ? "phone" : "phones"), nothing wrong")
            return
        }
        let destination = LogDestination.detect()
        let level = logLevel
        LoggingSystem.bootstrap { label in
            destination.makeHandler(label: label, identifier: "phoneprovd", logLevel: level)
        }
        try await serve(configuration, Logger(label: "phoneprovd"))
    }

    private func serve(_ configuration: DaemonConfiguration, _ logger: Logger) async throws {
        do {
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: DaemonService(configuration: configuration, logger: logger))],
                    gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
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
