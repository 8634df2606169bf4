/// XML text under construction, indented by four blanks a level.
struct XMLOutput {
    private(set) var text = ""
    private var open: [String] = []
    /// The groups that are open inside the part being written.
    private var groups: [String] = []

    mutating func line(_ content: String) { text += content + "\n" }

    mutating func open(_ name: String, attributes: String = "") {
        indent()
        line("<\(name)\(attributes)>")
        open.append(name)
    }

    mutating func close() {
        guard let name = open.popLast() else { return }
        indent()
        line("</\(name)>")
    }

    mutating func leaf(_ name: String, _ value: String, attributes: String = "") {
        indent()
        line("<\(name)\(attributes)>\(Self.escaped(value))</\(name)>")
    }

    /// Closes and opens groups so that `path` is open.
    mutating func moveTo(_ path: [String]) {
        let shared = zip(groups, path).prefix { $0 == $1 }.count
        while groups.count > shared {
            groups.removeLast()
            close()
        }
        for name in path[shared...] {
            open(name)
            groups.append(name)
        }
    }

    /// Groups from here on are counted anew; the result is for `leave`.
    mutating func enter() -> [String] {
        let outer = groups
        groups = []
        return outer
    }

    /// Closes what was opened since `enter`.
    mutating func leave(_ outer: [String]) {
        moveTo([])
        groups = outer
    }

    private mutating func indent() { text += String(repeating: "    ", count: open.count) }

    /// Text with the characters replaced that XML reserves, and carriage returns, which a reader would turn into
    /// line feeds (XML 1.0, section 2.11). Control characters, which XML cannot hold, become U+FFFD.
    static func escaped(_ value: String) -> String {
        var result = ""
        result.reserveCapacity(value.utf8.count)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\r": result += "&#13;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar.value < 0x20 ? "\u{FFFD}" : scalar)
            }
        }
        return result
    }
}
