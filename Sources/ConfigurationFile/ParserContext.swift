import CXML2
import PhoneSettings

/// libxml2's parser context inside one of its callbacks.
struct ParserContext {
    private let pointer: xmlParserCtxtPtr
    /// The parse that the document is read in.
    let parse: DocumentParse

    /// The context that a callback was given; `nil` when it is none of ours.
    init?(_ userData: UnsafeMutableRawPointer?) {
        guard let pointer = userData?.assumingMemoryBound(to: xmlParserCtxt.self),
            let owner = pointer.pointee._private
        else { return nil }
        self.pointer = pointer
        parse = Unmanaged<DocumentParse>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Ends the parse when the builder wants no more.
    func stopIfRefused() {
        if parse.builder.refusal != nil { xmlStopParser(pointer) }
    }

    /// Where the start tag or document type declaration begins that the parser is reporting.
    ///
    /// libxml2 tells the place behind the tag's attributes. The `<` lies before it in the buffer, which holds UTF-8
    /// whatever the document's encoding is, and no attribute value can hold another one.
    var tagPosition: SourcePosition {
        guard let input = pointer.pointee.input?.pointee, let base = input.base, let end = input.cur else {
            return SourcePosition(line: 1)
        }
        var cursor = end
        var lines = 0
        var characters = 0
        while cursor > base {
            cursor -= 1
            let byte = cursor.pointee
            if byte == UInt8(ascii: "\n") { lines += 1 }
            if byte & 0xC0 != 0x80 { characters += 1 }
            if byte == UInt8(ascii: "<") { break }
        }
        if lines == 0 { return SourcePosition(line: Int(input.line), column: max(1, Int(input.col) - characters)) }
        let column = Self.column(of: cursor, base: base, isStart: input.consumed == 0)
        return SourcePosition(line: Int(input.line) - lines, column: column)
    }

    /// The column of a byte, counted from the line end before it, or from the start of the document when the buffer begins
    /// with it; `nil` when neither is in the buffer any more.
    private static func column(
        of byte: UnsafePointer<xmlChar>,
        base: UnsafePointer<xmlChar>,
        isStart: Bool
    ) -> Int? {
        var cursor = byte
        var column = 1
        while cursor > base {
            cursor -= 1
            if cursor.pointee == UInt8(ascii: "\n") { return column }
            if cursor.pointee & 0xC0 != 0x80 { column += 1 }
        }
        return isStart ? column : nil
    }

    /// The encoding that the document declares; `nil` when it declares none.
    var declaredEncoding: String? {
        (pointer.pointee.encoding ?? pointer.pointee.input?.pointee.encoding).map(Self.text)
    }

    /// A text of libxml2, which is always UTF-8 and ends in NUL.
    static func text(_ pointer: UnsafePointer<xmlChar>) -> String { String(cString: pointer) }
}

/// The attributes of a start tag as libxml2's SAX2 interface hands them over: five pointers each.
struct SAXAttributes {
    private static let stride = 5
    let base: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    let count: Int

    /// Calls `body` with each attribute's name, its prefix included, and the bytes of its value, entities replaced.
    func forEach(_ body: (String, UnsafeBufferPointer<xmlChar>) -> Void) {
        guard let base else { return }
        for index in 0..<count {
            let fields = base + index * Self.stride
            guard let local = fields[0], let start = fields[3], let end = fields[4] else { continue }
            let name = ParserContext.text(local)
            body(
                fields[1].map { "\(ParserContext.text($0)):\(name)" } ?? name,
                UnsafeBufferPointer(start: start, count: end - start)
            )
        }
    }
}
