import ArgumentParser
import Control
import FoundationEssentials
import Glibc
import Logging
import PhoneAgent
import ServiceProgram
import Systemd

/// The daemon: options and composition, nothing else.
@main
struct Phoneprovd: ServiceProgram {
    static let name = "phoneprovd"
    static let configuration = CommandConfiguration(
        commandName: name,
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

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        // From here on, so that a reload that comes before the daemon is ready does not end it.
        let isAtTerminal = isatty(STDERR_FILENO) == 1
        if !isAtTerminal { signal(SIGHUP, SIG_IGN) }
        let configuration: DaemonConfiguration
        do throws(ConfigurationProblem) {
            configuration = try load()
        } catch {
            throw Self.refuse(error)
        }
        if options.checkConfig {
            let count = configuration.phones.count
            for warning in configuration.warnings { Self.complain("phoneprovd: warning: \(warning)") }
            print("\(config): \(count) \(count == 1 ? "phone" : "phones"), nothing wrong")
            return
        }
        let logger = Self.startLogging(options)
        for warning in configuration.warnings { logger.warning("\(warning)") }
        try await Self.serve(endingOn: [.sigterm, .sigint] + (isAtTerminal ? [.sighup] : []), logger) {
            let service = DaemonService(
                configuration: configuration,
                configurationSource: { [self] () throws(ConfigurationProblem) in try load() },
                reloadsOnHangup: !isAtTerminal,
                logger: logger
            )
            return .init(service: service)
        }
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
}
