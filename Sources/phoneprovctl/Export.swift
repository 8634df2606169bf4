import ArgumentParser
import Control
import FoundationEssentials
import Glibc

/// What a phone holds, as a tar archive.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the user's settings and the saved files of a phone to a tar archive.",
        discussion: """
            The archive holds phone.json, the files as they were received, and SHA256SUMS. It holds the phone's passwords \
            too: a file is made readable for its owner only. import puts it back.
            """
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The archive; - or nothing is standard output.") var file = "-"

    func run() async throws {
        if file == "-", isatty(STDOUT_FILENO) == 1 {
            throw Failure.wrongUse(
                "an archive is nothing for a terminal: name a file, or lead standard output elsewhere"
            )
        }
        let reply = try await connection.call(ExportRequest(phone: connection.phone))
        guard let archive = Data(base64Encoded: reply.archive) else {
            throw Failure.untrue("the daemon's answer is no archive: its version is another one than this program's")
        }
        if file == "-" {
            try FileBytes.write([UInt8](archive), to: STDOUT_FILENO, named: "standard output")
        } else {
            try FileBytes.replace(file, with: [UInt8](archive))
        }
    }
}

/// Puts an archive of `export` in place of what a phone holds.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts an archive of export in place of a phone's settings and saved files, and starts it anew.",
        discussion: "All of the archive is taken, or nothing: its sums are checked, and every file and setting in it."
    )
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The archive; - is standard input.") var file: String
    @Flag(help: "Take the archive of another phone, as for one that replaces it.") var fromOtherPhone = false

    /// One byte more than a daemon takes is enough to be refused.
    private static let longest = 1_500_001

    func run() async throws {
        let bytes = try FileBytes.read(file, atMost: Self.longest)
        guard bytes.count < Self.longest else {
            throw Failure.untrue("\(file) has more than \(Self.longest - 1) bytes: it is no export of a phone")
        }
        let reply = try await connection.call(
            ImportRequest(
                phone: connection.phone,
                archive: Data(bytes).base64EncodedString(),
                fromOtherPhone: fromOtherPhone
            )
        )
        let files = reply.files.isEmpty ? "no saved files" : "saved files: \(reply.files.joined(separator: ", "))"
        try Terminal.out(
            "Imported: \(reply.settings) \(reply.settings == 1 ? "setting" : "settings") of the user, \(files)."
        )
    }
}
