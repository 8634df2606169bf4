/// The language of manual pages, mdoc(7).
enum Mdoc {
    /// Text as it is printed: no character of it means anything to the formatter.
    static func text(_ text: some StringProtocol) -> String {
        var line = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\e")
        line = line.split(separator: "--", omittingEmptySubsequences: false).joined(separator: "\\-\\-")
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    /// A word as an argument of a macro: never a macro itself, always one word.
    static func word(_ word: some StringProtocol) -> String {
        let escaped = text(word).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\(dq")
        return "\"\\&" + escaped + "\""
    }

    /// Paragraphs of running text: an empty line is one's end.
    static func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? ".Pp" : Self.text($0) }
    }

    /// The entries of a list of options.
    static func options(_ arguments: [CommandHelp.Argument]) -> [String] {
        guard !arguments.isEmpty else { return [] }
        let entries = arguments.flatMap { argument -> [String] in
            var lines = [".It " + synopsis(argument)]
            lines += paragraphs(argument.abstract ?? "")
            if let more = argument.discussion, !more.isEmpty { lines += [".Pp"] + paragraphs(more) }
            if let value = argument.defaultValue, !value.isEmpty { lines.append("The default is \(text(value)).") }
            return lines
        }
        return [".Bl -tag -width Ds"] + entries + [".El"]
    }

    /// How an argument is written: `Fl -json`, `Fl -phone Ar mac`, `Ar name`.
    static func synopsis(_ argument: CommandHelp.Argument) -> String {
        let value = "Ar " + word(argument.valueName ?? "value") + (argument.isRepeating ? " No ..." : "")
        let names = (argument.names ?? []).map { "Fl " + word($0.text.dropFirst()) }
        switch argument.kind {
        case "flag": return names.joined(separator: " , ")
        case "option": return names.map { "\($0) \(value)" }.joined(separator: " , ")
        default: return value
        }
    }

    /// A command with all that can follow it.
    static func synopsis(_ command: CommandHelp, leavingOut common: Set<String> = []) -> [String] {
        own(command, common).map { argument in
            let isNeeded = !argument.isOptional && argument.defaultValue == nil && argument.kind != "flag"
            return (isNeeded ? "." : ".Op ") + synopsis(argument)
        }
    }

    /// A command's own arguments, without those that stand with all commands.
    static func own(_ command: CommandHelp, _ common: Set<String>) -> [CommandHelp.Argument] {
        command.shown.filter { argument in !(argument.names ?? []).contains { common.contains($0.name) } }
    }
}
