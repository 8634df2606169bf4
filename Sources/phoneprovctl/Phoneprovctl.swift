import ArgumentParser
import Control

/// The command line of phoneprovd.
@main
struct Phoneprovctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phoneprovctl",
        abstract: "Looks at phoneprovd's phones, and programs them.",
        discussion: """
            Exit status: 0 done, 1 the thing asked for did not come true, 2 wrong use, 3 no daemon there.
            """,
        version: PhoneprovdVersion.text,
        subcommands: [
            Status.self, Wait.self, Explain.self, History.self, Provision.self, Reboot.self, FactoryReset.self,
            Get.self, Set.self, Unset.self, Export.self, Import.self, Reload.self, CaptureCommand.self,
            Check.self, Parameters.self, SchemaCommand.self,
            DHCPEventCommand.self,
        ]
    )

    @OptionGroup var connection: ConnectionOptions

    /// ArgumentParser ends with 64 on wrong use (sysexits.h); ours is 2, as for the tools that people script beside it.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.complain(failure.message)
            Self.exit(withError: ExitCode(failure.status))
        } catch {
            let code = exitCode(for: error)
            guard code == .validationFailure else { Self.exit(withError: error) }
            Terminal.complainAsIs(fullMessage(for: error))
            Self.exit(withError: ExitCode(2))
        }
    }
}

/// Why a command did not do what was asked.
struct Failure: Error {
    let status: Int32
    let message: String

    /// The thing asked for did not come true.
    static func untrue(_ message: String) -> Failure { Failure(status: 1, message: message) }
    /// Wrong use: a name or a value that cannot be.
    static func wrongUse(_ message: String) -> Failure { Failure(status: 2, message: message) }
    /// No daemon there.
    static func noDaemon(_ message: String) -> Failure { Failure(status: 3, message: message) }
}
