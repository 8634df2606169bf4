import ArgumentParser
import Control
import Glibc
import PhoneSettings
import Presentation

struct Provision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts a run now, from step 2. Without --phone, of every phone."
    )
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        _ = try await connection.call(ProvisionRequest(phone: connection.phone, origin: .here))
    }
}

struct Reboot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loads flash again and starts from step 1. Without --phone, every phone."
    )
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        _ = try await connection.call(RebootRequest(phone: connection.phone, origin: .here))
    }
}

struct FactoryReset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forgets the user's settings and saved files of a phone, and starts it anew."
    )
    @OptionGroup var connection: ConnectionOptions
    @Flag(help: "Do not ask.") var yes = false

    func run() async throws {
        let phone = try await only()
        if !yes {
            guard Terminal.isTerminal(STDIN_FILENO) else {
                throw Failure.wrongUse("a factory reset cannot be taken back: say --yes")
            }
            let loss = try await loss(of: phone)
            let question = "Factory reset of \(phone.model) \(phone.mac): \(loss)\nGo on? [y/N] "
            try Terminal.write(question, to: STDERR_FILENO)
            let answer = readLine()?.lowercased()
            guard answer == "y" || answer == "yes" else { throw Failure.untrue("nothing was done") }
        }
        _ = try await connection.call(FactoryResetRequest(phone: phone.mac, origin: .here))
    }

    /// The phone that is meant: it is known before anything is asked.
    private func only() async throws -> PhoneStatus {
        let phones = try await connection.call(StatusRequest(phone: connection.phone)).phones
        guard phones.count == 1, let phone = phones.first else {
            throw Failure(.control(.ambiguousPhone(known: phones.map(\.mac))))
        }
        return phone
    }

    private func loss(of phone: PhoneStatus) async throws -> String {
        let settings = try await connection.call(GetRequest(phone: phone.mac)).settings
        let mine = settings.count { $0.layer == SettingsLayer.user.rawValue }
        let what = mine == 1 ? "1 setting made by hand" : "\(mine) settings made by hand"
        return "\(what) and all saved configuration files go; it cannot be taken back."
    }
}

struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The value of a parameter, alone; without a name, all that have a value.",
        discussion: "A parameter of line n is written NAME_n: get SIP_AUTHID_2."
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.", completion: .custom(Completion.parameters)) var name: String?
    @Flag(help: "Say where the value comes from, and what it hides.") var explain = false
    @Flag(help: "Show secrets as they are; only for who may change settings.") var reveal = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await connection.call(GetRequest(phone: connection.phone, name: name, reveal: reveal))
        if json {
            try Terminal.printJSON(reply)
        } else if explain {
            let texts = reply.settings.map { SettingText.explanation($0, style: Terminal.style) }
            try Terminal.out(texts.joined(separator: "\n"))
        } else if name != nil {
            try Terminal.out(reply.settings.map { Terminal.safe($0.value) }.joined(separator: "\n"))
        } else {
            try Terminal.out(reply.settings.map { "\($0.name)=\(Terminal.safe($0.value))" }.joined(separator: "\n"))
        }
    }
}

struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sets a parameter, as at the phone itself. Provisioning sees it at the next run."
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.", completion: .custom(Completion.parameters)) var name: String
    @Argument(
        help: "Its value; a secret is better given on standard input, with - here.",
        completion: .custom(Completion.values)
    )
    var value: String

    func run() async throws {
        let text = value == "-" ? try Self.read(name) : value
        let request = SetRequest(phone: connection.phone, name: name, value: text, origin: .here)
        let reply = try await connection.call(request)
        if let above = reply.overriddenBy {
            throw Failure.untrue("\(name) is kept, but does not count: \(above)")
        }
    }

    /// A value of standard input; on a terminal it is not shown while it is typed.
    private static func read(_ name: String) throws -> String {
        let line = Terminal.isTerminal(STDIN_FILENO) ? Terminal.readSecret(prompt: "\(name): ") : readLine()
        guard let line else { throw Failure.wrongUse("standard input has no value for \(name)") }
        return line
    }
}

struct Unset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes back what the user has set.")
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.", completion: .custom(Completion.parametersByHand)) var name: String

    func run() async throws {
        _ = try await connection.call(UnsetRequest(phone: connection.phone, name: name, origin: .here))
    }
}
