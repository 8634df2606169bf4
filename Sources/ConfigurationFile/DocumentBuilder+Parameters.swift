import PhoneSettings

extension DocumentBuilder {
    /// An element without elements inside has ended: `value` is its text without blanks around it.
    mutating func finish(_ frame: DocumentFrame, _ value: String) {
        let element = frame.element
        // What is said about the Line itself covers everything in it.
        if frame.isBroken || frame.line == .unusable { return }
        if element.isKnownGroup {
            if !value.isEmpty { note(.strayText(element: element.name), at: frame.position) }
            noteGroup(frame)
            return noteParameterAttributes(ofGroup: frame)
        }
        if element.definition == nil, element.hasLowerCase, value.isEmpty, frame.attributes.areAbsent {
            return noteGroup(frame)
        }
        guard let definition = element.definition else { return keepUnknown(frame, value) }
        if let problem = definition.validate(value) {
            return note(.invalidValue(key(of: frame), problem), at: frame.position)
        }
        if definition.isLineParameter, frame.line == .none {
            return note(.outsideLine(name: element.name), at: frame.position)
        }
        if definition.section == .initial, role != .initial {
            return note(.fileNamesOutsideInitialFile(name: element.name), at: frame.position)
        }
        let key = key(of: frame)
        noteGroup(of: key, definition: definition, frame: frame)
        if definition.constraint == .pattern(.url), value.unicodeScalars.count > ValuePattern.longestDocumentedURL {
            note(.longURL(name: element.name), at: frame.position)
        }
        if definition.section == .initial { return name(key, value, frame) }
        if definition.isSecret, key == .cfgFileKey, !value.isEmpty, value.utf8.count != Self.documentedKeyBytes {
            note(.unusualKey, at: frame.position)
        }
        keep(key, value, frame)
    }

    /// The length of a key that the guide asks for, in bytes.
    private static let documentedKeyBytes = 32

    private func key(of frame: DocumentFrame) -> ParameterKey {
        if case .line(let line) = frame.line, frame.element.definition?.isLineParameter ?? true {
            return ParameterKey(frame.element.name, line: line)
        }
        return ParameterKey(frame.element.name)
    }

    private mutating func keepUnknown(_ frame: DocumentFrame, _ value: String) {
        let key = key(of: frame)
        note(.unknownParameter(key), at: frame.position)
        keep(key, value, frame)
    }

    private mutating func noteMeaninglessAttributes(_ key: ParameterKey, _ frame: DocumentFrame) {
        if case .meaningless = frame.attributes.permission { note(.unknownPermission(key), at: frame.position) }
        if case .meaningless = frame.attributes.access { note(.unknownAccess(key), at: frame.position) }
    }

    private mutating func keep(_ key: ParameterKey, _ value: String, _ frame: DocumentFrame) {
        noteMeaninglessAttributes(key, frame)
        let slot = key.line?.rawValue ?? 0
        let earlier = Int(last[frame.element.index][slot])
        if earlier >= 0 {
            replaced.append(earlier)
            if let position = settings[earlier].position {
                note(.repeated(key, earlier: position), at: frame.position)
            }
        }
        last[frame.element.index][slot] = Int32(truncatingIfNeeded: settings.count)
        settings.append(
            Setting(
                key: key,
                value: value,
                permission: frame.attributes.permission.value ?? .readWrite,
                access: frame.attributes.access.value,
                position: frame.position
            )
        )
    }

    /// A group with nothing in it, where the phone has none: perhaps its name is spelt wrong.
    private mutating func noteGroup(_ frame: DocumentFrame) {
        let outer = openPath
        let path = path(of: frame.element, in: outer)
        guard !dictionary.hasGroup(path, in: frame.section) else { return }
        note(.unknownGroup(path: path), at: frame.position)
    }

    private mutating func noteGroup(of key: ParameterKey, definition: ParameterDefinition, frame: DocumentFrame) {
        let path = openPath
        if definition.section == frame.section, path == definition.group { return }
        let isMoved = definition.section != frame.section
        let part = frame.section == .initial ? DocumentNames.initial : DocumentNames.device
        let expectedPart = definition.section == .initial ? DocumentNames.initial : DocumentNames.device
        let found = isMoved ? (path.isEmpty ? part : part + "/" + path) : path
        let expected = isMoved ? expectedPart + "/" + definition.group : definition.group
        note(.otherGroup(key, found: found, expected: expected), at: frame.position)
    }

    // MARK: The initial part

    private static let rootCertificatePaths = (1...3).map { "CFG_ROOT_CERTIFICATE_PATH\($0)" }

    private mutating func name(_ key: ParameterKey, _ value: String, _ frame: DocumentFrame) {
        noteMeaninglessAttributes(key, frame)
        if let earlier = named.updateValue(frame.position, forKey: key.name) {
            note(.repeated(key, earlier: earlier), at: frame.position)
        }
        var section = initial ?? InitialSection()
        let path = value.isEmpty ? nil : value
        switch key.name {
        case "CFG_STANDARD_FILE_PATH": section.standardFilePath = path
        case "CFG_PRODUCT_FILE_PATH": section.productFilePath = path
        case "CFG_MASTER_FILE_PATH": section.masterFilePath = path
        default: rootCertificates[key.name] = value
        }
        initial = section
    }

    /// Puts the root certificates in the order of their numbers.
    mutating func finishInitialSection() {
        initial?.rootCertificatePaths = Self.rootCertificatePaths.compactMap { rootCertificates[$0] }
            .filter { !$0.isEmpty }
    }

    /// The settings without those that a later one has replaced.
    func keptSettings() -> [Setting] {
        if replaced.isEmpty { return settings }
        let gone = Set(replaced)
        return settings.indices.filter { !gone.contains($0) }.map { settings[$0] }
    }
}
