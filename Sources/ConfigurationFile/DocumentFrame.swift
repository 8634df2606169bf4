import PhoneSettings

/// An element name of the document being read, looked up once however often it comes.
final class ElementName {
    let name: String
    /// The name as messages have it, which may repeat it again and again: a long one is cut.
    let shownName: String
    let definition: ParameterDefinition?
    /// Whether it is the name of a group that the phone has.
    let isKnownGroup: Bool
    /// Whether an empty element of this name may be an empty group: no parameter of the phone has lower-case letters.
    let hasLowerCase: Bool
    let isLine: Bool
    /// The place of what is known about this name in the builder's lists.
    let index: Int

    /// In bytes; every name of the phone is shorter.
    private static let longestShown = 64

    init(_ name: String, index: Int, dictionary: ParameterDictionary) {
        self.name = name
        shownName = name.utf8.count <= Self.longestShown ? name : String(name.prefix(Self.longestShown)) + "…"
        self.index = index
        definition = dictionary[name]
        isKnownGroup = definition == nil && dictionary.groupNames.contains(name)
        hasLowerCase = name.utf8.contains { (0x61...0x7A).contains($0) }
        isLine = name == DocumentNames.line
    }
}

/// An element that has begun and not ended.
struct DocumentFrame {
    /// Which of the document's levels it is.
    enum Kind {
        case root
        case section
        /// A group or a parameter: its content tells.
        case element
    }

    /// The line that elements in here belong to.
    enum LineContext: Equatable {
        case none
        case line(LineNumber)
        /// A `Line` whose number is of no use.
        case unusable
    }

    let element: ElementName
    let kind: Kind
    let section: DocumentSection
    let position: SourcePosition
    var line: LineContext
    /// The names of the groups from the section to here, this one included; empty for a section.
    var path = ""
    /// Whether elements have begun in here, so that it is a group.
    var isGroup = false
    /// Whether it is a parameter that holds elements.
    var isBroken = false
    var attributes = ParameterAttributes()
}

/// `perm` and `access` of an element.
struct ParameterAttributes {
    /// What an attribute's text comes to.
    enum Attribute<Value> {
        case absent
        case meaningless
        case value(Value)

        /// The value, if there is one.
        var value: Value? {
            if case .value(let value) = self { value } else { nil }
        }
    }

    var permission = Attribute<Permission>.absent
    var access = Attribute<Access>.absent

    /// Whether the element has neither.
    var areAbsent: Bool { !permission.isPresent && !access.isPresent }
}
