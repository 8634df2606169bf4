import ArgumentParser
import Control

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has the daemon read its configuration anew.",
        discussion: """
            A run of a phone that the configuration has as before goes on. A configuration that is wrong is refused as a \
            whole, with the line, and the one in force stays. stateDirectory, controlSocket and the control groups take a \
            restart. systemctl reload phoneprovd does this.
            """
    )

    /// How long the daemon may take: phones that are gone end their runs first, those that are new are loaded from flash.
    static let patience = Duration.seconds(60)

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await connection.call(ReloadRequest(), timeout: Self.patience)
        if json {
            try Terminal.printJSON(reply)
        } else {
            try Terminal.out(reply.sentence)
        }
    }
}
