import PhoneSettings

// The variables of the environment that stand over the file.

extension YAMLReader {
    /// What the variables of all keys begin with.
    private static let variablePrefix = "PHONEPROVD_"
    /// A variable of the DHCP clients' hooks, which may be set for all programs of a host.
    private static let hookVariable = "PHONEPROVD_SOCKET"

    /// The variables that look like those of keys and are none: most likely slips.
    var unknownVariables: [ConfigurationProblem] {
        let known = Self.scalars.keys.map(Self.variable).sorted()
        let own = environment.keys.filter { $0.hasPrefix(Self.variablePrefix) && $0 != Self.hookVariable }
        return own.filter { !known.contains($0) }.sorted().map { name in
            let hint = NearestName.find(name, in: known).map { ": did you mean \($0)?" } ?? ""
            return ConfigurationProblem(
                place: name,
                line: nil,
                message: "no key has this variable, so it sets nothing\(hint)"
            )
        }
    }

    /// `sipPnP.localPort` → `PHONEPROVD_SIP_PNP_LOCAL_PORT`.
    static func variable(_ path: String) -> String {
        var result = variablePrefix
        var previousIsUpper = true
        for character in path {
            if character == "." {
                result.append("_")
                previousIsUpper = true
            } else {
                if character.isUppercase, !previousIsUpper { result.append("_") }
                result += character.uppercased()
                previousIsUpper = character.isUppercase
            }
        }
        return result.replacing("SIP_PN_P", with: "SIP_PNP")
    }
}
