import ArgumentParser
import Control
import Glibc

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
        if !yes {
            guard isatty(STDIN_FILENO) == 1 else {
                throw Failure.wrongUse("a factory reset cannot be taken back: say --yes")
            }
            try Terminal.out("Forget the user's settings and saved files of \(connection.phone ?? "the phone")? [y/N] ")
            guard readLine()?.lowercased() == "y" else { throw Failure.untrue("nothing was done") }
        }
        _ = try await connection.call(FactoryResetRequest(phone: connection.phone, origin: .here))
    }
}

struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The value of a parameter, alone; without a name, all that have a value.",
        discussion: "A parameter of line n is written NAME_n: get SIP_AUTHID_2."
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.") var name: String?
    @Flag(help: "Say where the value comes from, and what it hides.") var explain = false
    @Flag(help: "Show secrets as they are; only for who may change settings.") var reveal = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let reply = try await connection.call(GetRequest(phone: connection.phone, name: name, reveal: reveal))
        if json {
            try Terminal.printJSON(reply)
        } else if explain {
            try Terminal.out(reply.settings.map(Self.explanation).joined(separator: "\n"))
        } else if name != nil {
            try Terminal.out(reply.settings.map { Terminal.safe($0.value) }.joined(separator: "\n"))
        } else {
            try Terminal.out(reply.settings.map { "\($0.name)=\(Terminal.safe($0.value))" }.joined(separator: "\n"))
        }
    }

    private static func explanation(_ setting: SettingValue) -> String {
        var place = setting.layer
        if let file = setting.file { place += ", \(file)" }
        if let line = setting.line { place += ", line \(line)" }
        if let origin = setting.origin {
            place += ", set by \(origin.programming.rawValue) programming, \(origin.who), \(origin.at)"
        }
        if !setting.changeable { place += ", read-only" }
        let hidden = setting.hides.map { "    hides \($0.layer): \($0.value)" }
        return
            ([Terminal.safe("\(setting.name)=\(setting.value)"), "    from \(Terminal.safe(place))"]
            + hidden.map(Terminal.safe)).joined(separator: "\n")
    }
}

struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sets a parameter, as at the phone itself. Provisioning sees it at the next run."
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.") var name: String
    @Argument(help: "Its value; a secret is better given on standard input, with - here.") var value: String

    func run() async throws {
        let text = value == "-" ? readLine() ?? "" : value
        let request = SetRequest(phone: connection.phone, name: name, value: text, origin: .here)
        let reply = try await connection.call(request)
        if let above = reply.overriddenBy {
            throw Failure.untrue("\(name) is kept, but does not count: \(above)")
        }
    }
}

struct Unset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Takes back what the user has set.")
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The parameter.") var name: String

    func run() async throws {
        _ = try await connection.call(UnsetRequest(phone: connection.phone, name: name, origin: .here))
    }
}
