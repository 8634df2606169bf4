import ArgumentParser
import ConfigurationFile
import Glibc
import PhoneSettings

/// Validates configuration files without a daemon, as the phone would.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks configuration files as the phone would; no daemon is needed.",
        discussion: "Messages are written as a compiler writes them. Exit status 1 when a file would be refused."
    )

    @Argument(help: "The files; - is standard input.") var files: [String]
    @Option(help: "What they are served as: initial, standard, product or master.") var role: ConfigurationRole =
        .initial
    @Flag(help: "Print JSON.") var json = false

    struct Message: Encodable {
        let file: String
        let line: Int?
        let column: Int?
        let severity: String
        let code: String
        let message: String
    }

    struct Report: Encodable {
        let refused: [String]
        let messages: [Message]
    }

    func run() throws {
        var messages: [Message] = []
        var refused: [String] = []
        for file in files {
            let bytes = try Self.contents(of: file)
            do throws(ConfigurationFileError) {
                let document = try ConfigurationFile.read(bytes, as: role, key: nil)
                messages += document.diagnostics.map { Message(file: file, diagnostic: $0) }
            } catch {
                refused.append(file)
                messages.append(Message(file: file, error: error))
            }
        }
        if json {
            try Terminal.printJSON(Report(refused: refused, messages: messages))
        } else {
            for message in messages { try Terminal.out(Terminal.safe(message.text)) }
        }
        if !refused.isEmpty { throw ExitCode(1) }
    }

    /// One byte more than the phone takes is enough to refuse a file.
    private static func contents(of file: String) throws -> [UInt8] {
        let descriptor = file == "-" ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(file) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= ConfigurationFile.maximumBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(file) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func unreadable(_ file: String) -> Failure {
        .wrongUse("\(file) cannot be read: \(String(cString: strerror(errno)))")
    }
}

extension ConfigurationRole: ExpressibleByArgument {}

extension Check.Message {
    init(file: String, diagnostic: ConfigurationDiagnostic) {
        self.init(
            file: file,
            line: diagnostic.position?.line,
            column: diagnostic.position?.column,
            severity: diagnostic.severity.rawValue,
            code: diagnostic.code,
            message: diagnostic.message
        )
    }

    init(file: String, error: ConfigurationFileError) {
        self.init(
            file: file,
            line: error.position?.line,
            column: error.position?.column,
            severity: "error",
            code: error.code,
            message: error.message
        )
    }

    /// `file:line:column: severity: message [code]`.
    var text: String {
        let place = [file, line.map(String.init), column.map(String.init)].compactMap(\.self).joined(separator: ":")
        return "\(place): \(severity): \(message) [\(code)]"
    }
}
