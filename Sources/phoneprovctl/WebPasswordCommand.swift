import ArgumentParser
import Control

struct WebPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web-password",
        abstract: "The password with which the administrator first signs in to web programming; for root.",
        discussion: """
            It counts on every phone whose ADMIN_PASS is still the factory's, which never opens the pages. The account's \
            name is ADMIN_ID, admin as delivered.
            """
    )
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try Terminal.out(try await connection.call(WebPasswordRequest()).password)
    }
}
