/// Why a table of parameters could not be read.
public enum ParameterDictionaryError: Error, Hashable, Sendable {
    /// The table is not UTF-8.
    case notUTF8
    /// The line has another number of columns.
    case columns(line: Int, found: Int)
    /// The column of the line holds a text that it cannot hold.
    case badCell(line: Int, column: String)
    /// The name stands twice.
    case duplicateName(line: Int, name: String)
}

extension ParameterDictionary {
    /// The columns of the table, in order.
    static let columns = [
        "group", "name", "type", "constraint", "default", "perm", "access", "secret", "unit", "meaning", "source",
    ]

    /// Reads a table: one parameter a line, columns separated by tabs, `#` before comments.
    ///
    /// A default of `-` means that none is known; an empty one is the empty value.
    public init(tsv bytes: [UInt8]) throws(ParameterDictionaryError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        var definitions: [ParameterDefinition] = []
        var names: Set<String> = []
        for (index, row) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if row.isEmpty || row.first == "#" { continue }
            let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard cells.count == Self.columns.count else { throw .columns(line: index + 1, found: cells.count) }
            let definition = try ParameterDefinition(cells: cells, line: index + 1)
            guard names.insert(definition.name).inserted else {
                throw .duplicateName(line: index + 1, name: definition.name)
            }
            definitions.append(definition)
        }
        self.init(definitions)
    }
}

extension ParameterDefinition {
    fileprivate convenience init(cells: [String], line: Int) throws(ParameterDictionaryError) {
        guard let type = ParameterType(rawValue: cells[2]) else { throw .badCell(line: line, column: "type") }
        let constraint = try cells[3].isEmpty ? nil : Self.constraint(cells[3], line: line)
        guard let access = Access(rawValue: cells[6]) else { throw .badCell(line: line, column: "access") }
        var permission: Permission?
        if !cells[5].isEmpty {
            guard let seen = Permission(attribute: cells[5]) else { throw .badCell(line: line, column: "perm") }
            permission = seen
        }
        guard cells[7].isEmpty || cells[7] == "secret" else { throw .badCell(line: line, column: "secret") }
        guard cells[9].hasSuffix(".") else { throw .badCell(line: line, column: "meaning") }
        self.init(
            group: cells[0],
            name: cells[1],
            type: type,
            constraint: constraint,
            defaultValue: cells[4] == "-" ? nil : cells[4],
            permissionSeen: permission,
            access: access,
            isSecret: cells[7] == "secret",
            unit: cells[8].isEmpty ? nil : cells[8],
            meaning: cells[9],
            source: cells[10]
        )
        if let value = defaultValue, validate(value) != nil { throw .badCell(line: line, column: "default") }
    }

    private static func constraint(_ text: String, line: Int) throws(ParameterDictionaryError) -> ParameterConstraint {
        if let pattern = ValuePattern(rawValue: text) { return .pattern(pattern) }
        if let dots = text.firstRange(of: "..") {
            guard let low = Int(text[..<dots.lowerBound]), let high = Int(text[dots.upperBound...]), low <= high else {
                throw .badCell(line: line, column: "constraint")
            }
            return .range(low...high)
        }
        return .oneOf(text.split(separator: "|").map(String.init))
    }
}
