import ArgumentParser
import ConfigurationFile
import PhoneSettings
import Provisioning

/// Validates configuration files without a daemon, as the phone would.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks configuration files as the phone would; no daemon is needed.",
        discussion: """
            Messages are written as a compiler writes them. A URL (http, https, ftp, tftp) is fetched as the phone \
            would, its User-Agent included: say which phone with --phone MAC. A plain file's CFG_FILE_KEY opens the encrypted files after it.

            Exit status: 0 the phone takes everything, 1 a file would be refused or settings would be left out, 2 wrong use.
            """
    )

    @Argument(help: "Files or URLs; - is standard input.") var files: [String]
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "What a file is served as: initial, standard, product or master. Once for all files, or once for each.",
            valueName: "role"
        )
    )
    var roles: [ConfigurationRole] = []
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var asked: CheckPhone
    @Flag(help: "Fetch and check the files that an initial file names, too.") var follow = false
    @Flag(help: "Print what the phone would be set to afterwards, with where it comes from.") var settings = false
    @Flag(help: "Warnings count: exit status 1.") var strict = false
    @Option(help: "How to print: text, json or sarif (2.1.0).") var format: Format?
    @Flag(help: "The same as --format json.") var json = false

    enum Format: String, ExpressibleByArgument {
        case text, json, sarif
    }

    func validate() throws {
        guard roles.count <= 1 || roles.count == files.count else {
            throw ValidationError("--as stands once for all files, or once for each of the \(files.count)")
        }
        guard connection.phone == nil || asked.identity(connection.phone) != nil else {
            throw ValidationError("‘\(connection.phone ?? "")’ is no hardware address: write twelve hexadecimal digits")
        }
        if asked.from != nil, connection.phone == nil {
            throw ValidationError("--from needs --phone: a URL may hold the MAC address")
        }
        if let from = asked.from, let phone = asked.identity(connection.phone) {
            do throws(ProvisioningURL.Invalid) {
                _ = try ProvisioningURL(completing: from, for: phone)
            } catch {
                throw ValidationError("--from \(ProvisioningURL.masked(from)): \(error)")
            }
        }
        if json, let format, format != .json { throw ValidationError("--json and --format do not go together") }
        if settings, chosenFormat == .sarif { throw ValidationError("SARIF has no place for --settings") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once") }
    }

    private var chosenFormat: Format { json ? .json : format ?? .text }

    func run() async throws {
        var run = try CheckRun(asked, as: asked.identity(connection.phone), follows: follow)
        var unread: [Failure] = []
        for (index, file) in files.enumerated() {
            let role = roles.count > 1 ? roles[index] : roles.first ?? .initial
            do {
                try await run.check(file, as: role)
            } catch let failure as Failure {
                unread.append(failure)
            }
        }
        // What is said about the other files is said all the same.
        if unread.count < files.count { try print(run) }
        if let last = unread.popLast() {
            for failure in unread { Terminal.complain(failure.message) }
            throw last
        }
        if run.report.isBad(strict: strict) { throw ExitCode(1) }
    }

    private func print(_ run: CheckRun) throws {
        let report = run.report
        switch chosenFormat {
        case .text:
            for message in report.messages { try Terminal.out(Terminal.safe(message.text)) }
            for problem in report.problems {
                try Terminal.out(Terminal.safe("\(problem.file): error: \(problem.message)"))
            }
            if settings { try Terminal.out(run.effective.map(\.text).map(Terminal.safe).joined(separator: "\n")) }
        case .json:
            try Terminal.printJSON(CheckReport(report, settings: settings ? run.effective : nil))
        case .sarif:
            try Terminal.printJSON(SARIF.Log(report), versioned: false)
        }
    }
}

extension ConfigurationRole: ExpressibleByArgument {}

/// Which phone is checked for, and what it has.
struct CheckPhone: ParsableArguments {
    @Option(help: "The phone's model.") var model = "KX-UTG200B"
    @Option(help: ArgumentHelp("The phone's software version.", valueName: "version")) var softwareVersion = "03.131"
    @Option(help: ArgumentHelp("The provisioning URL that local files are served at.", valueName: "url"))
    var from: String?
    @Option(help: ArgumentHelp("A file that holds the key (CFG_FILE_KEY) of encrypted files.", valueName: "file"))
    var keyFile: String?
    @Option(help: ArgumentHelp("The length of that key: 128, 192 or 256 bits.", valueName: "bits")) var keyLength = 128
    @Option(
        help: ArgumentHelp("A file of root certificates (PEM or DER) to trust beside the system's.", valueName: "file")
    )
    var rootCertificate: [String] = []

    func validate() throws {
        guard KeyLength(rawValue: keyLength) != nil else {
            throw ValidationError("--key-length is 128, 192 or 256")
        }
        let isToken = { (text: String) in
            !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F }
        }
        guard isToken(model), isToken(softwareVersion) else {
            throw ValidationError("model and version are 1 to 64 characters without blanks and slashes")
        }
    }

    /// The phone of this MAC address; `nil` when it is none.
    func identity(_ mac: String?) -> PhoneIdentity? {
        mac.flatMap(MACAddress.init).map { PhoneIdentity(mac: $0, model: model, softwareVersion: softwareVersion) }
    }

    /// The key of `--key-file`, without the line end that editors write.
    func key() throws -> DecryptionKey? {
        guard let keyFile, let length = KeyLength(rawValue: keyLength) else { return nil }
        let bytes = try FileBytes.read(keyFile, atMost: 4_096)
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        guard let key = DecryptionKey(passphrase: text, length: length) else {
            throw Failure.wrongUse("\(keyFile) holds no key")
        }
        return key
    }
}
