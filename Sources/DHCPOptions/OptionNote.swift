/// Something that was changed in an option's value, or is worth telling the server's administrator.
public enum OptionNote: Hashable, Sendable, Codable {
    /// So many NULs were taken from the end. RFC 2132 section 2 asks servers not to send them.
    case trailingNULs(Int)
    /// Blanks or tabs were taken from the ends.
    case blanks
    /// One pair of quotes around the value was taken away; it was typed into the server with them.
    case quotes
    /// Four raw bytes were written as an address; the server sent it in binary where text belongs.
    case binaryAddress
    /// The value holds a backslash, which no URL does (RFC 3986): most often an escape typed wrongly into the server,
    /// such as `\,`. The value is kept as it is.
    case backslash
    /// It stood in the header's field `sname` and not in option 66 (RFC 2132 section 9.4 knows both).
    case serverNameField
}

extension OptionNote: CustomStringConvertible {
    /// One sentence for the trace.
    public var description: String {
        switch self {
        case .trailingNULs(let count): "the server sent \(count) NUL \(count == 1 ? "byte" : "bytes") at the end"
        case .blanks: "the server sent blanks around the value"
        case .quotes: "the server sent quotes around the value; type it without them there"
        case .binaryAddress: "the server sent an address as four bytes where text belongs"
        case .serverNameField: "the server gave it in the header's field sname"
        case .backslash: "the value holds a backslash, which no URL does; look for a wrong escape in the server"
        }
    }
}

/// Why an option's value is of no use, with its exact bytes.
public struct OptionRefusal: Error, Hashable, Sendable, Codable {
    /// What is wrong with it.
    public let reason: Reason

    /// The exact bytes in hexadecimal, two digits each and separated by blanks; at most ``maximumBytesShown`` of them,
    /// then `…`.
    public let hexadecimal: String

    /// How many bytes of a refused value are shown.
    public static let maximumBytesShown = 256

    /// Makes a refusal of these bytes.
    public init(reason: Reason, bytes: [UInt8]) {
        self.reason = reason
        var text = bytes.prefix(Self.maximumBytesShown).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(separator: " ")
        if bytes.count > Self.maximumBytesShown { text += " …" }
        hexadecimal = text
    }

    /// What is wrong with an option's value.
    public enum Reason: Hashable, Sendable, Codable {
        /// Nothing is left: the option was empty, or only NULs, blanks or quotes.
        case empty
        /// A control character or a line separator; its code point.
        case controlCharacter(UInt32)
        /// The bytes are not UTF-8.
        case notUTF8
        /// Longer than ``OptionValue/maximumLength``; its length in bytes.
        case tooLong(Int)
        /// A quote at one end only.
        case unbalancedQuote
        /// Four raw bytes that are not the address of one host.
        case notUnicastAddress
        /// The client's variable is in neither of dhclient's two forms.
        case encoding(ClientEncoding.Failure)
        /// DHCPv6 vendor-specific information that is not built as RFC 8415 section 21.17 says.
        case vendorInformation(VendorInformation.Failure)
    }
}

extension OptionRefusal: CustomStringConvertible {
    /// What is wrong and what to do, in one line, with the bytes.
    public var description: String { "\(reason) (bytes: \(hexadecimal.isEmpty ? "none" : hexadecimal))" }
}

extension OptionRefusal.Reason: CustomStringConvertible {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .empty:
            "the value is empty; give it in the DHCP server (with dhcpcd, a URL in option 66 also needs "
                + "\"define 66 string tftp_server_name\" in dhcpcd.conf)"
        case .controlCharacter(let code):
            "the value holds the control character U+\(String(code, radix: 16, uppercase: true).leftPadded(to: 4)); "
                + "give one line of plain text in the DHCP server"
        case .notUTF8:
            "the value is not UTF-8; give it in ASCII in the DHCP server, with percent-encoding where a URL needs it"
        case .tooLong(let length):
            "the value has \(length) bytes, more than the \(OptionValue.maximumLength) accepted; give a shorter URL"
        case .unbalancedQuote:
            "the value has a quote at one end only; type it without quotes in the DHCP server"
        case .notUnicastAddress:
            "the value is four raw bytes that are not the address of a host; give the address as text in the server"
        case .encoding(.tooLong(let length)):
            "the DHCP client handed over \(length) bytes, more than the \(ClientEncoding.maximumLength) accepted; "
                + "give a shorter URL"
        case .encoding(.badEscape(let offset)):
            "the DHCP client handed over an escape that dhclient never writes, at byte \(offset); "
                + "a hook must hand the value over as dhclient does"
        case .vendorInformation(let failure):
            "the DHCPv6 vendor-specific information is malformed: \(failure)"
        }
    }
}

extension String {
    func leftPadded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}
