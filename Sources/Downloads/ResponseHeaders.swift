/// The header lines of one response, as they come from libcurl one by one.
///
/// A status line starts anew, so what remains is the last response: neither the `100 Continue` before it nor
/// the `401` that was answered. Lines of a trailer are counted, not read.
struct ResponseHeaders: Sendable, Equatable {
    /// The number of bytes that all headers of a download may have together: 64 KiB.
    static let maximumBytes = 65_536

    private(set) var status: Int?
    private(set) var etag: String?
    private(set) var lastModified: String?
    private(set) var contentType: String?
    private(set) var contentEncoding: String?
    private(set) var retryAfter: String?
    private(set) var location: String?
    private(set) var hasChallenge = false
    private(set) var byteCount = 0
    private(set) var isComplete = false

    /// One line with its end.
    /// - Returns: Whether the limit still holds.
    mutating func append(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        byteCount += line.count
        guard byteCount <= Self.maximumBytes else { return false }
        let text = Self.trimmed(line[...])
        if text.starts(with: "HTTP/".utf8) {
            startResponse(text)
        } else if text.isEmpty {
            isComplete = status != nil
        } else if status != nil, !isComplete {
            readField(line: line, text)
        }
        return true
    }

    /// Whether the body of this response is the file that was asked for.
    var announcesContent: Bool { status.map { (200..<300).contains($0) } ?? true }

    private mutating func startResponse(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
        let counted = byteCount
        self = ResponseHeaders()
        byteCount = counted
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        status = fields.count > 1 ? Int(String(decoding: fields[1], as: UTF8.self)) : nil
    }

    private mutating func readField(line: UnsafeBufferPointer<UInt8>, _ text: Slice<UnsafeBufferPointer<UInt8>>) {
        // A line that begins with a blank goes on with the field before it, which none of ours does.
        guard line.first != 0x20, line.first != 0x09 else { return }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return }
        guard let field = Field.allCases.first(where: { $0.isNamed(text[..<colon]) }) else { return }
        let bytes = Self.trimmed(text[text.index(after: colon)...])
        // A URL has its own limit, which is checked with its own words.
        guard bytes.count <= HTTPDetails.maximumValueLength || field == .location else { return }
        let value = String(decoding: bytes, as: UTF8.self)
        switch field {
        case .etag: etag = value
        case .lastModified: lastModified = value
        case .contentType: contentType = value
        case .retryAfter: retryAfter = value
        case .location: location = value
        case .challenge: hasChallenge = true
        case .contentEncoding: if value.lowercased() != "identity", !value.isEmpty { contentEncoding = value }
        }
    }

    /// The fields that are kept, by their names in lower case.
    private enum Field: String, CaseIterable {
        case etag = "etag"
        case lastModified = "last-modified"
        case contentType = "content-type"
        case retryAfter = "retry-after"
        case location = "location"
        case challenge = "www-authenticate"
        case contentEncoding = "content-encoding"

        /// Whether a name is this field's, whatever its case.
        func isNamed(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
            let own = rawValue.utf8
            return name.count == own.count && zip(name, own).allSatisfy { Self.lowercase($0) == $1 }
        }

        private static func lowercase(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
    }

    private static func trimmed(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
        var bytes = bytes
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 || last == 0x09 { bytes.removeLast() }
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        return bytes
    }
}
