/// Why the variables of a DHCP client's hook are not an event. Nothing of such an event is used.
public enum DHCPEventError: Error, Hashable, Sendable {
    /// A variable that every event has is not there.
    case missingVariable(String)
    /// A variable's value is not of its kind.
    case malformed(name: String, value: String)
    /// More variables than ``DHCPEvent/maximumVariables``; how many there are.
    case tooManyVariables(Int)
    /// A variable longer than ``DHCPEvent/maximumVariableLength``; its length in bytes.
    case variableTooLong(name: String, length: Int)
    /// All known variables together are longer than ``DHCPEvent/maximumTotalLength``; their length in bytes.
    case environmentTooLong(Int)
}

extension DHCPEventError: CustomStringConvertible {
    /// What happened and what to do, in one line without control characters.
    public var description: String {
        switch self {
        case .missingVariable(let name):
            "the variable \"\(name)\" is missing; dhcp-event is called by a DHCP client's hook, which sets it"
        case .malformed(let name, let value):
            "the variable \"\(name)\" has the value \(value.quotedForMessage), which is not of its kind; "
                + "look at the DHCP client's hook"
        case .tooManyVariables(let count):
            "the environment has \(count) variables, more than the \(DHCPEvent.maximumVariables) accepted"
        case .variableTooLong(let name, let length):
            "the variable \"\(name)\" has \(length) bytes, more than the \(DHCPEvent.maximumVariableLength) accepted"
        case .environmentTooLong(let length):
            "the DHCP client's variables have \(length) bytes together, more than the "
                + "\(DHCPEvent.maximumTotalLength) accepted"
        }
    }
}

extension String {
    /// How much of a value a message shows, in characters.
    static let maximumShownInMessage = 64

    /// The value in quotes for a message: control characters escaped, and cut after ``maximumShownInMessage``.
    var quotedForMessage: String {
        let shown = prefix(Self.maximumShownInMessage)
        return String(reflecting: String(shown)) + (shown.endIndex < endIndex ? "…" : "")
    }
}

/// Names of network interfaces as Linux accepts them.
public enum InterfaceName {
    /// Longest name in bytes: `IFNAMSIZ` less the ending NUL.
    public static let maximumLength = 15

    /// Whether Linux could have an interface of this name, and it is printable ASCII.
    ///
    /// The kernel (`dev_valid_name`) refuses `.`, `..`, and names with `/`, `:` or white space. Other bytes it would
    /// take, but no name that a human typed has them and a log should not.
    public static func isValid(_ name: String) -> Bool {
        guard (1...maximumLength).contains(name.utf8.count), name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { byte in
            byte.isPrintableASCII && byte != 0x20 && byte != UInt8(ascii: "/") && byte != UInt8(ascii: ":")
        }
    }
}
