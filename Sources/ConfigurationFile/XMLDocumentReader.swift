import CXML2
import PhoneSettings

/// Runs libxml2's parser over a document and hands its events to a `DocumentBuilder`.
///
/// No tree is built. The parser context is this call's own; external entities, the network and document types are
/// never touched, and nothing is written to stderr.
enum XMLDocumentReader {
    /// libxml2 wants this once, before threads use it.
    private static let initialized: Void = xmlInitParser()

    /// Reads `bytes` into `builder`.
    static func read(_ bytes: [UInt8], into builder: inout DocumentBuilder) throws(ConfigurationFileError) {
        _ = initialized
        // A broken encoding is reported beside the parser's context too, and the thread's handler of last resort prints.
        xmlSetStructuredErrorFunc(nil) { _, _ in }
        guard let context = xmlNewParserCtxt(), let handler = context.pointee.sax else {
            throw internalProblem("no memory for a parser")
        }
        defer { xmlFreeParserCtxt(context) }
        install(on: &handler.pointee)
        let parse = DocumentParse(builder)
        context.pointee._private = Unmanaged.passUnretained(parse).toOpaque()
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        // The parse outlives the call because this frame holds it: libxml2 keeps no pointer to it afterwards.
        withExtendedLifetime(parse) {
            bytes.withUnsafeBytes { buffer in
                let text = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                // A tree comes only from the handlers that are replaced here, so there is none to free.
                _ = xmlCtxtReadMemory(context, text, Int32(buffer.count), nil, nil, options)
            }
        }
        builder = parse.builder
        if let error = builder.refusal { throw error }
        guard context.pointee.wellFormed == 1, builder.isComplete else {
            throw internalProblem("the parser stopped without a reason")
        }
        // libxml2 takes a NUL behind the root element for the end of the file, whatever follows.
        if let input = context.pointee.input?.pointee, let place = input.cur, let end = input.end, place < end {
            let position = SourcePosition(line: Int(input.line), column: Int(input.col))
            throw .notWellFormed(XMLProblem(message: "Char 0x0 out of allowed range", position: position))
        }
    }

    private static func internalProblem(_ message: String) -> ConfigurationFileError {
        .notWellFormed(XMLProblem(message: message, position: SourcePosition(line: 1)))
    }

    private static func install(on handler: inout xmlSAXHandler) {
        handler.startDocument = nil
        handler.endDocument = nil
        handler.startElement = nil
        handler.endElement = nil
        handler.comment = nil
        handler.processingInstruction = nil
        handler.reference = nil
        handler.externalSubset = nil
        handler.internalSubset = { context, name, _, _ in
            guard let parser = ParserContext(context) else { return }
            parser.parse.builder.documentType(name: name.map(ParserContext.text) ?? "", at: parser.tagPosition)
            parser.stopIfRefused()
        }
        handler.startElementNs = { context, name, prefix, _, namespaces, _, count, _, attributes in
            guard let parser = ParserContext(context), let name else { return }
            if namespaces > 0 {
                parser.parse.builder.noteNamespace(of: ParserContext.text(name), at: parser.tagPosition)
            }
            if !parser.parse.builder.hasRoot { parser.parse.builder.declaredEncoding = parser.declaredEncoding }
            parser.parse.builder.startElement(
                name: name,
                prefix: prefix,
                attributes: SAXAttributes(base: attributes, count: Int(count)),
                at: parser.tagPosition
            )
            parser.stopIfRefused()
        }
        handler.endElementNs = { context, _, _, _ in ParserContext(context)?.parse.builder.endElement() }
        let characters: charactersSAXFunc = { context, text, count in
            ParserContext(context)?.parse.builder.characters(UnsafeBufferPointer(start: text, count: Int(count)))
        }
        handler.characters = characters
        handler.ignorableWhitespace = characters
        handler.cdataBlock = characters
        handler.serror = { context, error in
            guard let parser = ParserContext(context), let error = error?.pointee, error.level.rawValue >= 2,
                error.domain != Int32(XML_FROM_NAMESPACE.rawValue)
            else { return }
            parser.parse.builder.notWellFormed(
                message: XMLMessage.text(of: error),
                at: SourcePosition(line: max(1, Int(error.line)), column: error.int2 > 0 ? Int(error.int2) : nil),
                remedy: XMLMessage.remedy(of: error)
            )
            parser.stopIfRefused()
        }
    }
}
