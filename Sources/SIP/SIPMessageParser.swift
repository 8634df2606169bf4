import Glibc

extension SIPMessage {
    /// Reads a datagram.
    ///
    /// One pass over the lines, without copying: linear in the length of the datagram, whatever is in it. Taken as well,
    /// as servers in use send it: lines that end in LF alone, a missing empty line at the end, empty lines in front
    /// (RFC 3261 section 7.5), blanks around the parts of the start line, and lines that are no header field.
    ///
    /// - Parameter bytes: the datagram, which is kept by the message and not copied.
    /// - Throws: ``SIPParseError``.
    public static func parse(_ bytes: [UInt8]) throws(SIPParseError) -> SIPMessage {
        guard bytes.count <= SIPLimits.maximumDatagramLength else { throw .datagramTooLong(length: bytes.count) }
        var parser = SIPMessageParser()
        let startLine = try parser.startLine(bytes.span)
        try parser.headers(bytes.span)
        return SIPMessage(
            bytes: bytes,
            startLine: startLine,
            headers: parser.headers,
            payload: SIPSlice(parser.hasEmptyLine ? parser.position : bytes.count, bytes.count),
            contentLength: parser.contentLength,
            hasEmptyLine: parser.hasEmptyLine,
            hasBareLineFeed: parser.hasBareLineFeed,
            hasStrayBlanksInStartLine: parser.hasStrayBlanksInStartLine,
            malformedLines: parser.malformedLines
        )
    }
}

/// How far the reading of a datagram has come. Every method is given the same datagram.
private struct SIPMessageParser {
    /// Header fields that an ordinary message does not go beyond: one allocation holds them.
    private static let usualHeaders = 20

    private(set) var position = 0
    private(set) var headers: [SIPHeader] = []
    private(set) var contentLength = SIPMessage.ContentLength.absent
    private(set) var hasEmptyLine = false
    private(set) var hasBareLineFeed = false
    private(set) var hasStrayBlanksInStartLine = false
    private(set) var malformedLines = 0
    private var line = 0

    mutating func headers(_ bytes: Span<UInt8>) throws(SIPParseError) {
        headers.reserveCapacity(Self.usualHeaders)
        while position < bytes.count {
            let start = position
            var end = try nextLineEnd(bytes, from: start)
            if end == start {
                hasEmptyLine = true
                return
            }
            while position < bytes.count, SIPCharacters.isBlank(bytes[position]) {
                end = try nextLineEnd(bytes, from: start)
            }
            guard let header = Self.header(bytes, start, end) else {
                malformedLines += 1
                guard malformedLines <= SIPLimits.maximumHeaders else { throw .tooManyHeaders }
                continue
            }
            guard headers.count < SIPLimits.maximumHeaders else { throw .tooManyHeaders }
            headers.append(header)
            if header.name == .contentLength {
                let value = Self.number(bytes, header.valueSlice)
                contentLength = contentLength == .absent || contentLength == value ? value : .invalid
            }
        }
    }

    /// Moves behind the line that `position` is in, and returns where its text ends. `start` is where the whole field
    /// begins, whose length is limited.
    @inline(__always)
    private mutating func nextLineEnd(_ bytes: Span<UInt8>, from start: Int) throws(SIPParseError) -> Int {
        line += 1
        let lineStart = position
        let lineFeed = Self.firstLineFeed(bytes, from: position)
        var end = lineFeed
        if lineFeed < bytes.count {
            position = lineFeed + 1
            if end > lineStart, bytes[end - 1] == 0x0D { end -= 1 } else { hasBareLineFeed = true }
        } else {
            position = bytes.count
            if end > lineStart, bytes[end - 1] == 0x0D { end -= 1 }
        }
        guard end - start <= SIPLimits.maximumLineLength else { throw .lineTooLong(line: line) }
        return end
    }

    @inline(__always)
    private static func firstLineFeed(_ bytes: Span<UInt8>, from start: Int) -> Int {
        bytes.withUnsafeBufferPointer { buffer in
            // memchr reads at most buffer.count - start bytes, which all belong to the datagram.
            guard let base = buffer.baseAddress, start < buffer.count,
                let found = memchr(base + start, 0x0A, buffer.count - start)
            else { return buffer.count }
            return UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
        }
    }

