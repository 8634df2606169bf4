import Glibc
import Provisioning

/// Whether the URL of a NOTIFY leads anywhere. Anybody on the link may send one, so it must be a URL to the letter of RFC
/// 3986 once the macros are replaced; what is given by hand or by DHCP is not held to that.
struct SIPURLCheck {
    /// Why the phone does not take it, in a few words; nil when it does.
    let problem: String?

    init(_ text: String, for identity: PhoneIdentity) {
        do throws(ProvisioningURL.Invalid) {
            let completed = try ProvisioningURL(completing: text, for: identity)
            if completed.hasUnknownMacro {
                problem = "it has a macro that is not known"
            } else {
                problem = completed.candidates.lazy.compactMap(Self.problem).first
            }
        } catch {
            problem = error.description
        }
    }

    /// `scheme "://" authority path-abempty [ "?" query ] [ "#" fragment ]` (RFC 3986 section 3).
    private static func problem(ofURL url: String) -> String? {
        let bytes = Array(url.utf8)
        guard let slashes = bytes.indices.first(where: { bytes[$0...].starts(with: "://".utf8) }) else {
            return "it names no protocol"
        }
        var rest = bytes[(slashes + 3)...]
        let authority = rest.prefix { !"/?#".utf8.contains($0) }
        rest = rest[authority.endIndex...]
        if let problem = problem(ofAuthority: authority) { return problem }
        let path = rest.prefix { !"?#".utf8.contains($0) }
        rest = rest[path.endIndex...]
        guard consists(path, of: ":@/") else { return "its path is not as RFC 3986 has it" }
        if rest.first == UInt8(ascii: "?") {
            let query = rest.dropFirst().prefix { $0 != UInt8(ascii: "#") }
            rest = rest[query.endIndex...]
            guard consists(query, of: ":@/?") else { return "its query is not as RFC 3986 has it" }
        }
        guard consists(rest.dropFirst(), of: ":@/?") else { return "its fragment is not as RFC 3986 has it" }
        return nil
    }

    /// `[ userinfo "@" ] host [ ":" port ]` (RFC 3986 section 3.2). The port has been looked at before.
    private static func problem(ofAuthority authority: ArraySlice<UInt8>) -> String? {
        var host = authority
        if let at = authority.firstIndex(of: UInt8(ascii: "@")) {
            guard consists(authority[..<at], of: ":") else { return "its credentials are not as RFC 3986 has them" }
            host = authority[(at + 1)...]
        }
        if host.first == UInt8(ascii: "[") {
            let address = String(decoding: host.dropFirst().prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self)
            var parsed = in6_addr()
            return inet_pton(AF_INET6, address, &parsed) == 1 ? nil : "‘\(address)’ is no IPv6 address"
        }
        return consists(host.prefix { $0 != UInt8(ascii: ":") }, of: "") ? nil : "its host is not as RFC 3986 has it"
    }

    /// Only unreserved characters, sub-delims, whole percent-encodings, and those of `others`.
    private static func consists(_ text: ArraySlice<UInt8>, of others: String) -> Bool {
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard text[index...].dropFirst().prefix(2).count(where: \.isHexadecimal) == 2 else { return false }
                index += 3
                continue
            }
            guard byte.isUnreserved || "!$&'()*+,;=".utf8.contains(byte) || others.utf8.contains(byte) else {
                return false
            }
            index += 1
        }
        return true
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }

    /// RFC 3986 section 2.3.
    fileprivate var isUnreserved: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || "-._~".utf8.contains(self)
    }
}
