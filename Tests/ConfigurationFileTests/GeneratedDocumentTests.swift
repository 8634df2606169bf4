import CXML2
import ConfigurationFile
import PhoneSettings
import Testing

/// Documents that nobody would write by hand, up to the largest that the phone takes, held against libxml2's own tree.
@Suite struct GeneratedDocumentTests {
    /// A parameter as libxml2's tree has it.
    private struct Leaf: Equatable {
        let name: String
        let line: String
        let value: String
    }

    @Test(arguments: 1...24)
    func whatLibxml2ReadsIsReadAndRoundTrips(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed) &* 7919)
        // From a few parameters to the limit.
        let limit = seed % 3 == 0 ? ConfigurationFile.maximumBytes : 1_000 * seed
        let text = Self.document(of: limit, using: &generator)
        let bytes = Array(text.utf8)
        #expect(bytes.count <= ConfigurationFile.maximumBytes)
        if seed % 3 == 0 { #expect(bytes.count > ConfigurationFile.maximumBytes - 1_000) }

        let document = try ConfigurationFile.read(bytes, as: .standard)
        #expect(!document.hasErrors, "\(document.diagnostics.first { $0.severity == .error }?.description ?? "")")
        // Of a parameter that stands twice, the last one counts.
        var expected: [ParameterKey: String] = [:]
        for leaf in try Self.leaves(of: bytes) {
            let line = Int(leaf.line).flatMap(LineNumber.init(rawValue:))
            expected[ParameterKey(leaf.name, line: line)] = leaf.value
        }
        #expect(Dictionary(document.settings.map { ($0.key, $0.value) }) { $1 } == expected)

        let written = ConfigurationWriter().document(settings: document.settings)
        guard written.utf8.count <= ConfigurationFile.maximumBytes else { return }
        let again = try ConfigurationFile.read(Array(written.utf8), as: .standard)
        #expect(Set(again.settings.map(Self.withoutPlace)) == Set(document.settings.map(Self.withoutPlace)))
        #expect(ConfigurationWriter().document(settings: again.settings) == written)
    }

    private static func withoutPlace(_ setting: Setting) -> Setting {
        Setting(key: setting.key, value: setting.value, permission: setting.permission, access: setting.access)
    }

    // MARK: Generating

    private static func document(of limit: Int, using generator: inout SeededGenerator) -> String {
        let device = ParameterDictionary.standard.definitions.filter {
            $0.section == .device && $0.type == .text && $0.constraint == nil
        }
        let end = "</Device></PANASIPPhoneConfig>"
        var text = Bool.random(using: &generator) ? "<?xml version='1.0' encoding='utf-8'?>" : ""
        text += "<PANASIPPhoneConfig><Device>"
        while true {
            guard let definition = device.randomElement(using: &generator) else { return text + end }
            let isUnknown = Int.random(in: 0..<4, using: &generator) == 0
            let name = isUnknown ? "NEW_\(Int.random(in: 0..<200, using: &generator))" : definition.name
            let line = definition.isLineParameter ? Int.random(in: 1...6, using: &generator) : nil
            let parts = definition.group.split(separator: "/").map { part in
                part == "Line" ? ("<Line\n\tidx = '\(line ?? 1)' >", "</Line >") : ("<\(part)>", "</\(part)\n>")
            }
            let attributes = ["", " perm='!R'", " access=\"AU\"", " perm = \"!\"\n access='A'"]
            let next =
                noise(&generator) + parts.map(\.0).joined()
                + "<\(name)\(attributes.randomElement(using: &generator) ?? "")>" + value(&generator) + "</\(name)>"
                + parts.reversed().map(\.1).joined()
            // What is missing to the limit is filled with a comment.
            guard text.utf8.count + next.utf8.count + end.utf8.count + 7 <= limit else {
                let rest = limit - text.utf8.count - end.utf8.count - 7
                return text + "<!--" + String(repeating: "x", count: max(0, rest)) + "-->" + end
            }
            text += next
        }
    }

    private static func noise(_ generator: inout SeededGenerator) -> String {
        ["", "", "\n", "\r\n\t", "<!-- < & > -->", "<?note a='b'?>", " "].randomElement(using: &generator) ?? ""
    }

    private static func value(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Zürich", "漢字", "🙂", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x1F4DE;",
            "<![CDATA[<&>]]>",
            " ", "\n", "\t", "&#13;", "]]", "<!-- c -->", "<?p?>", "{MAC}", "'\"",
        ]
        let count = Int.random(in: 0...8, using: &generator)
        return (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    // MARK: libxml2's tree

    private static func leaves(of bytes: [UInt8]) throws -> [Leaf] {
        let tree = try #require(
            bytes.withUnsafeBytes {
                xmlReadMemory(
                    $0.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32($0.count),
                    nil,
                    nil,
                    Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue)
                )
            }
        )
        defer { xmlFreeDoc(tree) }
        var leaves: [Leaf] = []
        collect(xmlDocGetRootElement(tree), line: "", into: &leaves)
        return leaves
    }

    private static func collect(_ node: xmlNodePtr?, line: String, into leaves: inout [Leaf]) {
        guard let node else { return }
        let name = String(cString: node.pointee.name)
        var line = line
        if name == "Line" {
            line = content(node.pointee.properties?.pointee.children) ?? ""
        }
        var child = node.pointee.children
        var hasElements = false
        while let current = child {
            if current.pointee.type == XML_ELEMENT_NODE {
                hasElements = true
                collect(current, line: line, into: &leaves)
            }
            child = current.pointee.next
        }
        let isGroup = hasElements || ParameterDictionary.standard.groupNames.contains(name) || name == "Device"
        if !isGroup {
            var text = ""
            var part = node.pointee.children
            while let current = part {
                text += content(current) ?? ""
                part = current.pointee.next
            }
            let blanks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\r"]
            let scalars = text.unicodeScalars.drop { blanks.contains($0) }
            let end = scalars.lastIndex { !blanks.contains($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
            leaves.append(Leaf(name: name, line: line, value: String(scalars[..<end])))
        }
    }

    /// The content of a text or CDATA node.
    private static func content(_ node: xmlNodePtr?) -> String? {
        guard let node, node.pointee.type == XML_TEXT_NODE || node.pointee.type == XML_CDATA_SECTION_NODE else {
            return nil
        }
        return node.pointee.content.map { String(cString: $0) }
    }
}
