import Provisioning

extension ParameterDictionary {
    /// What is shown in place of a secret.
    public static let mask = "***"

    /// Whether values of the parameter are never shown. A parameter that is not known counts as secret when its name
    /// reads like that of a password or a key.
    public func isSecret(_ name: String) -> Bool {
        if let definition = self[name] { return definition.isSecret }
        let upper = name.uppercased()
        return ["PASS", "PWD", "SECRET", "FILE_KEY", "PRIVATE_KEY"].contains { upper.contains($0) }
    }

    /// `value` as it may be shown: a secret that is not empty as `***`, and so are a URL's password and what
    /// looks like a secret in its query.
    public func displayValue(_ value: String, of name: String) -> String {
        if value.isEmpty { return value }
        return isSecret(name)
            ? Self.mask : ProvisioningURL.maskingQuerySecrets(in: Self.maskingURLPassword(value))
    }

    /// `scheme://id:password@host`, also without the scheme, as `scheme://id:***@host`; any other text as it stands.
    ///
    /// A password that should have been percent-encoded (`id:a/b@host`) is hidden up to the last `@`. A SIP URI keeps its
    /// colon: `sip:4711@host` has no password.
    static func maskingURLPassword(_ text: String) -> String {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        let rest = text[start...]
        guard !rest.hasPrefix("sip:"), !rest.hasPrefix("sips:"), !rest.hasPrefix("tel:") else { return text }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let colon = authority.firstIndex(of: ":"), !authority.hasPrefix("[") else { return text }
        let isPort = UInt16(authority[authority.index(after: colon)...]) != nil
        guard let at = authority.lastIndex(of: "@") ?? (isPort ? nil : rest.lastIndex(of: "@")), colon < at else {
            return text
        }
        return text[...colon] + mask + text[at...]
    }
}
