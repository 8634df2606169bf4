import PhoneSettings

extension ConfigurationFile {
    /// The text of a file as a person may see it: decrypted, and with `***` in place of every secret.
    ///
    /// It goes by the text and not by the document, so that a secret in a comment, or in a place where the phone does not
    /// look for it, is hidden as well. The lines stay where they were.
    ///
    /// - Throws: when it cannot be decrypted.
    public static func maskedText(
        _ bytes: [UInt8],
        key: DecryptionKey? = nil,
        dictionary: ParameterDictionary = .standard
    ) throws(ConfigurationFileError) -> String {
        let plain = try EncryptedFile.opened(bytes, key: key)
        let encoding = try? read(plain.bytes, as: .initial, dictionary: dictionary).encoding
        var mask = SecretMask(dictionary: dictionary)
        return mask.masking(DocumentText.decoded(plain.bytes, encoding: encoding))
    }
}

/// Hides the values of secrets in the text of a document.
struct SecretMask {
    let dictionary: ParameterDictionary
    private var result = ""

    init(dictionary: ParameterDictionary) {
        self.dictionary = dictionary
    }

    mutating func masking(_ text: String) -> String {
        result = ""
        result.reserveCapacity(text.utf8.count)
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "<") {
            pass(rest[..<open])
            rest = rest[open...]
            // Every name that XML has, a prefix included, and neither a comment nor a CDATA section.
            let name = rest.dropFirst().prefix { !$0.isWhitespace && $0 != ">" && $0 != "/" && $0 != "<" }
            guard let first = name.first, first.isLetter || first == "_", dictionary.isSecret(String(name)),
                let end = rest.firstIndex(of: ">")
            else {
                result.append("<")
                rest = rest.dropFirst()
                continue
            }
            result += rest[...end]
            let isEmpty = rest[..<end].last == "/"
            rest = rest[rest.index(after: end)...]
            if isEmpty { continue }
            // Up to its end tag, whatever stands between: elements, CDATA, a comment. Without one all that follows is hidden.
            let close = rest.firstRange(of: "</\(name)")?.lowerBound ?? rest.endIndex
            let value = rest[..<close]
            if value.contains(where: { !$0.isWhitespace }) {
                result += ParameterDictionary.mask + String(value.filter(\.isNewline))
            } else {
                result += value
            }
            rest = rest[close...]
        }
        pass(rest)
        return result
    }

    /// Text outside secrets: passwords in URLs are hidden.
    private mutating func pass(_ text: Substring) {
        guard text.contains("@"), text.contains("://") else {
            result += text
            return
        }
        let parts = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let newlines = text.filter(\.isNewline)
        for (index, part) in parts.enumerated() {
            let words = part.split(separator: " ", omittingEmptySubsequences: false)
            result += words.map { dictionary.displayValue(String($0), of: "URL") }.joined(separator: " ")
            if index < newlines.count { result.append(newlines[newlines.index(newlines.startIndex, offsetBy: index)]) }
        }
    }
}
