import ArgumentParser
import Control
import PhoneSettings

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
            Status.self, Wait.self, Explain.self, Expect.self, History.self, Provision.self, Reboot.self,
            FactoryReset.self, Get.self, Set.self, Unset.self, Export.self, Import.self, Reload.self,
            CaptureCommand.self, Check.self, Parameters.self, Schema.self, WebPasswordCommand.self,
            DHCPEventCommand.self,
        ]
    )

    @OptionGroup var connection: ConnectionOptions

    /// ArgumentParser ends with 64 on wrong use (sysexits.h); ours is 2, as for the tools that people script beside it.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot(words)
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
            if code.isSuccess {
                let text = fullMessage(for: error)
                if let script = BashCompletion.completed(text) ?? ZshCompletion.completed(text) {
                    print(script, terminator: "")
                    return
                }
            }
            guard code == .validationFailure else { Self.exit(withError: error) }
            Terminal.complainAsIs(unknownCommand() ?? fullMessage(for: error))
            Self.exit(withError: ExitCode(2))
        }
    }
}

extension Phoneprovctl {
    /// The words of the call. A negative number that is to be set is no option: it goes behind `--`.
    private static var words: [String] {
        let given = Array(CommandLine.arguments.dropFirst())
        let isNegative = { (word: String) in
            word.hasPrefix("-") && word.utf8.dropFirst().first.map { (0x30...0x39).contains($0) } == true
        }
        guard commandWord == "set", !given.contains("--"), let index = given.lastIndex(where: isNegative) else {
            return given
        }
        return given[..<index] + given[(index + 1)...] + ["--", given[index]]
    }

    /// The first word that is no option, nor the value of one; `nil` when an option before it is not known: its value may
    /// be that word.
    private static var commandWord: String? {
        var words = CommandLine.arguments.dropFirst()
        while let word = words.first, word.hasPrefix("-") {
            let takesNext = word == "--socket" || word == "--phone"
            guard takesNext || word.hasPrefix("--socket=") || word.hasPrefix("--phone=") else { return nil }
            words = words.dropFirst(takesNext ? 2 : 1)
        }
        return words.first
    }

    /// What to say when the first word that is no option is no command either; `nil` when it is one, or is not known.
    private static func unknownCommand() -> String? {
        let known = configuration.subcommands.map { $0._commandName } + ["help"]
        guard let word = commandWord, !known.contains(word) else { return nil }
        let near = NearestName.find(word, in: known.lazy.map { $0.uppercased() })
        let hint = near.map { " Did you mean \($0.lowercased())?" } ?? ""
        return """
            phoneprovctl: there is no command ‘\(word)’.\(hint)
            See 'phoneprovctl --help' for what there is.
            """
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
