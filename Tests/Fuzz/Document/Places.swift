import PhoneSettings

/// The lines of a document, to look up what stands at a position.
struct Places {
    private let bytes: [UInt8]
    /// Whether a line of the bytes is a line of the document: not so in UTF-16, nor in a code that XML declares.
    private let isUTF8: Bool

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let start = bytes.dropFirst(hasMark ? 3 : 0).prefix(1_024)
        isUTF8 =
            !bytes.contains(0) && !bytes.starts(with: [0xFF]) && !bytes.starts(with: [0xFE])
            && !hasMark && !start.contains(sequence: "encoding")
    }

    /// A position lies within the document.
    func check(_ position: SourcePosition, _ subject: String) {
        invariant(position.line >= 1 && position.line <= bytes.count + 1, "\(subject) in line \(position.line)")
        guard let column = position.column else { return }
        invariant(column >= 1 && column <= bytes.count + 1, "\(subject) in column \(column)")
    }

    /// A start tag stands at the position, that of `name` when it is given.
    func checkTag(_ position: SourcePosition, _ name: String?) {
        check(position, name ?? "diagnostic")
        guard isUTF8, let column = position.column else { return }
        guard let index = index(line: position.line, column: column), bytes[index] == UInt8(ascii: "<") else {
            return invariant(false, "no tag of \(name ?? "a diagnostic") at \(position)")
        }
        guard let name else { return }
        invariant(bytes[(index + 1)...].starts(with: name.utf8), "not \(name) at \(position)")
    }

    /// The byte at a line and a column in characters, both counted from 1.
    private func index(line: Int, column: Int) -> Int? {
        var index = 0
        var current = 1
        while current < line {
            guard let end = bytes[index...].firstIndex(of: 0x0A) else { return nil }
            index = end + 1
            current += 1
        }
        var characters = 0
        while index < bytes.count {
            if bytes[index] & 0xC0 != 0x80 { characters += 1 }
            if characters == column { return index }
            if bytes[index] == 0x0A { return nil }
            index += 1
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(sequence text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        let pattern = UnsafeBufferPointer(start: text.utf8Start, count: length)
        return (startIndex...(endIndex - length)).contains { self[$0...].starts(with: pattern) }
    }
}
