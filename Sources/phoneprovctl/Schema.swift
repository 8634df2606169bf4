import ArgumentParser
import ConfigurationFile

/// The grammars of what is read and written: for editors, and for programs that read --json.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints the grammar of configuration files, or the JSON Schema of what a command writes with --json.",
        discussion: """
            Without a name a RELAX NG grammar of the phone's configuration files, for editors and xmllint --relaxng; it \
            takes the documents about which check has nothing to say that a grammar can see.

            With the name of a command the JSON Schema (2020-12) of its --json. Every document carries "version": a key \
            that is added does not change it; one that goes, or means something else, does. The same files are installed \
            in /usr/share/phoneprovd.
            """
    )

    enum Document: String, ExpressibleByArgument, CaseIterable {
        case status, wait, explain, expect, history, get
    }

    @Argument(help: "The command: status, wait, explain, expect, history or get.") var document: Document?

    func run() throws {
        guard let document else {
            return try Terminal.out(String(ConfigurationSchema.relaxNG().dropLast()))
        }
        let bytes =
            switch document {
            case .status: PackageResources.status_schema_json
            case .wait: PackageResources.wait_schema_json
            case .explain: PackageResources.explain_schema_json
            case .expect: PackageResources.expect_schema_json
            case .history: PackageResources.history_schema_json
            case .get: PackageResources.get_schema_json
            }
        // The file ends in a line end, and so does what is printed.
        try Terminal.out(String(decoding: bytes.dropLast(), as: UTF8.self))
    }
}
