/// Something of a lease that a DHCP client does not hand over to its hook, as the hook says in `phone_prov_lost`.
public enum DHCPLoss: Hashable, Sendable, Codable {
    /// This option, for this reason.
    case option(Int, Cause)
    /// Renewals: what a lease says from then on. NetworkManager 1.42 calls its dispatcher scripts for none.
    case renewals

    /// Why an option is not handed over.
    public enum Cause: String, Hashable, Sendable, Codable {
        /// dhcpcd takes option 66 for a domain name, and makes nothing of a URL (measured with 9.4.1).
        case domainName = "domain-name"
        /// udhcpc puts the word "bad" in the place of a value that is no host name (busybox's SANITIZEOPT, which Debian
        /// builds with).
        case bad
        /// The client does not ask for it, and nothing can make it; or its configuration does not.
        case notRequested = "not-requested"
        /// It came under a name that the client has compiled in, of another kind: see
        /// ``DHCPEvent/Note/undeclaredOption(_:)``.
        case undeclared
    }

    /// The options that may be lost: the phone's.
    static let codes = [66, 159, 160]

    /// Reads one word, such as `66:bad` or `renewals:unreported`; `nil` for any other.
    init?(word: Substring) {
        if word == "renewals:unreported" {
            self = .renewals
            return
        }
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let code = Int(parts[0]), Self.codes.contains(code),
            let cause = Cause(rawValue: String(parts[1]))
        else { return nil }
        self = .option(code, cause)
    }

    /// Reads the variable: words with a blank between them, none twice.
    static func list(_ text: String) -> [DHCPLoss]? {
        var losses: [DHCPLoss] = []
        for word in text.split(separator: " ") {
            guard let loss = DHCPLoss(word: word), !losses.contains(loss) else { return nil }
            losses.append(loss)
        }
        return losses
    }
}

extension DHCPLoss: CustomStringConvertible {
    /// What is not handed over, why, and what to do, in one line.
    public var description: String {
        switch self {
        case .option(let code, .domainName):
            "the server sent option \(code), and dhcpcd made nothing of it, as it takes it for a domain name; put the "
                + "lines of /etc/phoneprovd/dhcp/dhcpcd.conf into dhcpcd.conf"
        case .option(let code, .bad):
            "the server sent option \(code), and udhcpc put the word \"bad\" in its place, as it is no host name; let "
                + "phoneprovd ask (phoneprov-inform.socket), or use option 160 or 159"
        case .option(let code, .notRequested):
            "the DHCP client does not ask for option \(code); let phoneprovd ask (phoneprov-inform.socket)"
        case .option(let code, .undeclared): "\(DHCPEvent.Note.undeclaredOption(code))"
        case .renewals:
            "the DHCP client tells of no renewal; let phoneprovd ask (phoneprov-inform.socket)"
        }
    }
}
