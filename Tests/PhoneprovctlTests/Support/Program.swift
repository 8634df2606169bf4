import Foundation

/// The program under test, as it was built beside these tests.
enum Program {
    static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "phoneprovctl").path

    /// What it wrote and how it ended, as a person sees it: the command, its output, what went to stderr, the status.
    static func transcript(
        _ words: [String],
        socket: String,
        input: String = "",
        environment: [String: String] = [:]
    ) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["--socket", socket] + words
        var variables = ["PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "COLUMNS": "80"]
        variables.merge(environment) { $1 }
        process.environment = variables
        let files = ["in", "out", "err"].map { _ in
            FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        for (file, text) in zip(files, [input, "", ""]) { try Data(text.utf8).write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        let output = String(decoding: try Data(contentsOf: files[1]), as: UTF8.self)
        let errors = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
        var text = "$ phoneprovctl \(words.joined(separator: " "))\n" + output
        if !errors.isEmpty { text += errors.split(separator: "\n").map { "! \($0)\n" }.joined() }
        if process.terminationStatus != 0 { text += "[exit status \(process.terminationStatus)]\n" }
        return text.replacing(socket, with: "SOCKET")
    }
}
