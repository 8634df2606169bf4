/// Walks through one header field value. It never leaves the slice it was made for, and never goes back.
struct SIPScanner {
    let bytes: [UInt8]
    let end: Int
    private(set) var position: Int

    init(_ bytes: [UInt8], _ slice: SIPSlice) {
        self.bytes = bytes
        self.position = slice.range.lowerBound
        self.end = min(slice.range.upperBound, bytes.count)
    }

    var isAtEnd: Bool { position >= end }

    var peek: UInt8? { position < end ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while position < end, SIPCharacters.isWhitespace(bytes[position]) { position += 1 }
    }

    mutating func consume(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// One character with white space around it, as `SLASH`, `SEMI`, `EQUAL`, `COMMA` of RFC 3261 section 25.1.
    mutating func consumePadded(_ byte: UInt8) -> Bool {
        skipWhitespace()
        guard consume(byte) else { return false }
        skipWhitespace()
        return true
    }

    mutating func run(while condition: (UInt8) -> Bool) -> SIPSlice {
        let start = position
        while position < end, condition(bytes[position]) { position += 1 }
        return SIPSlice(start, position)
    }

    mutating func token() -> SIPSlice? {
        let slice = run(while: SIPCharacters.isToken)
        return slice.isEmpty ? nil : slice
    }

    /// What stands between quotes, with its backslashes. The opening quote is next; nil when the closing one is missing.
    mutating func quotedString() -> SIPSlice? {
        guard consume(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""):
                position += 1
                return SIPSlice(start, position - 1)
            default: position += 1
            }
        }
        position = end
        return nil
    }

    mutating func decimal(limit: Int) -> Int? {
        let digits = run(while: \.isDigit)
        guard !digits.isEmpty else { return nil }
        var value = 0
        for byte in bytes[digits.range] {
            value = value * 10 + Int(byte - 0x30)
            // The limit is far below a tenth of the largest Int, so the product above cannot overflow.
            guard value <= limit else { return nil }
        }
        return value
    }

    /// A host: a name, an IPv4 address, or an IPv6 reference in brackets.
    mutating func host() -> SIPSlice? {
        let start = position
        if consume(UInt8(ascii: "[")) {
            _ = run { $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
            guard position - start > 2, consume(UInt8(ascii: "]")) else { return nil }
            return SIPSlice(start, position)
        }
        let name = run {
            $0.isAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        return name.isEmpty ? nil : name
    }

    /// `*( SEMI name [ EQUAL value ] )` up to a comma or the end.
    mutating func parameters(of field: String) throws(SIPValueError) -> [SIPParameter] {
        var parameters: [SIPParameter] = []
        while let parameter = try nextParameter(of: field) {
            guard parameters.count < SIPLimits.maximumParameters else { throw .tooManyParameters(field: field) }
            // Few values have more, so that one allocation does.
            if parameters.isEmpty { parameters.reserveCapacity(4) }
            parameters.append(parameter)
        }
        return parameters
    }

    /// The next of them; nil when there is none, and the white space after the last one is passed.
    mutating func nextParameter(of field: String) throws(SIPValueError) -> SIPParameter? {
        guard consumePadded(UInt8(ascii: ";")) else {
            skipWhitespace()
            return nil
        }
        guard let name = token() else { throw .malformed(field: field) }
        guard consumePadded(UInt8(ascii: "=")) else { return SIPParameter(name: name, value: nil, isQuoted: false) }
        if peek == UInt8(ascii: "\"") {
            guard let value = quotedString() else { throw .malformed(field: field) }
            return SIPParameter(name: name, value: value, isQuoted: true)
        }
        let value = run {
            !SIPCharacters.isWhitespace($0) && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
                && $0 != UInt8(ascii: "\"")
        }
        guard !value.isEmpty else { throw .malformed(field: field) }
        return SIPParameter(name: name, value: value, isQuoted: false)
    }
}

/// A `;name=value` of a header field value.
public struct SIPParameter: Hashable, Sendable {
    /// The name; its case does not matter.
    public let name: SIPSlice
    /// The value without quotes; nil when there is none.
    public let value: SIPSlice?
    /// Whether the value stands in quotes, so that backslashes in it escape.
    public let isQuoted: Bool
}

extension SIPMessage {
    /// The value of the first parameter with that name: nil when there is no such parameter, empty when it has no value.
    /// Quotes and backslashes of a quoted string are removed.
    public func value(of name: String, in parameters: [SIPParameter]) -> String? {
        parameter(name, in: parameters).map(value)
    }

    /// The value of one parameter; empty when it has none.
    func value(of parameter: SIPParameter) -> String {
        guard let value = parameter.value else { return "" }
        guard parameter.isQuoted, bytes[value.range].contains(UInt8(ascii: "\\")) else { return unfoldedText(value) }
        var result: [UInt8] = []
        var isEscaped = false
        for byte in unfolded(value) {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                result.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    func parameter(_ name: String, in parameters: [SIPParameter]) -> SIPParameter? {
        parameters.first { isNamed(name, $0) }
    }

    func isNamed(_ name: String, _ parameter: SIPParameter) -> Bool {
        parameter.name.count == name.utf8.count
            && zip(parameter.name.range, name.utf8).allSatisfy { bytes[$0].lowercased == $1.lowercased }
    }
}
