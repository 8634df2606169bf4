import ArgumentParser
import Control
import PhoneSettings

/// What a shell offers when somebody presses Tab.
///
/// Each gets the words of the line, the number of the word that is completed, and what stands there already.
enum Completion {
    /// A shell must not hang because a daemon does.
    private static let patience = Duration.milliseconds(700)

    // MARK: From the dictionary

    /// Every parameter by its name, those of a line with its number.
    @Sendable static func parameters(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        parameters(beginningWith: prefix).map { shown($0.key.description, $0.meaning) }
    }

    /// The values that are known of the parameter that stands before.
    @Sendable static func values(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        guard let name = positional(in: words, after: "set", before: index).first else { return [] }
        return values(of: name).filter { $0.hasPrefix(prefix) }
    }

    private static func parameters(beginningWith prefix: String) -> [(key: ParameterKey, meaning: String)] {
        ParameterDictionary.standard.definitions.filter { $0.section == .device }.flatMap { definition in
            let keys =
                definition.isLineParameter
                ? LineNumber.all.map { ParameterKey(definition.name, line: $0) } : [ParameterKey(definition.name)]
            return keys.filter { $0.description.hasPrefix(prefix) }.map { ($0, definition.meaning) }
        }
    }

    private static func values(of name: String) -> [String] {
        let dictionary = ParameterDictionary.standard
        guard let definition = dictionary[ParameterKey(parsing: name, in: dictionary).name] else { return [] }
        let known: [String] =
            switch (definition.type, definition.constraint) {
            case (_, .oneOf(let values)?): values
            case (.flagYN, _): ["Y", "N"]
            case (.flagYesNo, _): ["Yes", "No"]
            case (.integer, .range(let range)?): ["\(range.lowerBound)", "\(range.upperBound)"]
            case (.integer, _), (.integers, _), (.text, _): []
            }
        let usual = definition.isSecret ? ["-"] : [definition.defaultValue].compactMap(\.self).filter { !$0.isEmpty }
        return known + usual.filter { !known.contains($0) }
    }

    // MARK: From the daemon

    /// The MAC addresses of the daemon's phones.
    @Sendable static func phones(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let phones = await ask(StatusRequest(), words)?.phones ?? []
        return phones.filter { $0.mac.hasPrefix(prefix.uppercased()) }.map { shown($0.mac, $0.model) }
    }

    /// The numbers of the runs that are kept.
    @Sendable static func runs(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let runs = await ask(HistoryRequest(phone: option("--phone", in: words)), words)?.runs ?? []
        return runs.filter { "\($0.number)".hasPrefix(prefix) }
            .map { shown("\($0.number)", "\($0.outcome ?? "under way") from \($0.source.rawValue)") }
    }

    /// The parameters that were set by hand; every parameter where no daemon tells.
    @Sendable static func parametersByHand(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        guard let settings = await ask(GetRequest(phone: option("--phone", in: words)), words)?.settings else {
            return await parameters(words, index, prefix)
        }
        return settings.filter { $0.layer == SettingsLayer.user.rawValue && $0.name.hasPrefix(prefix) }
            .map { shown($0.name, $0.value) }
    }

    /// What `expect` can be told to expect.
    @Sendable static func expectations(_ words: [String], _ index: Int, _ prefix: String) async -> [String] {
        let fixed =
            ["url="] + StatusSource.allCases.map { "source=\($0.rawValue)" }
            + Expectation.outcomes.map { "outcome=\($0)" }
        let matching = fixed.filter { $0.hasPrefix(prefix) }
        if let equals = prefix.firstIndex(of: "=") {
            let name = String(prefix[..<equals])
            return matching + values(of: name).map { "\(name)=\($0)" }.filter { $0.hasPrefix(prefix) }
        }
        return matching + parameters(beginningWith: prefix).map { shown("\($0.key)=", $0.meaning) }
    }

    private static func ask<Request: ControlRequest>(_ request: Request, _ words: [String]) async -> Request.Reply? {
        let socket = option("--socket", in: words) ?? ConnectionOptions.defaultSocket
        let client = try? await ControlClient.connect(to: socket, timeout: patience)
        return try? await client?.call(request, timeout: patience)
    }

    // MARK: The line so far

    private static func option(_ name: String, in words: [String]) -> String? {
        for (word, next) in zip(words, words.dropFirst()) where word == name { return next }
        return words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// The words after a command that are no options and no values of options.
    private static func positional(in words: [String], after command: String, before index: Int) -> [String] {
        var result: [String] = []
        var takesNext = false
        guard let start = words.firstIndex(of: command) else { return [] }
        for word in words[..<min(index, words.count)].dropFirst(start + 1) {
            if takesNext {
                takesNext = false
            } else if word == "--phone" || word == "--socket" {
                takesNext = true
            } else if !word.hasPrefix("--") {
                result.append(word)
            }
        }
        return result
    }

    /// A word with its description, where the shell shows one.
    private static func shown(_ word: String, _ description: String) -> String {
        let text = Terminal.safe(description)
        return switch CompletionShell.requesting {
        case .some(.zsh): "\(word.replacing(":", with: "\\:")):\(text)"
        case .some(.fish): "\(word)\t\(text)"
        default: word
        }
    }
}
