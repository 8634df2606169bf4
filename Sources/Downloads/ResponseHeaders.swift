import Glibc

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
        let text = line.trimmed
        if text.hasPrefix("HTTP/") {
            startResponse(text)
        } else if text.isEmpty {
            isComplete = status != nil
        } else if status != nil, !isComplete, !line.startsWithBlank {
            // A line that begins with a blank goes on with the field before it, which none of ours does.
            readField(text)
        }
        return true
    }

    /// Whether the body of this response is the file that was asked for.
    var announcesContent: Bool { status.map { (200..<300).contains($0) } ?? true }

    private mutating func startResponse(_ line: UnsafeBufferPointer<UInt8>) {
        let counted = byteCount
        self = ResponseHeaders()
        byteCount = counted
        let code = line.drop { $0 != .space }.drop { $0 == .space }.prefix { $0 != .space }
        status = Int(String(decoding: code, as: UTF8.self))
    }

    private mutating func readField(_ line: UnsafeBufferPointer<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let field = Field(UnsafeBufferPointer(rebasing: line[..<colon]))
        else { return }
        let bytes = UnsafeBufferPointer(rebasing: line[(colon + 1)...]).trimmed
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

    /// The fields that are kept.
    private enum Field {
        case etag, lastModified, contentType, contentEncoding, retryAfter, location, challenge

        /// The field of this name, whatever its case. Lengths come first: most lines are of none of these.
        init?(_ name: UnsafeBufferPointer<UInt8>) {
            switch name.count {
            case 4 where name.isName("etag"): self = .etag
            case 8 where name.isName("location"): self = .location
            case 11 where name.isName("retry-after"): self = .retryAfter
            case 12 where name.isName("content-type"): self = .contentType
            case 13 where name.isName("last-modified"): self = .lastModified
            case 16 where name.isName("content-encoding"): self = .contentEncoding
            case 16 where name.isName("www-authenticate"): self = .challenge
            default: return nil
            }
        }
    }
}

extension UInt8 {
    fileprivate static let space = UInt8(ascii: " ")

    fileprivate var isBlank: Bool { self == .space || self == 0x09 }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var startsWithBlank: Bool { first?.isBlank ?? false }

    /// Without blanks around it, and without the line's end.
    fileprivate var trimmed: Self {
        var (start, end) = (0, count)
        while start < end, self[end - 1].isBlank || self[end - 1] == 0x0A || self[end - 1] == 0x0D { end -= 1 }
        while start < end, self[start].isBlank { start += 1 }
        return Self(rebasing: self[start..<end])
    }

    fileprivate func hasPrefix(_ prefix: StaticString) -> Bool {
        guard let baseAddress, count >= prefix.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
    }

    /// Whether it is this name, which is written in lower case, as long as this and of letters and `-` alone.
    fileprivate func isName(_ name: StaticString) -> Bool {
        let own = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return indices.allSatisfy { index in
            let byte = self[index]
            return ((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte) == own[index]
        }
    }
}
