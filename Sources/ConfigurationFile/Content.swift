/// Tells what a body is when it is not the XML document that it should be.
enum Content {
    static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    /// How far into a body a misplaced XML declaration is looked for: more than any PHP warning before it.
    static let declarationSearch = 4096

    static func startsWithMark(_ bytes: [UInt8]) -> Bool { bytes.starts(with: utf8Mark) }

    /// The encoding that the first bytes tell (XML 1.0, appendix F.1).
    static func encoding(_ bytes: [UInt8]) -> String {
        switch Array(bytes.prefix(2)) {
        case [0xFF, 0xFE], [0xFE, 0xFF], [0x3C, 0], [0, 0x3C]: "UTF-16"
        default: "UTF-8"
        }
    }

    /// The encoding that libxml2 reads a document in: what is declared counts unless the first bytes tell UTF-16.
    static func encoding(_ bytes: [UInt8], declared: String?) -> String {
        let told = encoding(bytes)
        guard let declared, told == "UTF-8" || declared.uppercased().hasPrefix(told) else { return told }
        return declared
    }

    /// Refuses bodies that are known for something else.
    static func check(_ bytes: [UInt8]) throws(ConfigurationFileError) {
        let text = trimmedStart(bytes)
        guard !text.isEmpty else { throw .empty }
        if let kind = BinaryKind(content: bytes) { throw .binary(kind) }
        if starts(text, with: "# Panasonic SIP Phone Standard Format File #") {
            throw .foreignDialect(.panasonicText)
        }
        if starts(text, with: "# PCC Standard Format File #") { throw .foreignDialect(.pccText) }
        if starts(text, with: "access denied") { throw .accessDenied }
        if starts(text, with: "invalid mac") { throw .invalidMACAddress }
        if startsLikeJSON(text) { throw .json }
        if ["<br />\n<b>", "PHP Warning:", "PHP Fatal error:", "Fatal error:", "Warning:", "Parse error:"]
            .contains(where: { starts(text, with: $0) })
        {
            throw phpMessage(bytes)
        }
        let markup = afterComments(text)
        if ["<!doctype html", "<html", "<head", "<body"].contains(where: { starts(markup, with: $0) }) {
            throw .htmlPage
        }
    }

    /// Whether an element of this name begins what a web server sends for people, often without an html element.
    static func isOfHTML(_ name: String) -> Bool {
        [
            "html", "head", "title", "meta", "script", "body", "h1", "h2", "h3", "p", "b", "div", "center", "pre",
            "table",
        ].contains(name.lowercased())
    }

    /// An object or a list: other texts with a brace or a bracket first are a template's or an INI file's.
    private static func startsLikeJSON(_ text: ArraySlice<UInt8>) -> Bool {
        guard let second = text.dropFirst().first(where: { !isBlank($0) }) else { return false }
        return switch text.first {
        case UInt8(ascii: "{"): second == UInt8(ascii: "\"") || second == UInt8(ascii: "}")
        case UInt8(ascii: "["): "[]{\"-0123456789".utf8.contains(second)
        default: false
        }
    }

    /// The text behind comments that stand first.
    private static func afterComments(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while rest.starts(with: "<!--".utf8), let end = rest.firstRange(of: "-->".utf8) {
            rest = rest[end.upperBound...].drop(while: isBlank)
        }
        return rest
    }

    /// A better word for a parser's error, where the bytes tell one.
    static func explain(_ error: ConfigurationFileError, of bytes: [UInt8]) -> ConfigurationFileError {
        switch error {
        case .notWellFormed, .wrongRoot: break
        default: return error
        }
        let start = startsWithMark(bytes) ? utf8Mark.count : 0
        if let declaration = declaration(in: bytes, from: start), declaration > start {
            return .contentBeforeDeclaration(bytes: declaration - start)
        }
        if encoding(bytes) != "UTF-8" || trimmedStart(bytes).first == UInt8(ascii: "<") { return error }
        return isText(bytes) ? .notXML : .binary(.other)
    }

    /// A document may follow what PHP says, and then it is what stands before it that has to go.
    private static func phpMessage(_ bytes: [UInt8]) -> ConfigurationFileError {
        let start = startsWithMark(bytes) ? utf8Mark.count : 0
        guard let declaration = declaration(in: bytes, from: start) else { return .phpMessage }
        return .contentBeforeDeclaration(bytes: declaration - start)
    }

    /// Where the XML declaration stands, unless the phone's root element has begun before it.
    private static func declaration(in bytes: [UInt8], from start: Int) -> Int? {
        let pattern = Array("<?xml ".utf8)
        let end = min(bytes.count, declarationSearch) - pattern.count
        guard start <= end else { return nil }
        guard let found = (start...end).first(where: { bytes[$0...].starts(with: pattern) }) else { return nil }
        let root = Array("<panasip".utf8)
        let before = bytes[start..<found].map(lowerCased)
        return before.indices.contains { before[$0...].starts(with: root) } ? nil : found
    }

    /// Whether the bytes are text that a person can read: no control characters, and mostly UTF-8 or Latin letters.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        !bytes.contains { $0 < 0x20 && !isBlank($0) && $0 != 0xC || $0 == 0x7F }
    }

    /// The bytes after a byte order mark and blanks.
    static func trimmedStart(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes[(startsWithMark(bytes) ? utf8Mark.count : 0)...].drop(while: isBlank)
    }

    /// Space, tab, line feed, carriage return: what XML calls white space.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x9 || byte == 0xA || byte == 0xD }

    private static func starts(_ text: ArraySlice<UInt8>, with pattern: String) -> Bool {
        text.prefix(pattern.utf8.count).map(lowerCased).elementsEqual(pattern.utf8.map(lowerCased))
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }
}
