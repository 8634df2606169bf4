import PhoneSettings

/// Builds a document out of the parser's events.
struct DocumentBuilder {
    /// A parameter with tags takes about this many bytes at least, so that room for all is had at once.
    static let leastBytesOfParameter = 48
    /// The longest path of groups that is kept whole, in bytes.
    private static let longestPath = 256

    let role: ConfigurationRole
    let dictionary: ParameterDictionary
    /// Why the document is refused; the first reason stands.
    var refusal: ConfigurationFileError?
    /// What the document declares.
    var declaredEncoding: String?
    /// Whether the root element has begun.
    private(set) var hasRoot = false
    /// Whether it has ended.
    private(set) var isComplete = false
    var initial: InitialSection?
    var settings: [Setting] = []
    /// Indices of settings that a later one has replaced.
    var replaced: [Int] = []
    private var diagnostics = DiagnosticList()
    private var frames: [DocumentFrame] = []
    private var foreignRoot: (name: String, position: SourcePosition)?
    /// How many elements deep the parse is inside one that is left out.
    private var skipped = 0
    /// The text since the last tag.
    private var text: [UInt8] = []
    /// The parser gives the same pointer for the same name.
    private var names: [UnsafePointer<UInt8>: ElementName] = [:]
    private var prefixedNames: [String: ElementName] = [:]
    /// By element name, where in `settings` the parameter stands: of the whole phone, then of lines 1 to 6; -1 for nowhere.
    var last: [InlineArray<7, Int32>] = []

    /// Where root certificates stand until the document is whole, by number.
    var rootCertificates: [String: String] = [:]
    /// Where the initial part's parameters stand.
    var named: [String: SourcePosition] = [:]

    init(role: ConfigurationRole, dictionary: ParameterDictionary) {
        self.role = role
        self.dictionary = dictionary
    }

    // MARK: The parser's events

    /// A document type declaration begins.
    mutating func documentType(name: String, at position: SourcePosition) {
        refuse(name.lowercased() == "html" ? .htmlPage : .documentType(position))
    }

    /// The document is not well-formed.
    mutating func notWellFormed(message: String, at position: SourcePosition, remedy: XMLProblem.Remedy) {
        if let foreignRoot { return refuseRoot(foreignRoot.name, at: foreignRoot.position) }
        let known = frames.last { XMLMessage.isKnown($0.element.name) }
        let problem = XMLProblem(message: message, position: position, element: known?.element.name, remedy: remedy)
        refuse(.notWellFormed(problem))
    }

    /// Text, in one or more pieces.
    mutating func characters(_ piece: UnsafeBufferPointer<UInt8>) {
        if skipped == 0 { text.append(contentsOf: piece) }
    }

    /// A start tag.
    mutating func startElement(
        name: UnsafePointer<UInt8>,
        prefix: UnsafePointer<UInt8>?,
        attributes: SAXAttributes,
        at position: SourcePosition
    ) {
        if refusal != nil { return }
        guard frames.count + skipped < ConfigurationFile.maximumDepth else { return refuse(.tooDeep(position)) }
        if foreignRoot != nil { lookForAttributeDialect(attributes) }
        if skipped > 0 || foreignRoot != nil {
            skipped += 1
            return
        }
        takeStrayText()
        let element = elementName(name, prefix: prefix)
        let parent = frames.count - 1
        guard parent >= 0 else { return startRoot(element, attributes, position) }
        if frames[parent].kind == .root { return startSection(element, attributes, position) }
        if !frames[parent].isGroup { becomeGroup(at: parent) }
        guard !frames[parent].isBroken else {
            skipped = 1
            return
        }
        startInner(element, attributes, position)
    }

    /// An end tag.
    mutating func endElement() {
        if skipped > 0 {
            skipped -= 1
            return
        }
        guard let frame = frames.popLast() else { return }
        defer { text.removeAll(keepingCapacity: true) }
        if frames.isEmpty {
            isComplete = true
            if let foreignRoot { return refuseRoot(foreignRoot.name, at: foreignRoot.position) }
        }
        guard frame.kind == .element, !frame.isGroup else { return noteStrayText(in: frame) }
        finish(frame, trimmedText())
    }

    // MARK: Elements

    private mutating func startRoot(_ element: ElementName, _ attributes: SAXAttributes, _ position: SourcePosition) {
        hasRoot = true
        frames.append(
            DocumentFrame(element: element, kind: .root, section: .device, position: position, line: .none)
        )
        guard DocumentNames.isRoot(element.name) else {
            foreignRoot = (element.name, position)
            return lookForAttributeDialect(attributes)
        }
        noteSpelling(of: element, at: position)
        noteUnknown(attributes, of: element.shownName, at: position)
    }

    private mutating func noteSpelling(of element: ElementName, at position: SourcePosition) {
        if let usual = DocumentNames.usualSpelling(instead: element.name) {
            note(.unusualCase(found: element.name, usual: usual), at: position)
        }
    }

    private mutating func startSection(_ element: ElementName, _ attributes: SAXAttributes, _ position: SourcePosition)
    {
        let isInitial = DocumentNames.isInitial(element.name)
        guard isInitial || DocumentNames.isDevice(element.name) else {
            skipped = 1
            return note(.unknownSection(name: element.name), at: position)
        }
        noteSpelling(of: element, at: position)
        if isInitial, role == .initial, initial == nil { initial = InitialSection() }
        noteUnknown(attributes, of: element.shownName, at: position)
        let section: DocumentSection = isInitial ? .initial : .device
        var frame = DocumentFrame(element: element, kind: .section, section: section, position: position, line: .none)
        frame.isGroup = true
        frames.append(frame)
    }

