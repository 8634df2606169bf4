import CXML2

/// The text of a document in whatever encoding: what is looked for in it must be found whatever its bytes are.
enum DocumentText {
    /// `bytes` as text; without an `encoding` the first bytes decide.
    static func decoded(_ bytes: [UInt8], encoding: String?) -> String {
        if Content.encoding(bytes) == "UTF-16" { return utf16(bytes) }
        guard let encoding, encoding.uppercased() != "UTF-8", let converted = converted(bytes, from: encoding) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return converted
    }

    private static func utf16(_ bytes: [UInt8]) -> String {
        let isBigEndian = bytes[0] == 0xFE || bytes[0] == 0
        let start = bytes[0] < 0xFE ? 0 : 2
        let units = stride(from: start, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// As libxml2 converts it for the parser; `nil` when it cannot.
    private static func converted(_ bytes: [UInt8], from encoding: String) -> String? {
        guard let handler = xmlFindCharEncodingHandler(encoding) else { return nil }
        defer { xmlCharEncCloseFunc(handler) }
        guard let input = xmlBufferCreate() else { return nil }
        defer { xmlBufferFree(input) }
        guard let output = xmlBufferCreate() else { return nil }
        defer { xmlBufferFree(output) }
        guard xmlBufferAdd(input, bytes, Int32(bytes.count)) == 0 else { return nil }
        var left = Int32.max
        // Each call converts as much as it has made room for.
        while xmlBufferLength(input) > 0, xmlBufferLength(input) < left {
            left = xmlBufferLength(input)
            _ = xmlCharEncInFunc(handler, output, input)
        }
        guard xmlBufferLength(input) == 0, let content = xmlBufferContent(output) else { return nil }
        return String(cString: content)
    }
}
