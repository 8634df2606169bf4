import ArgumentParser
import Control
import FoundationEssentials
import Logging
import ServiceProgram
import Systemd
import WebProgramming

/// The pages of web programming: options and composition, nothing else.
@main
struct PhoneprovWeb: ServiceProgram {
    static let name = "phoneprov-web"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Web programming of phoneprovd's phones: shows in a browser what they did and why, and sets them.",
        discussion: """
            It knows the daemon by its control socket only. Under systemd it takes the socket that phoneprov-web.socket \
            has opened; otherwise it listens where its configuration says, 127.0.0.1:8443 as shipped.
            """,
        version: PhoneprovdVersion.text
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = WebConfiguration.defaultPath

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        let file: WebConfiguration?
        do throws(WebConfiguration.Problem) {
            file = try WebConfiguration.load(path: config)
        } catch {
            throw Self.refuse(error)
        }
        let configuration = file ?? WebConfiguration()
        if options.checkConfig {
            do throws(CertificateStore.Problem) {
                try CertificateStore.check(configuration)
            } catch {
                throw Self.refuse(error)
            }
            print("\(config): \(file == nil ? "there is no such file: everything is as shipped" : "nothing wrong")")
            return
        }
        let logger = Self.startLogging(options)
        try await Self.serve(logger) {
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
            return .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)
        }
    }
}
