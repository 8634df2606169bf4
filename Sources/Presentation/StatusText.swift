import Control

/// Statuses as a person reads them.
public enum StatusText {
    /// One phone in full, several as a table.
    ///
    /// - Parameter command: how phoneprovctl is called for this daemon and phone, where that is proposed.
    public static func of(
        _ phones: [PhoneStatus],
        command: String = "phoneprovctl",
        style: Style = .plain
    ) -> String {
        switch phones.count {
        case 0: "no phone"
        case 1: full(phones[0], command, style)
        default: table(phones, style) + "\n\n" + summary(phones)
        }
    }

    /// Where there is no room for all: how many are in each state, and then the phones, those first that have not got what
    /// they should have.
    public static func brief(_ phones: [PhoneStatus], style: Style = .plain) -> String {
        guard phones.count > 1 else { return of(phones, style: style) }
        let order: [PhoneState] = [.failed, .partial, .fallback, .provisioning, .disabled, .provisioned]
        let sorted = order.flatMap { state in phones.filter { $0.state == state } }
        return summary(phones) + "\n\n" + table(sorted, style)
    }

    private static func table(_ phones: [PhoneStatus], _ style: Style) -> String {
        let header = ["PHONE", "MODEL", "STATE", "SOURCE", "NEXT RUN", "DETAIL"]
        let rows = phones.map { phone in
            [
                phone.mac, phone.model, phone.state.rawValue, phone.source.rawValue,
                phone.nextAttempt.map(RFC3339.spoken) ?? "-", SafeText.of(phone.detail),
            ]
        }
        return Columns.aligned([header] + rows) { row, column, cell in
            switch (row, column) {
            case (0, _): style(cell, .bold)
            case (_, 2): style(cell, Mood(outcome: phones[row - 1].state.rawValue).colour)
            default: cell
            }
        }
    }

    /// How many phones are in each state.
    public static func summary(_ phones: [PhoneStatus]) -> String {
        let counts = PhoneState.allCases.compactMap { state -> String? in
            let count = phones.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        return "\(phones.count) phones: \(counts.joined(separator: ", "))"
    }

    private static func full(_ phone: PhoneStatus, _ command: String, _ style: Style) -> String {
        let mood = Mood(outcome: phone.state.rawValue)
        var lines: [(name: String, value: String)] = [
            ("State", "\(style(phone.state.rawValue, mood.colour)) since \(RFC3339.spoken(phone.since))"),
            ("Source", phone.source.rawValue),
            ("URL", SafeText.of(phone.url ?? "none")),
            ("Detail", SafeText.of(phone.detail)),
        ]
        if phone.step > 0 { lines.append(("Step", "\(phone.step) of 9")) }
        if let run = phone.runNumber {
            lines.append(("Run", "\(run), \(SafeText.of(command)) explain \(hint(phone.state))"))
        }
        // While a run is under way, nobody knows whether another follows.
        if phone.state != .provisioning || phone.nextAttempt != nil {
            lines.append(("Next run", phone.nextAttempt.map(RFC3339.spoken) ?? "none planned"))
        }
        // Always as wide: a live screen must not move sideways.
        let width = "Next run".count
        let body = lines.map { name, value in
            String(repeating: " ", count: width - name.count + 2) + "\(name): \(value)"
        }
        let head = "\(style("●", mood.colour)) \(phone.mac) - \(phone.model) on \(SafeText.of(phone.interface))"
        return ([head] + body).joined(separator: "\n")
    }

    private static func hint(_ state: PhoneState) -> String {
        switch state {
        case .provisioning, .provisioned: "tells it step by step"
        case .fallback, .partial, .failed, .disabled: "says why, and what to do"
        }
    }

    /// One phone in one line, for what shows progress.
    public static func line(_ phone: PhoneStatus, style: Style = .plain) -> String {
        let state = style(phone.state.rawValue, Mood(outcome: phone.state.rawValue).colour)
        let step = phone.step > 0 ? ", step \(phone.step) of 9" : ""
        return "\(phone.mac) \(state)\(step): \(SafeText.of(phone.detail))"
    }
}
