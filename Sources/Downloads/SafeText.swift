import Glibc

/// Text that came from a server, made fit for one line of a journal.
enum SafeText {
    /// The length that is kept.
    static let maximumLength = 200

    /// At most ``maximumLength`` characters, without control characters and without those that change the
    /// direction of the text.
    static func line(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maximumLength) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                result.append("?")
            default:
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// The string in a buffer that libcurl ends with a zero byte.
    static func string(from buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The system's words for an error number.
enum SystemErrorText {
    static func text(_ number: Int32) -> String {
        guard let words = strerror(number) else { return "error \(number)" }
        return String(cString: words)
    }
}
