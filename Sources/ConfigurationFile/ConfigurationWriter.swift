import PhoneSettings

/// Writes configuration files as a provisioning server does.
public struct ConfigurationWriter: Sendable {
    /// The parameters whose groups are used.
    public let dictionary: ParameterDictionary
    /// Whether the text begins with an XML declaration.
    public var writesDeclaration = true

    /// A writer that puts parameters into the groups that `dictionary` names.
    public init(dictionary: ParameterDictionary = .standard) { self.dictionary = dictionary }

    /// A document with these parts. Settings come in the dictionary's order, group by group; those that the
    /// dictionary does not have stand at the end of the device part, or of their line.
    public func document(initial: InitialSection? = nil, settings: [Setting] = []) -> String {
        var output = XMLOutput()
        if writesDeclaration { output.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") }
        output.open(DocumentNames.root)
        if let initial { write(initial, to: &output) }
        if !settings.isEmpty { write(settings, to: &output) }
        output.close()
        return output.text
    }

    private func write(_ initial: InitialSection, to output: inout XMLOutput) {
        output.open(DocumentNames.initial)
        output.open("Certs")
        for (index, path) in initial.rootCertificatePaths.prefix(3).enumerated() {
            output.leaf("CFG_ROOT_CERTIFICATE_PATH\(index + 1)", path)
        }
        output.close()
        output.open("CfgFiles")
        output.leaf("CFG_STANDARD_FILE_PATH", initial.standardFilePath ?? "")
        output.leaf("CFG_PRODUCT_FILE_PATH", initial.productFilePath ?? "")
        output.leaf("CFG_MASTER_FILE_PATH", initial.masterFilePath ?? "")
        output.close()
        output.close()
    }

    private func write(_ settings: [Setting], to output: inout XMLOutput) {
        output.open(DocumentNames.device)
        let sorted = settings.sorted { rank($0) < rank($1) }
        for setting in sorted where setting.key.line == nil { write(setting, skipping: 0, to: &output) }
        output.moveTo(sorted.contains { $0.key.line != nil } ? ["Lines"] : [])
        for line in LineNumber.all {
            let ofLine = sorted.filter { $0.key.line == line }
            if ofLine.isEmpty { continue }
            output.open(DocumentNames.line, attributes: " \(DocumentNames.lineNumber)=\"\(line)\"")
            let outer = output.enter()
            // A line's parameters stand in Lines/Line/…, and Lines/Line is open.
            for setting in ofLine { write(setting, skipping: 2, to: &output) }
            output.leave(outer)
            output.close()
        }
        output.moveTo([])
        output.close()
    }

    private func rank(_ setting: Setting) -> (Int, ParameterKey) {
        (dictionary.index(of: setting.key.name) ?? dictionary.definitions.count, setting.key)
    }

    private func write(_ setting: Setting, skipping: Int, to output: inout XMLOutput) {
        let group = dictionary[setting.key.name]?.group ?? ""
        output.moveTo(group.split(separator: "/").dropFirst(skipping).map(String.init))
        var attributes = ""
        if setting.permission != .readWrite { attributes += " perm=\"\(setting.permission.attribute)\"" }
        if let access = setting.access { attributes += " access=\"\(access.rawValue)\"" }
        output.leaf(setting.key.name, setting.value, attributes: attributes)
    }
}
