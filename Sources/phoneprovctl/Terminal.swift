import FoundationEssentials
import Glibc

/// What goes to the screen.
enum Terminal {
    /// Colour only for people who want it: on a terminal, and without NO_COLOR (no-color.org).
    static let isColoured =
        isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
        && getenv("TERM").map { String(cString: $0) } != "dumb"

    /// A text in one of the sixteen colours, where colour is wanted.
    static func coloured(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    enum Colour: Int {
        case red = 31
        case green = 32
        case yellow = 33
        case bold = 1
        case dim = 2
    }

    /// What came from a network must not move the cursor: control characters are shown, not sent.
    static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isControl(scalar) {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    }

    /// Lines to stdout. A script must be able to rely on status 0, so what cannot be written is an error.
    ///
    /// - Throws: ``Failure``.
    static func out(_ text: String) throws {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
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
            _ = write(STDERR_FILENO, &bytes, bytes.count)
        }
    }

    /// A document for other programs, with stable key order.
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try out(String(decoding: try encoder.encode(Versioned(value: value)), as: UTF8.self))
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

    /// Rows with their columns under each other. The last column is as wide as it likes.
    static func aligned(_ rows: [[String]], indent: String = "") -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = indent
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }.joined(separator: "\n")
    }
}
