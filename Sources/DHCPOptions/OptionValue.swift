/// What a DHCP option says after everything that servers and clients add to it has been taken away.
public enum OptionValue: Hashable, Sendable, Codable {
    /// The server did not send the option, or the client did not hand it over.
    case absent
    /// A clean value: one line of UTF-8 without control characters, not empty, at most ``maximumLength`` bytes.
    ///
    /// Whether it is a URL, a bare host or a folder is for the provisioning URL's completion to say (Administrator
    /// Guide, provisioning URL). `notes` tells what was changed; `raw` is the variable as it was handed over.
    case value(String, notes: [OptionNote], raw: String)
    /// The option was there but nothing safe can be made of it.
    case refused(OptionRefusal, raw: String)

    /// Longest value accepted, in bytes. A DHCP option holds 255, several joined by RFC 3396 more; a provisioning URL
    /// is at most 384 characters in the guides of sibling phones, and up to 2,048 are accepted with a warning.
    public static let maximumLength = 2048

    /// The clean value; `nil` when the option is absent or refused.
    public var text: String? {
        if case .value(let text, _, _) = self { text } else { nil }
    }

    /// Normalises a variable that a DHCP client handed over: un-escapes it (``ClientEncoding``), then as
    /// ``init(bytes:raw:)``.
    public init(variable: String?) {
        guard let variable else {
            self = .absent
            return
        }
        do throws(ClientEncoding.Failure) {
            self.init(bytes: try ClientEncoding.bytes(of: variable), raw: variable)
        } catch {
            // What is kept of an over-long variable is bounded too: it goes into the trace and the store.
            let kept = String(decoding: variable.utf8.prefix(ClientEncoding.maximumLength), as: UTF8.self)
            self = .refused(OptionRefusal(reason: .encoding(error), bytes: Array(variable.utf8)), raw: kept)
        }
    }

    /// Normalises an option's bytes.
    ///
    /// In this order: four raw bytes become an address in dotted-quad form (MikroTik sends an address typed in quotes
    /// so); trailing NULs go (RFC 2132 section 2; dnsmasq 2.90 ends options 66 and 67 with one); blanks at both ends
    /// go; one pair of surrounding quotes goes, and blanks within it. What is left must be UTF-8 without control
    /// characters.
    ///
    /// - Parameters:
    ///   - bytes: the option's content as in the packet.
    ///   - raw: how the client handed it over, for the trace.
    public init(bytes: [UInt8], raw: String) {
        do throws(OptionRefusal) {
            let (text, notes) = try Self.normalise(bytes)
            self = .value(text, notes: notes, raw: raw)
        } catch {
            self = .refused(error, raw: raw)
        }
    }

    private static func normalise(_ bytes: [UInt8]) throws(OptionRefusal) -> (String, [OptionNote]) {
        guard bytes.count <= maximumLength else {
            throw OptionRefusal(reason: .tooLong(bytes.count), bytes: bytes)
        }
        if let address = try dottedQuad(bytes) { return (address, [.binaryAddress]) }

        var notes: [OptionNote] = []
        var content = bytes[...]
        let end = content.lastIndex { $0 != 0 }.map { $0 + 1 } ?? content.startIndex
        if end < content.endIndex {
            notes.append(.trailingNULs(content.endIndex - end))
            content = content[..<end]
        }
        var blanks = trimBlanks(&content)
        if try removeQuotes(&content, of: bytes) {
            notes.append(.quotes)
            blanks = trimBlanks(&content) || blanks
        }
        if blanks { notes.append(.blanks) }

        guard !content.isEmpty else { throw OptionRefusal(reason: .empty, bytes: bytes) }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw OptionRefusal(reason: .notUTF8, bytes: bytes)
        }
        if let scalar = text.unicodeScalars.first(where: \.breaksLine) {
            throw OptionRefusal(reason: .controlCharacter(scalar.value), bytes: bytes)
        }
        if text.utf8.contains(UInt8(ascii: "\\")) { notes.append(.backslash) }
        return (text, notes)
    }

    /// The dotted quad of exactly four bytes of which one is not text; `nil` for anything else.
    ///
    /// A NUL at the end alone does not make them binary: `lab\0` is a host of three letters.
    private static func dottedQuad(_ bytes: [UInt8]) throws(OptionRefusal) -> String? {
        guard bytes.count == 4 else { return nil }
        let withoutNULs = bytes.prefix { $0 != 0 }
        let onlyNULsFollow = bytes.dropFirst(withoutNULs.count).allSatisfy { $0 == 0 }
        if onlyNULsFollow, withoutNULs.allSatisfy(\.isPrintableASCII) { return nil }
        // 0.0.0.0/8 is "this network", 224.0.0.0 and above are multicast and reserved (RFC 6890, RFC 5771).
        guard bytes[0] != 0, bytes[0] < 224 else {
            throw OptionRefusal(reason: .notUnicastAddress, bytes: bytes)
        }
        return bytes.map(String.init).joined(separator: ".")
    }

    private static func trimBlanks(_ content: inout ArraySlice<UInt8>) -> Bool {
        let before = content.count
        while let last = content.last, last == 0x20 || last == 0x09 { content.removeLast() }
        while let first = content.first, first == 0x20 || first == 0x09 { content.removeFirst() }
        return content.count != before
    }

    /// Removes one pair of equal quotes around the content; says whether there was one.
    private static func removeQuotes(
        _ content: inout ArraySlice<UInt8>,
        of bytes: [UInt8]
    ) throws(OptionRefusal) -> Bool {
        let double = UInt8(ascii: "\"")
        let single = UInt8(ascii: "'")
        guard let first = content.first, let last = content.last else { return false }
        if content.count >= 2, first == last, first == double || first == single {
            content = content.dropFirst().dropLast()
            return true
        }
        // An apostrophe may end a URL (RFC 3986 sub-delims); a double quote is never part of one.
        if first == double || first == single || last == double {
            throw OptionRefusal(reason: .unbalancedQuote, bytes: bytes)
        }
        return false
    }
}

extension Unicode.Scalar {
    /// A control character, or one of the two separators that end a line.
    var breaksLine: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
