import ArgumentParser
import Control

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "How each phone stands.")

    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Print again at each change, until interrupted.") var watch = false

    func run() async throws {
        let request = StatusRequest(phone: connection.phone)
        guard watch else {
            try show(try await connection.call(request))
            return
        }
        try await connection.asking { client throws(ControlClientError) in
            for try await reply in try await client.replies(to: request) {
                do {
                    try show(reply)
                } catch {
                    throw ControlClientError.cancelled
                }
            }
        }
    }

    private func show(_ reply: StatusReply) throws {
        if json {
            try Terminal.printJSON(reply)
        } else {
            try Terminal.out(StatusText.of(reply.phones))
        }
    }
}

/// Statuses as a person reads them.
enum StatusText {
    /// One phone in full, several as a table.
    static func of(_ phones: [PhoneStatus]) -> String {
        if phones.count == 1, let phone = phones.first { return full(phone) }
        let header = ["PHONE", "MODEL", "STATE", "SOURCE", "NEXT RUN", "DETAIL"]
        let rows = phones.map { phone in
            [
                phone.mac, phone.model, phone.state.rawValue, phone.source.rawValue, phone.nextAttempt ?? "-",
                Terminal.safe(phone.detail),
            ]
        }
        return Terminal.aligned([header] + rows)
    }

    private static func full(_ phone: PhoneStatus) -> String {
        var lines: [(String, String)] = [
            ("State", "\(coloured(phone.state)) since \(phone.since)"),
            ("Source", phone.source.rawValue),
            ("URL", phone.url ?? "none"),
            ("Detail", phone.detail),
        ]
        if phone.step > 0 { lines.append(("Step", "\(phone.step) of 9")) }
        lines.append(("Next run", phone.nextAttempt ?? "none planned"))
        let width = lines.map(\.0.count).max() ?? 0
        let body = lines.map { name, value in
            let text = name == "State" ? value : Terminal.safe(value)
            return String(repeating: " ", count: width - name.count + 2) + "\(name): \(text)"
        }
        return "\(dot(phone.state)) \(phone.mac) - \(phone.model) on \(phone.interface)\n"
            + body.joined(separator: "\n")
    }

    private static func dot(_ state: PhoneState) -> String { Terminal.coloured("●", colour(state)) }

    private static func coloured(_ state: PhoneState) -> String { Terminal.coloured(state.rawValue, colour(state)) }

    static func colour(_ state: PhoneState) -> Terminal.Colour {
        switch state {
        case .provisioned: .green
        case .fallback, .partial, .provisioning: .yellow
        case .failed: .red
        case .disabled: .dim
        }
    }
}
