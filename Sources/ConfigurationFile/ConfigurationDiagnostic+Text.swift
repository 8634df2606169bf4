import PhoneSettings

extension ConfigurationDiagnostic: CustomStringConvertible {
    /// `line:column: severity: message`.
    public var description: String {
        let place = position.map { "\($0): " } ?? ""
        return "\(place)\(severity.rawValue): \(message)"
    }

    /// What was found, and what came of it or what to do.
    public var message: String {
        switch kind {
        case .invalidValue(let key, let problem):
            "the value does not fit \(key): \(problem); left out, as if it were not there"
        case .lineNumber(missing: true):
            "Line has no number: write <Line idx=\"1\"> to <Line idx=\"6\">; its settings are left out"
        case .lineNumber(missing: false):
            "Line has a number that the phone does not have: idx is 1 to 6; its settings are left out"
        case .outsideLine(let name):
            "\(name) belongs to a line: put it inside <Line idx=\"…\">; left out"
        case .elementsInParameter(let name):
            "\(name) holds other elements where its value should stand: is an end tag missing? Left out"
        case .unknownSection(let name):
            "\(name) is neither Initial nor Device, the two parts of a document: everything in it is left out"
        case .fileNamesOutsideInitialFile(let name):
            "\(name) counts only in the initial file, at the provisioning URL; left out"
        case .unknownParameter(let key): Self.unknownParameterMessage(key)
        case .otherGroup(let key, let found, let expected):
            "\(key) stands in \(found.isEmpty ? "no group" : found), but belongs in \(expected); applied all the same"
        case .unknownGroup(let path): "there is no group \(path); nothing stands in it, so nothing is lost"
        case .unusualCase(let found, let usual): "\(found) is usually written \(usual); taken all the same"
        case .unknownAttribute(let name, let element):
            "\(element) has the attribute \(name), which means nothing here; ignored"
        case .unknownPermission(let key):
            "perm of \(key) is none of RW, R, !, !R, !RW; treated as absent, the user may change the value"
        case .unknownAccess(let key): "access of \(key) is none of A, U, AU; treated as absent"
        case .repeated(let key, let earlier):
            "\(key) stands in line \(earlier.line) already; the last one counts"
        case .longURL(let name):
            "\(name) has more than \(ValuePattern.longestDocumentedURL) characters, the most that sibling models take"
        case .unusualKey: "CFG_FILE_KEY is not 32 bytes long, as the phone's guide asks for"
        case .strayText(let element): "text directly inside \(element) belongs to no parameter; ignored"
        case .encoding(let name): "the document is in \(name); write UTF-8, which every model reads"
        case .byteOrderMark: "the document starts with a byte order mark; leave it out, strict readers refuse it"
        case .nothingInside: "the document sets no parameter and names no file"
        case .andMore(let count): "\(count) more messages about this document are not listed"
        }
    }

    /// What it is about: a parameter, an element or an attribute by its name; empty for the document as a whole. It never
    /// holds a value, and does not change when lines move.
    public var subject: String {
        switch kind {
        case .invalidValue(let key, _), .unknownParameter(let key), .otherGroup(let key, _, _),
            .unknownPermission(let key), .unknownAccess(let key), .repeated(let key, _):
            key.description
        case .outsideLine(let name), .elementsInParameter(let name), .unknownSection(let name),
            .fileNamesOutsideInitialFile(let name), .longURL(let name):
            name
        case .unknownGroup(let path): path
        case .unusualCase(let found, _): found
        case .unknownAttribute(let name, let element): "\(element)/@\(name)"
        case .strayText(let element): element
        case .unusualKey: ParameterKey.cfgFileKey.name
        case .lineNumber: DocumentNames.line
        case .encoding, .byteOrderMark, .nothingInside, .andMore: ""
        }
    }

    private static func unknownParameterMessage(_ key: ParameterKey) -> String {
        let meant = ParameterKey(parsing: key.name)
        if let line = meant.line {
            return "\(key.name) is not known; kept. In a file, \(meant.name) of line \(line) is written "
                + "<\(meant.name)> inside <Line idx=\"\(line)\">"
        }
        guard let nearest = ParameterDictionary.standard.nearest(to: key.name) else {
            return "\(key.name) is not known; kept"
        }
        return "\(key.name) is not known: did you mean \(nearest)? Kept"
    }
}
