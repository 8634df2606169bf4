import PhoneSettings

extension ParameterAttributes.Attribute {
    /// Whether the attribute is there.
    var isPresent: Bool {
        if case .absent = self { false } else { true }
    }
}

extension DocumentBuilder {
    /// `perm` and `access`; any other attribute is noted.
    mutating func parameterAttributes(
        _ attributes: SAXAttributes,
        of element: String,
        at position: SourcePosition
    ) -> ParameterAttributes {
        var result = ParameterAttributes()
        attributes.forEach { name, value in
            let text = String(decoding: value, as: UTF8.self)
            switch name {
            case "perm": result.permission = Permission(attribute: text).map { .value($0) } ?? .meaningless
            case "access": result.access = Access(rawValue: text).map { .value($0) } ?? .meaningless
            case let other: note(.unknownAttribute(name: other, element: element), at: position)
            }
        }
        return result
    }

    /// The line that a `Line` stands for.
    mutating func line(_ attributes: SAXAttributes, at position: SourcePosition) -> DocumentFrame.LineContext {
        var result = DocumentFrame.LineContext.unusable
        var isMissing = true
        attributes.forEach { name, value in
            guard name == DocumentNames.lineNumber else {
                return note(.unknownAttribute(name: name, element: DocumentNames.line), at: position)
            }
            isMissing = false
            if let number = Int(String(decoding: value, as: UTF8.self)), let line = LineNumber(rawValue: number) {
                result = .line(line)
            }
        }
        if result == .unusable { note(.lineNumber(missing: isMissing), at: position) }
        return result
    }

    /// Notes `perm` and `access` of an element that turns out to be a group.
    mutating func noteParameterAttributes(ofGroup frame: DocumentFrame) {
        if frame.attributes.permission.isPresent {
            note(.unknownAttribute(name: "perm", element: frame.element.shownName), at: frame.position)
        }
        if frame.attributes.access.isPresent {
            note(.unknownAttribute(name: "access", element: frame.element.shownName), at: frame.position)
        }
    }

    /// A declaration of a namespace is an attribute too.
    mutating func noteNamespace(of element: String, at position: SourcePosition) {
        note(.unknownAttribute(name: "xmlns", element: element), at: position)
    }

    /// Notes every attribute of an element that has none.
    mutating func noteUnknown(_ attributes: SAXAttributes, of element: String, at position: SourcePosition) {
        attributes.forEach { name, _ in
            note(.unknownAttribute(name: name, element: element), at: position)
        }
    }
}
