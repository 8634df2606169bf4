import ArgumentParser
import PhoneSettings
import Presentation

/// The phone's parameters, as this program knows them; no daemon is needed.
struct Parameters: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The phone's parameters: what each is for, its values and its default; no daemon is needed.",
        discussion: """
            NAME is a parameter, a group such as System/Prov, or a part of a name. What is not known is said to be not \
            known, and then every value of the type is taken.
            """
    )
    @Argument(help: "A parameter, a group, or a part of a name; without it all of them.") var name: String?
    @Flag(help: "Print JSON.") var json = false

    private static let dictionary = ParameterDictionary.standard

    func run() throws {
        let found = try Self.matching(name)
        if json {
            try Terminal.printJSON(Report(parameters: found.map(Description.init)))
        } else if let only = found.first, found.count == 1 {
            try Terminal.out(Self.detail(only))
        } else {
            try Terminal.out(Self.table(found))
        }
    }

    private static func matching(_ name: String?) throws -> [ParameterDefinition] {
        guard let name else { return dictionary.definitions }
        if let exact = dictionary[ParameterKey(parsing: name).name] { return [exact] }
        let group = dictionary.definitions.filter { $0.group == name || $0.group.hasPrefix(name + "/") }
        if !group.isEmpty { return group }
        let wanted = name.uppercased()
        let parts = dictionary.definitions.filter { !wanted.isEmpty && $0.name.contains(wanted) }
        if !parts.isEmpty { return parts }
        let nearest = dictionary.nearest(to: name).map { ": did you mean \($0)?" } ?? ""
        throw Failure.wrongUse("there is no parameter \(name)\(nearest)")
    }

    private static func table(_ definitions: [ParameterDefinition]) -> String {
        let rows = definitions.map { definition in
            let name = definition.isLineParameter ? "\(definition.name)_n" : definition.name
            return [name, definition.valuesText, definition.shownDefault ?? "-", definition.meaning]
        }
        return Columns.aligned([["NAME", "VALUES", "DEFAULT", "MEANING"]] + rows)
    }

    private static func detail(_ definition: ParameterDefinition) -> String {
        let place = (definition.section == .initial ? "Initial/" : "Device/") + definition.group
        let rows = [
            ["Name", definition.isLineParameter ? "\(definition.name)_1 to _6, one for each line" : definition.name],
            ["Meaning", definition.meaning],
            ["Values", definition.valuesText],
            ["Unit", definition.unit ?? "none, or not known"],
            ["Default", definition.shownDefault ?? "not known"],
            ["Access", definition.accessText],
            ["Secret", definition.isSecret ? "yes, shown as \(ParameterDictionary.mask)" : "no"],
            ["Place in a file", place],
            ["perm in the template", definition.permissionSeen?.attribute ?? "none"],
            ["Source", definition.source],
        ]
        return Columns.aligned(rows.map { ["\($0[0]):", $0[1]] }) + "\n\n" + legend
    }

    private static let legend = """
        [T] a public provisioning template for these two models: name, group, type, default, perm and access; its values are
            often the factory defaults, which is not proven. [G] the Administrator Guide of the series. [S model] the guide
            of a sibling model. [D] our own reading of name and value, or our decision, where these are silent.
        """

    struct Report: Encodable {
        let parameters: [Description]
    }

    /// One parameter in JSON. What is not known is null.
    struct Description: Encodable {
        let definition: ParameterDefinition

        enum CodingKeys: String, CodingKey {
            case name, group, section, line, type, minimum, maximum, values, form, unit, access, secret, meaning, source
            case defaultValue = "default"
            case permissionSeen
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            var (range, values, form): (ClosedRange<Int>?, [String]?, String?) = (nil, nil, nil)
            switch definition.constraint {
            case .range(let known)?: range = known
            case .oneOf(let known)?: values = known
            case .pattern(let known)?: form = known.rawValue
            case nil: break
            }
            try container.encode(definition.name, forKey: .name)
            try container.encode(definition.group, forKey: .group)
            try container.encode(definition.section == .initial ? "initial" : "device", forKey: .section)
            try container.encode(definition.isLineParameter, forKey: .line)
            try container.encode(definition.type.rawValue, forKey: .type)
            try container.encode(range?.lowerBound, forKey: .minimum)
            try container.encode(range?.upperBound, forKey: .maximum)
            try container.encode(values, forKey: .values)
            try container.encode(form, forKey: .form)
            let shown = definition.isSecret ? definition.shownDefault : definition.defaultValue
            try container.encode(shown, forKey: .defaultValue)
            try container.encode(definition.unit, forKey: .unit)
            try container.encode(definition.access.rawValue, forKey: .access)
            try container.encode(definition.isSecret, forKey: .secret)
            try container.encode(definition.permissionSeen?.attribute, forKey: .permissionSeen)
            try container.encode(definition.meaning, forKey: .meaning)
            try container.encode(definition.source, forKey: .source)
        }
    }
}

extension ParameterDefinition {
    /// The factory default as it may be shown; `nil` when it is not known.
    fileprivate var shownDefault: String? {
        guard let defaultValue else { return nil }
        if defaultValue.isEmpty { return "\"\"" }
        return isSecret ? ParameterDictionary.mask : defaultValue
    }

    /// The values that it takes, for example `integer, 1 to 1440 minutes`.
    fileprivate var valuesText: String {
        let unit = unit.map { " \($0)" } ?? ""
        switch (type, constraint) {
        case (_, .oneOf(let values)?): return values.joined(separator: ", ") + unit
        case (_, .range(let range)?): return "\(range.lowerBound) to \(range.upperBound)\(unit)"
        case (_, .pattern(.timeOfDay)?): return "HH:MM"
        case (_, .pattern(.url)?): return "URL"
        case (.flagYN, _): return "Y, N"
        case (.flagYesNo, _): return "Yes, No"
        case (.integer, _): return "integer\(unit.isEmpty ? "" : ",\(unit)")"
        case (.integers, _): return "integers\(unit.isEmpty ? "" : ",\(unit)")"
        case (.text, _): return "text"
        }
    }

    fileprivate var accessText: String {
        switch access {
        case .administrator: "A, the administrator"
        case .user: "U, the user"
        case .both: "AU, administrator and user"
        }
    }
}
