import ArgumentParser
import Glibc
import Logging
import ServiceLifecycle
import Systemd
import UnixSignals

/// A program that systemd starts: how it begins, says what is wrong, logs and ends.
///
/// Exit status: 0 told to end, 1 it could not do its work, 2 wrong use or a wrong configuration.
public protocol ServiceProgram: AsyncParsableCommand {
    /// The program's name, in the log and before what it says.
    static var name: String { get }
}

extension ServiceProgram {
    /// ArgumentParser ends with 64 on wrong use (sysexits.h); ours is 2, as with phoneprovctl.
    public static func main() async {
        do {
            var command = try parse()
            // What is kept holds passwords and keys: nobody else reads it, whatever the umask was.
            umask(0o077)
            signal(SIGPIPE, SIG_IGN)
            try await command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            complain(fullMessage(for: error))
            exit(withError: ExitCode(2))
        }
    }

    /// Says something on standard error.
    public static func complain(_ text: String) {
        var line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, &line, line.count)
    }

    /// Says what is wrong with the configuration.
    ///
    /// - Returns: what to end with.
    public static func refuse(_ problem: some Error) -> ExitCode {
        complain("\(name): \(problem)")
        return ExitCode(2)
    }

    /// Begins to log, to the journal where there is one. Once in a process.
    public static func startLogging(_ options: ServiceOptions) -> Logger {
        let destination = LogDestination.detect()
        let level = options.logLevel
        LoggingSystem.bootstrap { label in
            destination.makeHandler(label: label, identifier: name, logLevel: level)
        }
        return Logger(label: name)
    }

    /// Runs a service until it ends or a signal tells it to.
    ///
    /// - Parameters:
    ///   - signals: what tells it to end.
    ///   - service: makes the service; what it throws is logged as what the service throws.
    /// - Throws: what to end with.
    public static func serve(
        endingOn signals: [UnixSignal] = [.sigterm, .sigint],
        _ logger: Logger,
        _ service: () throws -> ServiceGroupConfiguration.ServiceConfiguration
    ) async throws {
        do {
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [try service()],
                    gracefulShutdownSignals: signals,
                    logger: Logger(label: "\(name).lifecycle") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await group.run()
        } catch {
            logger.critical("\(error)")
            throw ExitCode(1)
        }
    }
}
