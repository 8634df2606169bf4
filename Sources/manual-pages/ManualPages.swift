import FoundationEssentials
import Glibc

/// Makes a manual page out of a template and the places where each thing is written down once: the help of the commands,
/// the annotated configuration file, and the journal's catalog.
///
///     manual-pages TEMPLATE VERSION DATE PROGRAM=HELP.json… CONFIGURATION CATALOG
///
/// A line of the template is one of `@OPTIONS NAME@`, `@SYNOPSIS NAME@`, `@COMMANDS NAME@`, `@KEYS@` and `@MESSAGES@`, or
/// goes out as it is, with VERSION and DATE in place of `@VERSION@` and `@DATE@`.
@main
struct ManualPages {
    struct WrongUse: Error, CustomStringConvertible {
        let description: String
    }

    let version: String
    let date: String
    let programs: [String: CommandHelp]
    let keys: ConfigurationKeys
    let catalog: Catalog

    static func main() {
        do {
            let words = Array(CommandLine.arguments.dropFirst())
            guard words.count >= 6 else { throw WrongUse(description: "too few arguments, see the source") }
            var programs: [String: CommandHelp] = [:]
            for word in words[3..<words.count - 2] {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw WrongUse(description: "NAME=FILE expected, not \(word)") }
                let data = Data(try text(parts[1]).utf8)
                programs[parts[0]] = try JSONDecoder().decode(CommandHelp.Dump.self, from: data).command
            }
            let maker = ManualPages(
                version: words[1],
                date: words[2],
                programs: programs,
                keys: ConfigurationKeys(try text(words[words.count - 2])),
                catalog: Catalog(try text(words[words.count - 1]))
            )
            for line in try text(words[0]).split(separator: "\n", omittingEmptySubsequences: true) {
                for made in try maker.lines(for: String(line)) { print(made) }
            }
        } catch {
            var message = Array("manual-pages: \(error)\n".utf8)
            _ = write(STDERR_FILENO, &message, message.count)
            exit(1)
        }
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// What takes the place of a line of the template.
    func lines(for line: String) throws -> [String] {
        guard line.hasPrefix("@"), line.hasSuffix("@") else {
            let dated = line.split(separator: "@DATE@", omittingEmptySubsequences: false).joined(separator: date)
            return [dated.split(separator: "@VERSION@", omittingEmptySubsequences: false).joined(separator: version)]
        }
        let words = line.dropFirst().dropLast().split(separator: " ").map(String.init)
        switch (words.first, words.count > 1 ? programs[words[1]] : nil) {
        case ("OPTIONS", let program?): return Mdoc.options(program.shown)
        case ("SYNOPSIS", let program?): return Mdoc.synopsis(program)
        case ("COMMANDS", let program?): return commands(of: program)
        case ("KEYS", nil): return keys.lines
        case ("MESSAGES", nil): return catalog.lines
        default: throw WrongUse(description: "the template's line \(line) is not known")
        }
    }

    private func commands(of program: CommandHelp) -> [String] {
        let common = Set(program.shown.flatMap { $0.names ?? [] }.map(\.name))
        return program.commands.flatMap { command -> [String] in
            var lines = [".Ss " + Mdoc.word(command.commandName), ".Bl -item -compact", ".It"]
            lines += [".Nm", ".Cm " + Mdoc.word(command.commandName)]
            lines += Mdoc.synopsis(command, leavingOut: common) + [".El", ".Pp"]
            lines += Mdoc.paragraphs(command.abstract ?? "")
            if let more = command.discussion, !more.isEmpty { lines += [".Pp"] + Mdoc.paragraphs(more) }
            let own = Mdoc.options(Mdoc.own(command, common))
            return lines + (own.isEmpty ? [] : [".Pp"] + own)
        }
    }
}