    @inline(__always)
    private static func header(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> SIPHeader? {
        var nameEnd = start
        while nameEnd < end, SIPCharacters.isToken(bytes[nameEnd]) { nameEnd += 1 }
        guard nameEnd > start else { return nil }
        var colon = nameEnd
        while colon < end, SIPCharacters.isWhitespace(bytes[colon]) { colon += 1 }
        guard colon < end, bytes[colon] == UInt8(ascii: ":") else { return nil }
        return SIPHeader(
            name: .recognise(bytes, start, nameEnd),
            nameSlice: SIPSlice(start, nameEnd),
            valueSlice: trimmed(bytes, colon + 1, end)
        )
    }

    @inline(__always)
    private static func trimmed(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> SIPSlice {
        var lower = lower
        var upper = upper
        while lower < upper, SIPCharacters.isWhitespace(bytes[lower]) { lower += 1 }
        while upper > lower, SIPCharacters.isWhitespace(bytes[upper - 1]) { upper -= 1 }
        return SIPSlice(lower, upper)
    }

    private static func number(_ bytes: Span<UInt8>, _ slice: SIPSlice) -> SIPMessage.ContentLength {
        // Nine digits are far more than a datagram can hold, and cannot overflow.
        guard !slice.isEmpty, slice.count <= 9 else { return .invalid }
        var value = 0
        for index in slice.range {
            guard bytes[index].isDigit else { return .invalid }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        return .bytes(value)
    }

    mutating func startLine(_ bytes: Span<UInt8>) throws(SIPParseError) -> SIPMessage.StartLine {
        while position < bytes.count, bytes[position] == 0x0D || bytes[position] == 0x0A { position += 1 }
        guard position < bytes.count else { throw .empty }
        let lineStart = position
        let lineEnd = try nextLineEnd(bytes, from: lineStart)
        let whole = Self.trimmed(bytes, lineStart, lineEnd)
        let (start, end) = (whole.range.lowerBound, whole.range.upperBound)
        if Self.isVersion(bytes, start, min(start + 7, end)), start + 7 < end,
            SIPCharacters.isBlank(bytes[start + 7])
        {
            return try Self.statusLine(bytes, start, end)
        }
        var methodEnd = start
        while methodEnd < end, SIPCharacters.isToken(bytes[methodEnd]) { methodEnd += 1 }
        var versionStart = end
        while versionStart > methodEnd, !SIPCharacters.isBlank(bytes[versionStart - 1]) { versionStart -= 1 }
        guard methodEnd > start, methodEnd < end, SIPCharacters.isBlank(bytes[methodEnd]), versionStart > methodEnd,
            Self.isVersion(bytes, versionStart, end)
        else { throw .notSIP }
        let uri = Self.trimmed(bytes, methodEnd, versionStart)
        guard !uri.isEmpty else { throw .notSIP }
        var hasBlankInside = false
        for index in uri.range {
            if SIPCharacters.isBlank(bytes[index]) {
                hasBlankInside = true
            } else if bytes[index] < 0x20 || bytes[index] == 0x7F {
                throw .notSIP
            }
        }
        hasStrayBlanksInStartLine =
            hasBlankInside || start != lineStart || end != lineEnd || uri.range.lowerBound != methodEnd + 1
            || uri.range.upperBound != versionStart - 1
        return .request(method: SIPSlice(start, methodEnd), uri: uri, version: SIPSlice(versionStart, end))
    }

    private static func statusLine(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ end: Int
    ) throws(SIPParseError) -> SIPMessage.StartLine {
        guard bytes[start + 4] == 0x32, bytes[start + 6] == 0x30 else { throw .unsupportedVersion }
        let rest = trimmed(bytes, start + 8, end)
        var status = 0
        var index = rest.range.lowerBound
        while index < rest.range.upperBound, index < rest.range.lowerBound + 3, bytes[index].isDigit {
            status = status * 10 + Int(bytes[index] - 0x30)
            index += 1
        }
        guard index == rest.range.lowerBound + 3, (100...699).contains(status),
            index == rest.range.upperBound || SIPCharacters.isBlank(bytes[index])
        else { throw .badStatusCode }
        return .response(status: status, reason: trimmed(bytes, index, rest.range.upperBound))
    }

    /// `SIP/` and two numbers of one digit each: there has never been another form.
    private static func isVersion(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        end - start == 7 && bytes[start].lowercased == UInt8(ascii: "s")
            && bytes[start + 1].lowercased == UInt8(ascii: "i") && bytes[start + 2].lowercased == UInt8(ascii: "p")
            && bytes[start + 3] == UInt8(ascii: "/") && bytes[start + 4].isDigit
            && bytes[start + 5] == UInt8(ascii: ".") && bytes[start + 6].isDigit
    }
}
