extension ProvisioningURL {
    /// Whether a phone whose provisioning URL is set to `given` asks elsewhere than at `url`, from which it came, whether
    /// that is complete or as it was given to the phone. Credentials, the case of the server's name and the port that a
    /// protocol has anyway make no other place (RFC 3986 6.2).
    public static func leads(_ given: String, elsewhereThan url: String, for identity: PhoneIdentity) -> Bool {
        guard let asked = try? ProvisioningURL(completing: given, for: identity) else { return true }
        let completed = (try? ProvisioningURL(completing: url, for: identity))?.candidates ?? []
        let places = Set((completed + [url]).map(place))
        return !asked.candidates.contains { places.contains(place($0)) }
    }

    private static func place(_ url: String) -> String {
        guard let (name, rest) = splitScheme(url) else { return url }
        let scheme = name.lowercased()
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority = rest[..<end]
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let port =
            switch scheme {
            case "tftp": ":69"
            case "http": ":80"
            case "https": ":443"
            default: ":21"
            }
        let server = host.lowercased()
        return "\(scheme)://\(server.hasSuffix(port) ? String(server.dropLast(port.count)) : server)\(rest[end...])"
    }
}
