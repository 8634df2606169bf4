import PhoneSettings

/// A RELAX NG grammar (ISO/IEC 19757-2, XML syntax) of the phone's configuration files, for editors and validators.
///
/// It takes the documents about which `ConfigurationFile.read` as an initial file has nothing to say but what
/// ``invisibleCodes`` lists: no grammar sees that.
public struct ConfigurationSchema: Sendable {
    /// What the grammar cannot see: how often and in which encoding something stands there, and what a value means.
    public static let invisibleCodes: Set<String> = [
        "repeated-parameter", "encoding", "byte-order-mark", "nothing-inside", "unusual-key", "more",
    ]

    private let dictionary: ParameterDictionary
    private var text = ""

    /// The grammar of the parameters in `dictionary`.
    public static func relaxNG(dictionary: ParameterDictionary = .standard) -> String {
        var schema = ConfigurationSchema(dictionary: dictionary)
        schema.write()
        return schema.text
    }

    private init(dictionary: ParameterDictionary) { self.dictionary = dictionary }

    private mutating func line(_ content: String) { text += content + "\n" }

    private mutating func write() {
        line(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- Configuration files of a KX-UTG200B and a KX-UTG300B. Written by phoneprovctl schema. -->
            <grammar xmlns="http://relaxng.org/ns/structure/1.0"
                     xmlns:a="http://relaxng.org/ns/compatibility/annotations/1.0"
                     datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
            """
        )
        start()
        let roots = SchemaGroup.tree(of: dictionary)
        for (section, name) in [(DocumentSection.initial, "initial"), (.device, "device")] {
            define(name, content: (roots[section]?.groups ?? []).map { "group.\($0.path.replacing("/", with: "."))" })
        }
        for section in [DocumentSection.initial, .device] {
            for group in roots[section]?.groups ?? [] { write(group) }
        }
        for definition in dictionary.definitions { write(definition) }
        line(Self.commonPatterns)
        line("</grammar>")
    }

    private mutating func start() {
        line(
            """
              <start>
                <element>
                  \(Self.choice(of: DocumentNames.rootSpellings))
                  <zeroOrMore>
                    <choice>
                      <element>
                        \(Self.choice(of: DocumentNames.initialSpellings))
                        <ref name="initial"/>
                      </element>
                      <element>
                        \(Self.choice(of: DocumentNames.deviceSpellings))
                        <ref name="device"/>
                      </element>
                    </choice>
                  </zeroOrMore>
                </element>
              </start>
            """
        )
    }

    private static func choice(of names: [String]) -> String {
        "<choice>" + names.map { "<name>\($0)</name>" }.joined() + "</choice>"
    }

    private mutating func define(_ name: String, content references: [String]) {
        line("  <define name=\"\(name)\">")
        anyOf(references)
        line("  </define>")
    }

    /// Any of these patterns, in any order, as often as one likes.
    private mutating func anyOf(_ references: [String]) {
        if references.isEmpty { return line("    <empty/>") }
        line("    <zeroOrMore><choice>")
        for name in references { line("      <ref name=\"\(name)\"/>") }
        line("    </choice></zeroOrMore>")
    }

    private mutating func write(_ group: SchemaGroup) {
        line("  <define name=\"group.\(group.path.replacing("/", with: "."))\"><element name=\"\(group.name)\">")
        if group.name == DocumentNames.line { line("    <ref name=\"lineNumber\"/>") }
        anyOf(group.parameters + group.groups.map { "group.\($0.path.replacing("/", with: "."))" })
        line("  </element></define>")
        for inner in group.groups { write(inner) }
    }

    private mutating func write(_ definition: ParameterDefinition) {
        let name = definition.name
        line("  <define name=\"\(name)\"><element name=\"\(name)\">")
        line("    <a:documentation>\(XMLOutput.escaped(definition.meaning))</a:documentation>")
        line("    <ref name=\"permissions\"/>")
        line("    " + pattern(definition))
        line("  </element></define>")
    }

    /// What may stand between the tags. An empty value always fits.
    private func pattern(_ definition: ParameterDefinition) -> String {
        switch (definition.type, definition.constraint) {
        case (.flagYN, _): return "<ref name=\"flagYN\"/>"
        case (.flagYesNo, _): return "<ref name=\"flagYesNo\"/>"
        case (_, .oneOf(let values)?):
            return "<choice><empty/>"
                + values.map { "<value>\(XMLOutput.escaped($0))</value>" }.joined() + "</choice>"
        case (.integer, .range(let range)?):
            return "<choice><empty/><data type=\"long\"><param name=\"pattern\">\\s*-?[0-9]+\\s*</param>"
                + "<param name=\"minInclusive\">\(range.lowerBound)</param>"
                + "<param name=\"maxInclusive\">\(range.upperBound)</param></data></choice>"
        case (.integer, _): return "<ref name=\"integer\"/>"
        case (.integers, _): return "<ref name=\"integers\"/>"
        case (.text, .pattern(.timeOfDay)?): return "<ref name=\"timeOfDay\"/>"
        case (.text, .pattern(.url)?): return "<ref name=\"url\"/>"
        case (.text, .range?), (.text, nil): return "<text/>"
        }
    }

    /// A list has no bounds of its own, as the type long has: what fits 64 bits, digit by digit.
    private static let integerPattern = "(\(atMost(String(Int.max)))|-\(atMost(String(Int.min.magnitude))))"

    private static func atMost(_ greatest: String) -> String {
        let less = greatest.indices.compactMap { index -> String? in
            guard let digit = greatest[index].wholeNumberValue, digit > 0 else { return nil }
            let after = greatest.distance(from: index, to: greatest.endIndex) - 1
            return "\(greatest[..<index])[0-\(digit - 1)][0-9]{\(after)}"
        }
        return "0*([0-9]{1,\(greatest.count - 1)}|\(less.joined(separator: "|"))|\(greatest))"
    }

    private static let commonPatterns = """
          <define name="permissions">
            <optional><attribute name="perm"><choice>
              <value type="string"></value><value type="string">RW</value><value type="string">R</value>
              <value type="string">!</value><value type="string">!RW</value><value type="string">!R</value>
            </choice></attribute></optional>
            <optional><attribute name="access"><choice>
              <value type="string">A</value><value type="string">U</value><value type="string">AU</value>
            </choice></attribute></optional>
          </define>
          <define name="lineNumber">
            <attribute name="idx"><data type="string"><param name="pattern">\\+?0*[1-6]</param></data></attribute>
          </define>
          <define name="flagYN"><choice><empty/><value>Y</value><value>N</value></choice></define>
          <define name="flagYesNo"><choice><empty/><value>Yes</value><value>No</value></choice></define>
          <define name="integer">
            <choice><empty/><data type="long"><param name="pattern">\\s*-?[0-9]+\\s*</param></data></choice>
          </define>
          <define name="integers">
            <choice><empty/><data type="token"><param name="pattern">\(integerPattern)(,\(integerPattern))*</param></data></choice>
          </define>
          <define name="timeOfDay">
            <choice><empty/>
              <data type="token"><param name="pattern">([01][0-9]|2[0-3]):[0-5][0-9]</param></data></choice>
          </define>
          <define name="url">
            <choice><empty/>
              <data type="token"><param name="maxLength">\(ValuePattern.longestDocumentedURL)</param></data></choice>
          </define>
        """
}

/// A group of a document, with what may stand in it.
private struct SchemaGroup {
    let path: String
    var parameters: [String] = []
    var groups: [SchemaGroup] = []

    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// The groups of both parts of a document, in the dictionary's order.
    static func tree(of dictionary: ParameterDictionary) -> [DocumentSection: SchemaGroup] {
        var roots: [DocumentSection: SchemaGroup] = [:]
        for definition in dictionary.definitions {
            roots[definition.section, default: SchemaGroup(path: "")]
                .insert(definition.name, at: definition.group.split(separator: "/").map(String.init)[...])
        }
        for path in ParameterDictionary.emptyGroups.sorted() {
            roots[.device]?.insert(nil, at: path.split(separator: "/").map(String.init)[...])
        }
        return roots
    }

    /// A parameter in its group, or a group alone.
    private mutating func insert(_ parameter: String?, at rest: ArraySlice<String>) {
        guard let first = rest.first else {
            if let parameter { parameters.append(parameter) }
            return
        }
        let inner = path.isEmpty ? first : path + "/" + first
        let index = groups.firstIndex { $0.path == inner } ?? groups.count
        if index == groups.count { groups.append(SchemaGroup(path: inner)) }
        groups[index].insert(parameter, at: rest.dropFirst())
    }
}
