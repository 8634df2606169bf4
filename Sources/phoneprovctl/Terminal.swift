import FoundationEssentials
import Glibc
import Presentation

/// What goes to the screen.
enum Terminal {
    /// Colour only for people who want it: on a terminal, and without NO_COLOR (no-color.org).
    static let style = Style(isColoured: isTerminal(STDOUT_FILENO) && wantsColour)

    private static let wantsColour =
        getenv("NO_COLOR").map { $0.pointee == 0 } ?? true && getenv("TERM").map { String(cString: $0) } != "dumb"

    static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Whether the cursor can be moved there.
    static func isScreen(_ descriptor: CInt) -> Bool {
        isTerminal(descriptor) && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// The terminal's size in characters; 80 by 24 where it does not say.
    static func size(_ descriptor: CInt) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// What came from a network must not move the cursor: control characters are shown, not sent.
    static func safe(_ text: String) -> String { SafeText.of(text) }

    /// Lines to stdout. A script must be able to rely on status 0, so what cannot be written is an error.
    ///
    /// - Throws: ``Failure``.
    static func out(_ text: String) throws { try write(text + "\n", to: STDOUT_FILENO) }

    /// Text as it stands.
    ///
    /// - Throws: ``Failure``.
    static func write(_ text: String, to descriptor: CInt) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw Failure.untrue("standard output cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// A line to stderr, with the program's name.
    static func complain(_ text: String) { complainAsIs("phoneprovctl: \(text)") }

    /// Lines to stderr as they stand, each made safe.
    static func complainAsIs(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var bytes = Array("\(safe(String(line)))\n".utf8)
            _ = Glibc.write(STDERR_FILENO, &bytes, bytes.count)
        }
    }

    /// A document for other programs, with stable key order.
    ///
    /// - Parameters:
    ///   - isCompact: on one line, for a stream of documents.
    ///   - versioned: whether our own version of the document's form stands in it; not in the forms of others.
    static func printJSON(_ value: some Encodable, isCompact: Bool = false, versioned: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isCompact { encoder.outputFormatting.insert(.prettyPrinted) }
        let bytes = versioned ? try encoder.encode(Versioned(value: value)) : try encoder.encode(value)
        try out(String(decoding: bytes, as: UTF8.self))
    }

    /// A document with the version of its form. A key that is added does not change it; one that goes, or means
    /// something else, does.
    private struct Versioned<Value: Encodable>: Encodable {
        let value: Value

        enum CodingKeys: CodingKey {
            case version
        }

        func encode(to encoder: any Encoder) throws {
            try value.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(1, forKey: .version)
        }
    }

    /// A line that is typed without being shown, for a secret.
    static func readSecret(prompt: String) -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return readLine() }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        try? write(prompt, to: STDERR_FILENO)
        _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            _ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            try? write("\n", to: STDERR_FILENO)
        }
        return readLine()
    }
}
