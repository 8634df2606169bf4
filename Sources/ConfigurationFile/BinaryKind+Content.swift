extension BinaryKind {
    /// What the bytes are when they are no text; `nil` for text in any encoding that XML can have.
    init?(content bytes: [UInt8]) {
        for (magic, kind) in Self.magics where bytes.starts(with: magic) {
            self = kind
            return
        }
        if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
            self = .tar
            return
        }
        // UTF-16 has NULs, and tells itself by its first bytes (XML 1.0, appendix F.1). Of a document with a NUL the parser
        // tells the place.
        guard Content.encoding(bytes) == "UTF-8", Content.trimmedStart(bytes).first != UInt8(ascii: "<"),
            bytes.contains(0)
        else { return nil }
        self = .other
    }

    private static let magics: [([UInt8], BinaryKind)] = [
        ([0x1F, 0x8B], .gzip), (Array("PK\u{3}\u{4}".utf8), .zip), ([0x89] + Array("PNG".utf8), .image),
        ([0xFF, 0xD8, 0xFF], .image), (Array("GIF8".utf8), .image), (Array("%PDF-".utf8), .pdf),
        ([0x7F] + Array("ELF".utf8), .program),
    ]
}