    private mutating func startInner(_ element: ElementName, _ attributes: SAXAttributes, _ position: SourcePosition) {
        let parent = frames.count - 1
        var frame = DocumentFrame(
            element: element,
            kind: .element,
            section: frames[parent].section,
            position: position,
            line: frames[parent].line
        )
        if element.isLine {
            frame.line = line(attributes, at: position)
        } else if attributes.count > 0 {
            frame.attributes = parameterAttributes(attributes, of: element.shownName, at: position)
        }
        frames.append(frame)
    }

    /// The innermost element turns out to hold elements.
    private mutating func becomeGroup(at index: Int) {
        let frame = frames[index]
        if frame.element.definition != nil {
            if !frame.isBroken { note(.elementsInParameter(name: frame.element.name), at: frame.position) }
            frames[index].isBroken = true
            return
        }
        frames[index].isGroup = true
        frames[index].path = path(of: frame.element, in: frames[index - 1].path)
        noteParameterAttributes(ofGroup: frame)
    }

    private mutating func elementName(_ name: UnsafePointer<UInt8>, prefix: UnsafePointer<UInt8>?) -> ElementName {
        if let prefix {
            let text = ParserContext.text(prefix) + ":" + ParserContext.text(name)
            if let known = prefixedNames[text] { return known }
            let element = newElement(text)
            prefixedNames[text] = element
            return element
        }
        if let known = names[name] { return known }
        let element = newElement(ParserContext.text(name))
        names[name] = element
        return element
    }

    private mutating func newElement(_ name: String) -> ElementName {
        last.append(InlineArray(repeating: -1))
        return ElementName(name, index: last.count - 1, dictionary: dictionary)
    }

    /// The path of a group; one that is longer than any of the phone's is cut, for messages repeat it.
    func path(of element: ElementName, in outer: String) -> String {
        let path = outer.isEmpty ? element.shownName : outer + "/" + element.shownName
        return path.utf8.count <= Self.longestPath ? path : String(path.prefix(Self.longestPath)) + "…"
    }

    /// The groups that the innermost open element stands for.
    var openPath: String { frames.last?.path ?? "" }

    // MARK: Refusals and diagnostics

    private mutating func refuse(_ error: ConfigurationFileError) {
        if refusal == nil { refusal = error }
    }

    private mutating func refuseRoot(_ name: String, at position: SourcePosition) {
        refuse(Content.isOfHTML(name) ? .htmlPage : .wrongRoot(found: String(name.prefix(64)), position))
    }

    /// A KX-UT670 writes `<CyclicEnable CFG_CYCLIC="N"/>`: a known parameter's name as an attribute gives it away.
    private mutating func lookForAttributeDialect(_ attributes: SAXAttributes) {
        attributes.forEach { name, _ in
            if dictionary[name] != nil { refuse(.foreignDialect(.attributeXML)) }
        }
    }

    mutating func note(_ kind: ConfigurationDiagnostic.Kind, at position: SourcePosition?) {
        diagnostics.append(ConfigurationDiagnostic(kind, at: position))
    }

    // MARK: Text

    /// Text before a start tag belongs to no parameter.
    private mutating func takeStrayText() {
        if text.isEmpty { return }
        if !isTextBlank, let frame = frames.last { noteStrayText(in: frame) }
        text.removeAll(keepingCapacity: true)
    }

    private var isTextBlank: Bool {
        text.withUnsafeBufferPointer { bytes in
            for byte in bytes where !Content.isBlank(byte) { return false }
            return true
        }
    }

    private mutating func noteStrayText(in frame: DocumentFrame) {
        // Of a parameter that holds elements, it is said that it does.
        guard foreignRoot == nil, frame.element.definition == nil, !isTextBlank else { return }
        note(.strayText(element: frame.element.shownName), at: frame.position)
    }

    private func trimmedText() -> String {
        text.withUnsafeBufferPointer { bytes in
            guard let start = bytes.firstIndex(where: { !Content.isBlank($0) }),
                let end = bytes.lastIndex(where: { !Content.isBlank($0) })
            else { return "" }
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start...end]), as: UTF8.self)
        }
    }

    // MARK: The result

    /// The document, once the parse has ended without a refusal.
    mutating func document(of plain: EncryptedFile.Opened) -> ConfigurationDocument {
        let encoding = Content.encoding(plain.bytes, declared: declaredEncoding)
        if !["UTF-8", "US-ASCII"].contains(encoding.uppercased()) { note(.encoding(encoding), at: nil) }
        if Content.startsWithMark(plain.bytes) { note(.byteOrderMark, at: nil) }
        finishInitialSection()
        let kept = keptSettings()
        if kept.isEmpty, initial?.isEmpty ?? true { note(.nothingInside, at: nil) }
        return ConfigurationDocument(
            role: role,
            initial: initial,
            settings: kept,
            diagnostics: diagnostics.listed,
            encryption: plain.encryption,
            encoding: encoding
        )
    }
}
