/// What a parameter is known by: its name and, for a parameter of a line, the number of that line.
///
/// Outside configuration files a parameter of a line is written as sibling models write it: `SIP_AUTHID_2` is
/// `SIP_AUTHID` of line 2.
public struct ParameterKey: Hashable, Sendable, Codable {
    /// The name as it stands in configuration files, for example `SIP_AUTHID`. Upper and lower case matter.
    public let name: String
    /// The line that the parameter belongs to; `nil` for a parameter of the whole phone.
    public let line: LineNumber?

    /// The parameter `name` of the whole phone, or of line `line`.
    public init(_ name: String, line: LineNumber? = nil) {
        self.name = name
        self.line = line
    }

    /// By name and line, in fewer steps than the compiler's own: settings are looked up by the thousand.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(UInt8(truncatingIfNeeded: line?.rawValue ?? 0))
    }

    /// Reads what `description` prints.
    ///
    /// Some names end in digits themselves (`DIAL_TONE1_FRQ`, `ACD_REASONCODE_NAME10`), so `dictionary` decides: a
    /// suffix `_1` to `_6` is a line number only where the rest is the name of a line's parameter. A name that the
    /// dictionary does not have is taken as it stands, without a line.
    public init(parsing text: String, in dictionary: ParameterDictionary = .standard) {
        if dictionary[text] == nil, let split = Self.splitLineSuffix(text),
            let definition = dictionary[split.name], definition.isLineParameter,
            let line = LineNumber(rawValue: split.number)
        {
            self.init(split.name, line: line)
        } else {
            self.init(text)
        }
    }

    /// `NAME_12` as `NAME` and 12; `nil` when the text does not end in an underscore and one to three digits.
    static func splitLineSuffix(_ text: String) -> (name: String, number: Int)? {
        guard let underscore = text.utf8.lastIndex(of: UInt8(ascii: "_")), underscore > text.startIndex else {
            return nil
        }
        let digits = text[text.utf8.index(after: underscore)...]
        guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits)
        else { return nil }
        return (String(text[..<underscore]), number)
    }
}

extension ParameterKey: CustomStringConvertible {
    /// `NAME`, or `NAME_n` for a parameter of line n.
    public var description: String {
        guard let line else { return name }
        return "\(name)_\(line)"
    }
}

extension ParameterKey: Comparable {
    /// By name, then by line; a parameter of the whole phone comes before those of lines.
    public static func < (a: ParameterKey, b: ParameterKey) -> Bool {
        a.name == b.name ? (a.line?.rawValue ?? 0) < (b.line?.rawValue ?? 0) : a.name < b.name
    }
}
