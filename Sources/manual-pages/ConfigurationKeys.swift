/// The keys of an annotated configuration file: each with the comment above it and the value that stands there.
struct ConfigurationKeys {
    /// A key, or a section of keys, which has no value.
    struct Key: Equatable {
        /// With the section before it: `sipPnP.localPort`.
        let name: String
        let value: String?
        let description: String
    }

    private(set) var keys: [Key] = []

    /// Reads the annotated file, which is YAML of two levels and a list.
    init(_ text: String) {
        var comment: [Substring] = []
        var section: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.drop { $0 == " " || $0 == "-" }
            if content.isEmpty {
                comment = []
            } else if content.hasPrefix("#") {
                comment.append(content.dropFirst().drop { $0 == " " })
            } else if let colon = content.firstIndex(of: ":") {
                let name = content[..<colon]
                let value = content[content.index(after: colon)...].drop { $0 == " " }
                let isInner = line.hasPrefix(" ")
                if !isInner { section = value.isEmpty ? name : nil }
                let full = isInner ? section.map { "\($0).\(name)" } ?? String(name) : String(name)
                keys.append(
                    Key(
                        name: full,
                        value: value.isEmpty ? nil : String(value),
                        description: comment.joined(separator: "\n")
                    )
                )
                comment = []
            }
        }
    }

    /// As entries of a list.
    var lines: [String] {
        let entries = keys.flatMap { key -> [String] in
            var lines = [".It Sy " + Mdoc.word(key.name)] + Mdoc.paragraphs(key.description)
            if let value = key.value {
                let isEmpty = value == "\"\"" || value == "[]"
                lines.append(isEmpty ? "As shipped it is empty." : "As shipped:\n.Li \(Mdoc.word(value))")
            }
            return lines
        }
        return [".Bl -tag -width Ds"] + entries + [".El"]
    }
}
