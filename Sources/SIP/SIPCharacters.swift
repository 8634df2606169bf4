/// Character classes of RFC 3261 section 25.1.
enum SIPCharacters {
    /// `token`: alphanum and ``-.!%*_+`'~``. Two 64-bit masks for the 128 ASCII characters.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return tokenLow &>> UInt64(byte) & 1 == 1 }
        if byte < 128 { return tokenHigh &>> UInt64(byte &- 64) & 1 == 1 }
        return false
    }

    private static var tokenLow: UInt64 { 0x03FF_6CA2_0000_0000 }
    private static var tokenHigh: UInt64 { 0x47FF_FFFF_87FF_FFFE }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    @inline(__always)
    static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }

    var isAlphanumeric: Bool { isDigit || isLetter }

    var isHexDigit: Bool { hexValue != nil }

    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }

    /// ASCII letters in lower case, everything else unchanged.
    @inline(__always)
    var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension String {
    /// The text in one line for a note: control characters as `?`, cut at ``SIPLimits/maximumNotedText`` bytes.
    func printable() -> String {
        let isPlain = utf8.count <= SIPLimits.maximumNotedText && utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        if isPlain { return self }
        var result = ""
        for scalar in unicodeScalars {
            if result.utf8.count >= SIPLimits.maximumNotedText { return result + "…" }
            let isControl =
                scalar.properties.generalCategory == .control
                || scalar.properties.generalCategory == .lineSeparator
                || scalar.properties.generalCategory == .paragraphSeparator
                || scalar.properties.generalCategory == .format
            result.unicodeScalars.append(isControl ? "?" : scalar)
        }
        return result
    }

    /// ASCII letters in lower case.
    var asciiLowercased: String {
        String(unsafeUninitializedCapacity: utf8.count) { buffer in
            // As many bytes as there is room for; lower-casing ASCII leaves UTF-8 valid.
            var count = 0
            for byte in utf8 {
                buffer[count] = byte.lowercased
                count += 1
            }
            return count
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000).partialValue &+ attoseconds / 1_000_000_000_000_000
    }
}
