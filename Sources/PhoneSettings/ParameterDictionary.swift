/// The parameters that the phone has, in the order in which its configuration files write them.
public struct ParameterDictionary: Sendable {
    /// Every parameter, those of a group together.
    public let definitions: [ParameterDefinition]
    private let indices: [String: Int]
    /// The names of all groups and of the elements that groups are made of: `System`, `Prov`, `Line` and so on.
    public let groupNames: Set<String>
    private let groupPaths: [DocumentSection: Set<String>]

    /// The parameters of a KX-UTG200B and a KX-UTG300B.
    public static let standard: ParameterDictionary = {
        do {
            return try ParameterDictionary(tsv: PackageResources.parameters_tsv)
        } catch {
            // The table is compiled into the program, so only a build from a damaged source tree gets here.
            fatalError("The table of parameters in this program is damaged: \(error)")
        }
    }()

    /// A dictionary of these parameters. Of two with one name, the first stands.
    public init(_ definitions: [ParameterDefinition]) {
        self.definitions = definitions
        indices = Dictionary(definitions.enumerated().map { ($1.name, $0) }) { first, _ in first }
        groupNames = Set(definitions.flatMap { $0.group.split(separator: "/").map(String.init) })
        var paths: [DocumentSection: Set<String>] = [:]
        for definition in definitions {
            let parts = definition.group.split(separator: "/")
            for count in 0..<parts.count {
                paths[definition.section, default: []].insert(parts[...count].joined(separator: "/"))
            }
        }
        paths[.device]?.formUnion(Self.emptyGroups)
        groupPaths = paths
    }

    /// Groups of the device part that have no parameters (public template for these models).
    public static let emptyGroups: Set<String> = ["Lines/Codec"]

    /// Whether a part of a configuration file has the group `path`, for example `System/Prov` or `System`.
    public func hasGroup(_ path: String, in section: DocumentSection) -> Bool {
        groupPaths[section]?.contains(path) ?? false
    }

    /// The parameter of this name; `nil` when the phone is not known to have one. Upper and lower case matter.
    public subscript(name: String) -> ParameterDefinition? {
        indices[name].map { definitions[$0] }
    }

    /// Where the parameter stands in `definitions`; `nil` when it is not known.
    public func index(of name: String) -> Int? { indices[name] }

    /// The factory default of `key`: `nil` when it is not known, and for a line's parameter without a line.
    public func defaultValue(of key: ParameterKey) -> String? {
        guard let definition = self[key.name], definition.isLineParameter == (key.line != nil) else { return nil }
        return definition.defaultValue
    }

    /// Why `value` does not fit `key`; `nil` when it does, and for a parameter that is not known as long as the
    /// value can stand in a configuration file at all.
    public func validate(_ value: String, for key: ParameterKey) -> ValueProblem? {
        if let definition = self[key.name] { return definition.validate(value) }
        guard value.utf8.count <= ParameterDefinition.maximumValueBytes else {
            return .tooLong(limit: ParameterDefinition.maximumValueBytes)
        }
        return value.canStandInXML ? nil : .controlCharacter
    }
}
