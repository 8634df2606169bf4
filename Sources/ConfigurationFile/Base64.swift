/// Base64 (RFC 4648 section 4) as `openssl enc -a` writes it: lines of 64 characters, here of any length.
enum Base64 {
    /// The bytes that `text` stands for. Blanks, line ends and a byte order mark are skipped.
    static func decode(_ text: [UInt8]) throws(ConfigurationFileError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var inGroup = 0
        var padding = 0
        let start = Content.startsWithMark(text) ? Content.utf8Mark.count : 0
        for (offset, byte) in text.enumerated() where offset >= start && !Content.isBlank(byte) {
            if byte == UInt8(ascii: "="), inGroup + padding >= 2, inGroup + padding < 4 {
                padding += 1
                continue
            }
            guard padding == 0, let value = value(of: byte) else { throw .badBase64(offset: offset) }
            group = group << 6 | value
            inGroup += 1
            if inGroup == 4 {
                result += [UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8)]
                result.append(UInt8(truncatingIfNeeded: group))
                (group, inGroup) = (0, 0)
            }
        }
        // A group that is cut short still holds whole bytes; whether enough came is judged by the cipher's blocks.
        if inGroup == 3 {
            result += [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
        } else if inGroup == 2 {
            result.append(UInt8(truncatingIfNeeded: group >> 4))
        }
        return result
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
