/// The two forms in which ISC dhclient writes an option's bytes into a variable, and the way back.
///
/// Measured with isc-dhcp-client 4.4.3-P1 (`pretty_escape` and `pretty_print_option`):
/// - **escaped text**: a backslash before each of `" ' $ ` \ | &`, and `\ooo` (three octal digits) for every byte that
///   is not printable; one trailing NUL is left out;
/// - **colon hexadecimal** without leading zeros (`68:74:2f:a`), only for an option declared `string` that holds a byte
///   which is not printable.
///
/// Text without any backslash comes back as it stands, so the raw values of dhcpcd pass as well.
public enum ClientEncoding {
    /// Longest variable accepted, in bytes: ``OptionValue/maximumLength`` bytes, each written as `\ooo`.
    public static let maximumLength = 4 * OptionValue.maximumLength

    /// The bytes that dhclient puts a backslash before.
    static let escaped: Set<UInt8> = Set("\"'$`\\|&".utf8)

    /// Fewest bytes that are taken for colon hexadecimal. Below it the form is also that of a host with a port (`ab:80`).
    static let minimumHexBytes = 4

    /// Why a variable is not in either form.
    public enum Failure: Error, Hashable, Sendable, Codable {
        /// Longer than ``ClientEncoding/maximumLength``; its length in bytes.
        case tooLong(Int)
        /// A backslash that no escape begins with; the offset of the backslash in bytes.
        case badEscape(offset: Int)
    }

    /// The option's bytes as they were in the packet, but for a trailing NUL that dhclient leaves out.
    ///
    /// - Throws: ``Failure`` when the variable is too long or holds an escape that dhclient never writes.
    public static func bytes(of variable: String) throws(Failure) -> [UInt8] {
        let text = Array(variable.utf8)
        guard text.count <= maximumLength else { throw .tooLong(text.count) }
        if let hexadecimal = bytes(ofColonHexadecimal: text) { return hexadecimal }
        return try bytes(ofEscapedText: text)
    }

    /// Bytes as dhclient writes them: a backslash before each that needs one, `\ooo` for each that is not printable.
    public static func text(of bytes: [UInt8]) -> String {
        var result = ""
        for byte in bytes {
            if escaped.contains(byte) { result += "\\" }
            result += byte.isPrintableASCII ? String(Unicode.Scalar(byte)) : octalEscape(byte)
        }
        return result
    }

    /// Text of bytes of which these are kept as they stand, and the others written as `\ooo`.
    static func text(of bytes: ArraySlice<UInt8>, keeping isKept: (UInt8) -> Bool) -> String {
        bytes.reduce(into: "") { $0 += isKept($1) ? String(Unicode.Scalar($1)) : octalEscape($1) }
    }

    private static func octalEscape(_ byte: UInt8) -> String {
        "\\" + String(byte, radix: 8).leftPadded(to: 3)
    }

    static func bytes(ofEscapedText text: [UInt8]) throws(Failure) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                result.append(text[index])
                index += 1
                continue
            }
            if index + 1 < text.count, escaped.contains(text[index + 1]) {
                result.append(text[index + 1])
                index += 2
            } else if let byte = octalByte(text.dropFirst(index + 1).prefix(3)) {
                result.append(byte)
                index += 4
            } else {
                throw .badEscape(offset: index)
            }
        }
        return result
    }

    /// The byte that three octal digits stand for; `nil` when they are not three, not octal, or above 377.
    private static func octalByte(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 3 else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            value = value * 8 + Int(digit - UInt8(ascii: "0"))
        }
        return UInt8(exactly: value)
    }

    /// The bytes of `68:74:2f:a`, or `nil` when the text is not such a list.
    ///
    /// dhclient chooses this form only when a byte is not printable; a list of printable bytes is therefore text that
    /// happens to look like one, and stays text.
    static func bytes(ofColonHexadecimal text: [UInt8]) -> [UInt8]? {
        let groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count >= minimumHexBytes else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(groups.count)
        for group in groups {
            guard (1...2).contains(group.count) else { return nil }
            var value: UInt8 = 0
            for digit in group {
                guard let digitValue = digit.hexDigitValue else { return nil }
                value = value << 4 | digitValue
            }
            result.append(value)
        }
        return result.allSatisfy(\.isPrintableASCII) ? nil : result
    }
}
