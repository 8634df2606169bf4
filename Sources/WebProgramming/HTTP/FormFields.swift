/// The fields of a form as a browser sends them (WHATWG URL, application/x-www-form-urlencoded).
struct FormFields: Equatable {
    private let values: [String: String]

    /// The most fields that are taken.
    static let maximumFields = 256

    /// Reads a body or the query of a URL; `nil` when it is not UTF-8, has too many fields, or one of them twice.
    init?(_ text: some StringProtocol) {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]), let value = Self.decode(halves.count > 1 ? halves[1] : ""),
                values.updateValue(value, forKey: name) == nil, values.count <= Self.maximumFields
            else { return nil }
        }
        self.values = values
    }

    /// A form without fields.
    init() { values = [:] }

    init(_ values: [String: String]) { self.values = values }

    /// The value of a field; empty when it is not there.
    subscript(name: String) -> String { values[name] ?? "" }

    /// The value of a field; `nil` when it is not there.
    func value(_ name: String) -> String? { values[name] }

    private static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension String {
    /// As a part of a URL's query or path (RFC 3986 section 2.3).
    var percentEncoded: String {
        utf8.reduce(into: "") { result, byte in
            if byte.isLetterOrDigit || "-._~".utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
    }
}
