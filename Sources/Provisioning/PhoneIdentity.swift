/// Who a phone is to a provisioning server.
public struct PhoneIdentity: Sendable, Hashable, Codable {
    /// The hardware address.
    public let mac: MACAddress
    /// The model name, for example `KX-UTG200B`.
    public let model: String
    /// The software version, for example `03.131`.
    public let softwareVersion: String

    /// Makes an identity.
    public init(mac: MACAddress, model: String, softwareVersion: String) {
        self.mac = mac
        self.model = model
        self.softwareVersion = softwareVersion
    }

    /// The macros of provisioning URLs and of HTTP_USER_AGENT, each with its value (Administrator Guide, "Macros").
    ///
    /// Upper and lower case matter.
    public var macros: [(name: String, value: String)] {
        [
            ("{MODEL}", model),
            ("{MAC}", mac.upperCase),
            ("{mac}", mac.lowerCase),
            ("{fwver}", softwareVersion),
        ]
    }

    /// Replaces the macros in a text. A macro that is not known stays as it stands.
    ///
    /// A value is not looked at again, so one that looks like a macro is not replaced.
    public func expandingMacros(in text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var result = ""
        var rest = Substring(text)
        scan: while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            for (name, value) in macros where rest.hasPrefix(name) {
                result += value
                rest = rest.dropFirst(name.count)
                continue scan
            }
            result.append("{")
            rest = rest.dropFirst()
        }
        return result + rest
    }
}
