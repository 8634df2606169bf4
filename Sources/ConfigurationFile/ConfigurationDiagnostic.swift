import PhoneSettings

/// One thing to be said about an accepted document. It never holds a parameter's value, which may be a secret.
public struct ConfigurationDiagnostic: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Hashable, Sendable, Codable {
        /// Settings were left out.
        case error
        /// Everything was applied.
        case warning
    }

    /// What it is.
    public let kind: Kind
    /// The element that it is about, where it starts; `nil` for what concerns the whole document.
    public let position: SourcePosition?

    /// Something to be said about the element that starts at `position`.
    public init(_ kind: Kind, at position: SourcePosition?) {
        self.kind = kind
        self.position = position
    }

    /// What can be said about an accepted document.
    public enum Kind: Hashable, Sendable {
        /// The value does not fit the parameter; what stands before it, or in a lower layer, counts.
        case invalidValue(ParameterKey, ValueProblem)
        /// A `Line` without a number, or with one that the phone does not have: its settings are left out.
        case lineNumber(missing: Bool)
        /// A line's parameter that stands in no `Line` is left out.
        case outsideLine(name: String)
        /// A parameter that holds elements is left out.
        case elementsInParameter(name: String)
        /// A part of the document that is neither `Initial` nor `Device` is left out.
        case unknownSection(name: String)
        /// Only the initial file may name files: left out.
        case fileNamesOutsideInitialFile(name: String)
        /// The phone is not known to have the parameter; it is kept.
        case unknownParameter(ParameterKey)
        /// The parameter usually stands in another group; it is applied.
        case otherGroup(ParameterKey, found: String, expected: String)
        /// The phone is not known to have this group; nothing stands in it.
        case unknownGroup(path: String)
        /// Root, initial or device part in letters that neither the guide nor its examples use; it is taken.
        case unusualCase(found: String, usual: String)
        /// The phone does not look at this attribute.
        case unknownAttribute(name: String, element: String)
        /// `perm` has a text that means nothing; it counts as absent.
        case unknownPermission(ParameterKey)
        /// `access` has a text that means nothing; it counts as absent.
        case unknownAccess(ParameterKey)
        /// The parameter stood before, at `earlier`; the last one counts.
        case repeated(ParameterKey, earlier: SourcePosition)
        /// The URL is longer than the phone's guide allows; it is used.
        case longURL(name: String)
        /// The key has not 32 bytes; it is used.
        case unusualKey
        /// Text that belongs to no parameter is left out.
        case strayText(element: String)
        /// The document is not UTF-8; it was converted.
        case encoding(String)
        /// The document starts with a byte order mark, which strict readers refuse.
        case byteOrderMark
        /// The document sets nothing and names nothing.
        case nothingInside
        /// This many more, which are not listed.
        case andMore(Int)
    }

    /// Whether settings were left out.
    public var severity: Severity {
        switch kind {
        case .invalidValue, .lineNumber, .outsideLine, .elementsInParameter, .unknownSection,
            .fileNamesOutsideInitialFile:
            .error
        case .unknownParameter, .otherGroup, .unknownGroup, .unusualCase, .unknownAttribute, .unknownPermission,
            .unknownAccess, .repeated,
            .longURL, .unusualKey, .strayText, .encoding, .byteOrderMark, .nothingInside, .andMore:
            .warning
        }
    }

    /// A name that stays the same from version to version, for tools that read reports.
    public var code: String {
        switch kind {
        case .invalidValue: "invalid-value"
        case .lineNumber: "line-number"
        case .outsideLine: "outside-line"
        case .elementsInParameter: "elements-in-parameter"
        case .unknownSection: "unknown-section"
        case .fileNamesOutsideInitialFile: "file-names-outside-initial-file"
        case .unknownParameter: "unknown-parameter"
        case .otherGroup: "other-group"
        case .unknownGroup: "unknown-group"
        case .unusualCase: "unusual-case"
        case .unknownAttribute: "unknown-attribute"
        case .unknownPermission: "unknown-permission"
        case .unknownAccess: "unknown-access"
        case .repeated: "repeated-parameter"
        case .longURL: "long-url"
        case .unusualKey: "unusual-key"
        case .strayText: "stray-text"
        case .encoding: "encoding"
        case .byteOrderMark: "byte-order-mark"
        case .nothingInside: "nothing-inside"
        case .andMore: "more"
        }
    }
}
