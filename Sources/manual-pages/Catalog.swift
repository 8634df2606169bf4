/// The journal's catalog of messages: identifiers and subjects.
struct Catalog {
    /// Each message's identifier and subject, in the order of the file.
    let entries: [(identifier: String, subject: String)]

    /// Reads the text of a catalog file (catalog.7 of systemd: `-- ID`, then header fields).
    init(_ text: String) {
        var entries: [(String, String)] = []
        var identifier: Substring?
        for line in text.split(separator: "\n") {
            if line.hasPrefix("-- ") {
                identifier = line.dropFirst(3)
            } else if line.hasPrefix("Subject: "), let current = identifier {
                entries.append((String(current), String(line.dropFirst("Subject: ".count))))
                identifier = nil
            }
        }
        self.entries = entries
    }

    /// As entries of a list. A field in a subject is named by what it stands for.
    var lines: [String] {
        let items = entries.flatMap { identifier, subject in
            [".It Li " + Mdoc.word(identifier), Mdoc.text(Self.withoutFields(subject)) + "."]
        }
        return [".Bl -tag -width Ds"] + items + [".El"]
    }

    private static func withoutFields(_ subject: String) -> String {
        subject.split(separator: " ").map { word in
            switch word {
            case "@PHONE_MAC@": "MAC"
            case "@PROVISIONING_PARAMETER@": "A setting"
            default: String(word)
            }
        }.joined(separator: " ")
    }
}
