import Control

/// How a phone stands.
enum StatusView {
    /// The few words at the head of the phone's page.
    static func of(_ status: PhoneStatus) -> View {
        let (word, tone) = Words.state(status.state)
        var view: View = [
            "state": word,
            "tone": tone,
            "detail": sentence(status.detail),
            "source": Words.source(status.source),
            "interface": status.interface,
            "hasNext": status.state != .provisioning || status.nextAttempt != nil,
        ]
        view["url"] = status.url
        view["since"] = Instant.view(status.since)
        view["next"] = Instant.view(status.nextAttempt)
        return view
    }

    /// A phone's line in the list of all.
    static func row(_ status: PhoneStatus) -> View {
        var view = of(status)
        view["mac"] = status.mac
        view["macWords"] = Words.mac(status.mac)
        view["model"] = status.model
        view["cells"] = status.steps.enumerated().map { index, outcome -> View in
            let (word, tone) = Words.step(outcome)
            return ["x": index * 12, "tone": tone, "word": word, "step": index + 1]
        }
        view["hasCells"] = !status.steps.isEmpty
        view["strip"] = strip(status)
        return view
    }

    /// The strip of nine steps, in words.
    private static func strip(_ status: PhoneStatus) -> String {
        guard !status.steps.isEmpty else { return "no run yet" }
        return status.steps.enumerated().map { "\($0 + 1) \(Words.step($1).word)" }.joined(separator: ", ")
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
