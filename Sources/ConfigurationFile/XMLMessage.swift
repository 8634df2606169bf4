import CXML2
import PhoneSettings

/// What libxml2 says about an error, without text of the document: that may be part of a password.
enum XMLMessage {
    /// The first line of the message, with every text from the document but known names as `…`.
    static func text(of error: xmlError) -> String {
        guard let message = error.message else { return "libxml2 error \(error.code)" }
        var text = String(String(cString: message).prefix { $0 != "\n" })
        for pointer in [error.str1, error.str2, error.str3] {
            guard let pointer else { continue }
            let quoted = String(cString: pointer)
            if quoted.isEmpty || isKnown(quoted) { continue }
            text = hidingWord(quoted, in: text)
        }
        return text
    }

    /// What usually helps against such an error.
    static func remedy(of error: xmlError) -> XMLProblem.Remedy {
        // A byte that is no UTF-8 has the same number as a character that XML does not have.
        if let message = error.message, String(cString: message).hasPrefix("Input is not proper UTF-8") {
            return .encoding
        }
        return switch xmlParserErrors(rawValue: UInt32(bitPattern: error.code)) {
        case XML_ERR_INVALID_ENCODING, XML_ERR_UNKNOWN_ENCODING, XML_ERR_UNSUPPORTED_ENCODING, XML_ERR_ENCODING_NAME:
            .encoding
        case XML_ERR_ENTITYREF_NO_NAME, XML_ERR_ENTITYREF_SEMICOL_MISSING, XML_ERR_ENTITYREF_AT_EOF,
            XML_ERR_UNDECLARED_ENTITY, XML_ERR_INVALID_CHARREF, XML_ERR_INVALID_HEX_CHARREF,
            XML_ERR_INVALID_DEC_CHARREF, XML_ERR_LT_IN_ATTRIBUTE, XML_ERR_NAME_REQUIRED, XML_ERR_GT_REQUIRED,
            XML_ERR_TAG_NAME_MISMATCH, XML_ERR_ATTRIBUTE_NOT_STARTED, XML_ERR_MISPLACED_CDATA_END:
            .escape
        default: .other
        }
    }

    /// Whether the name is one of the phone's own: a parameter, a group or a part of the document.
    static func isKnown(_ name: String) -> Bool {
        let dictionary = ParameterDictionary.standard
        return dictionary[name] != nil || dictionary.groupNames.contains(name) || DocumentNames.isOne(name)
    }

    /// `text` with each occurrence of `word` that is not part of a longer word as `…`.
    static func hidingWord(_ word: String, in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: word) {
            let before = rest[..<range.lowerBound].last ?? result.last
            let isWhole = !joins(before) && !joins(rest[range.upperBound...].first)
            result += rest[..<range.lowerBound] + (isWhole ? "…" : word)
            rest = rest[range.upperBound...]
        }
        return result + rest
    }

    private static func joins(_ character: Character?) -> Bool {
        guard let character else { return false }
        return character.isLetter || character.isNumber || character == "_"
    }
}
