import ArgumentParser
import Control
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle
import Systemd
import WebProgramming

/// The pages of web programming: options and composition, nothing else.
@main
struct PhoneprovWeb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phoneprov-web",
        abstract: "Web programming of phoneprovd's phones: shows in a browser what they did and why, and sets them.",
        discussion: """
            It knows the daemon by its control socket only. Under systemd it takes the socket that phoneprov-web.socket \
            has opened; otherwise it listens where its configuration says, 127.0.0.1:8443 as shipped.
            """,
        version: PhoneprovdVersion.text
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = WebConfiguration.defaultPath

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
        // The private key is nobody else's, whatever the umask was.
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        let configuration: WebConfiguration
        do throws(WebConfiguration.Problem) {
            configuration = try WebConfiguration.load(path: config)
        } catch {
            Self.complain("phoneprov-web: \(error)")
            throw ExitCode(2)
        }
        if checkConfig {
            print("\(config): nothing wrong")
            return
        }
        let destination = LogDestination.detect()
        let level = logLevel
        LoggingSystem.bootstrap { label in
            destination.makeHandler(label: label, identifier: "phoneprov-web", logLevel: level)
        }
        try await serve(configuration, Logger(label: "phoneprov-web"))
    }

    private func serve(_ configuration: WebConfiguration, _ logger: Logger) async throws {
        do {
            let server = try WebServer(
                configuration: configuration,
                certificates: CertificateStore(configuration, logger: logger),
                inherited: ListeningSockets.inherited(variables: ProcessInfo.processInfo.environment),
                logger: logger,
                onRunning: { addresses in
                    for address in addresses { logger.notice("listening at https://\(address.authority)") }
                    do throws(ServiceNotificationError) {
                        try ServiceNotifier().ready()
                    } catch {
                        logger.warning("\(error)")
                    }
                }
            )
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [
                        .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: Logger(label: "phoneprov-web.lifecycle") { _ in SwiftLogNoOpLogHandler() }
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
