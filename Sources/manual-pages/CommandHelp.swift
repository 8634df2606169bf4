/// What `--experimental-dump-help` of swift-argument-parser tells of a program, as far as a manual page needs it.
struct CommandHelp: Decodable {
    struct Dump: Decodable { let command: CommandHelp }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            /// As it is typed: `--json`, `-h`.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?
        let discussion: String?
    }

    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let arguments: [Argument]?
    let subcommands: [CommandHelp]?

    /// The arguments that are shown, without those that every command has.
    var shown: [Argument] {
        (arguments ?? []).filter { argument in
            let names = Set(argument.names?.map(\.name) ?? [])
            return argument.shouldDisplay && names.isDisjoint(with: ["help", "version"])
        }
    }

    /// The subcommands that are shown, without `help`.
    var commands: [CommandHelp] {
        (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }
}
