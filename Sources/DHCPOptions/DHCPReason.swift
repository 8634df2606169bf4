/// Why a DHCP client called its hook: the `reason` variable of dhclient-script(8).
///
/// Other clients' hooks translate their own words to these (udhcpc's `deconfig`, dhcpcd's `NOCARRIER`), so that one
/// vocabulary reaches the daemon. A word that is not in the list is kept, and named in the trace.
public enum DHCPReason: Hashable, Sendable {
    /// `PREINIT`, `PREINIT6`: the interface is being made ready, nothing is known yet.
    case preinit(AddressFamily)
    /// `BOUND`, `BOUND6`: a new lease.
    case bound(AddressFamily)
    /// `REBOOT`: an old lease was confirmed after a restart (RFC 2131 section 4.3.2, INIT-REBOOT). IPv4 only.
    case reboot
    /// `RENEW`, `RENEW6`: the lease was extended by the server that gave it, or a stateless DHCPv6 answer came.
    case renew(AddressFamily)
    /// `REBIND`, `REBIND6`: the lease was extended by any server.
    case rebind(AddressFamily)
    /// `TIMEOUT`: no server answered, and an old lease is tried. Its values may be out of date. IPv4 only.
    case timeout
    /// `EXPIRE`, `EXPIRE6`: the lease ran out.
    case expire(AddressFamily)
    /// `FAIL`, `FAIL6`: no server answered and no old lease is of use.
    case fail(AddressFamily)
    /// `RELEASE`, `RELEASE6`: the client gave the lease back.
    case release(AddressFamily)
    /// `STOP`, `STOP6`: the client ends and leaves the interface without a lease of its own.
    case stop(AddressFamily)
    /// `DEPREF6`: the IPv6 address is past its preferred lifetime; the lease still holds.
    case deprefer
    /// `MEDIUM`: the interface's media type is being set.
    case medium
    /// `NBI`: no broadcast interface was found.
    case noBroadcastInterface
    /// `V6ONLY`: the server asks the host to do without IPv4 (RFC 8925).
    case ipv6Only
    /// Any other word, as it was given. It says nothing about a lease that phoneprovd could rely on.
    case other(String)

    /// Longest reason accepted, in bytes. The longest that dhclient has is `PREINIT6`, eight bytes.
    public static let maximumLength = 32

    private static let words: [String: DHCPReason] = [
        "PREINIT": .preinit(.ipv4), "PREINIT6": .preinit(.ipv6),
        "BOUND": .bound(.ipv4), "BOUND6": .bound(.ipv6),
        "REBOOT": .reboot,
        "RENEW": .renew(.ipv4), "RENEW6": .renew(.ipv6),
        "REBIND": .rebind(.ipv4), "REBIND6": .rebind(.ipv6),
        "TIMEOUT": .timeout,
        "EXPIRE": .expire(.ipv4), "EXPIRE6": .expire(.ipv6),
        "FAIL": .fail(.ipv4), "FAIL6": .fail(.ipv6),
        "RELEASE": .release(.ipv4), "RELEASE6": .release(.ipv6),
        "STOP": .stop(.ipv4), "STOP6": .stop(.ipv6),
        "DEPREF6": .deprefer,
        "MEDIUM": .medium, "NBI": .noBroadcastInterface, "V6ONLY": .ipv6Only,
    ]

    /// Reads the word as dhclient-script(8) has it, upper case.
    ///
    /// - Returns: `nil` when the word is empty, longer than ``maximumLength``, or holds anything but ASCII letters,
    ///   digits, `_` and `-`.
    public init?(word: String) {
        guard !word.isEmpty, word.utf8.count <= Self.maximumLength, word.utf8.allSatisfy(\.isWordByte) else {
            return nil
        }
        self = Self.words[word] ?? .other(word)
    }

    /// What this reason means for the values of a lease.
    public var meaning: Meaning {
        switch self {
        case .bound(let family), .renew(let family), .rebind(let family): .leaseHolds(family)
        case .reboot, .timeout: .leaseHolds(.ipv4)
        case .expire(let family), .fail(let family), .release(let family), .stop(let family): .leaseEnds(family)
        case .preinit, .deprefer, .medium, .noBroadcastInterface, .ipv6Only, .other: .nothing
        }
    }

    /// What a reason means for the values of a lease.
    public enum Meaning: Hashable, Sendable {
        /// The `new_` variables are the lease now in force, all of them.
        case leaseHolds(AddressFamily)
        /// There is no lease any more; its values are gone.
        case leaseEnds(AddressFamily)
        /// Neither: whatever lease was in force still is.
        case nothing
    }
}

extension DHCPReason: CustomStringConvertible {
    /// The word as dhclient-script(8) has it.
    public var description: String {
        switch self {
        case .preinit(let family): "PREINIT" + family.reasonSuffix
        case .bound(let family): "BOUND" + family.reasonSuffix
        case .reboot: "REBOOT"
        case .renew(let family): "RENEW" + family.reasonSuffix
        case .rebind(let family): "REBIND" + family.reasonSuffix
        case .timeout: "TIMEOUT"
        case .expire(let family): "EXPIRE" + family.reasonSuffix
        case .fail(let family): "FAIL" + family.reasonSuffix
        case .release(let family): "RELEASE" + family.reasonSuffix
        case .stop(let family): "STOP" + family.reasonSuffix
        case .deprefer: "DEPREF6"
        case .medium: "MEDIUM"
        case .noBroadcastInterface: "NBI"
        case .ipv6Only: "V6ONLY"
        case .other(let word): word
        }
    }
}

/// The address family that a lease is of.
public enum AddressFamily: String, Hashable, Sendable, Codable {
    /// DHCP (RFC 2131).
    case ipv4
    /// DHCPv6 (RFC 8415).
    case ipv6

    var reasonSuffix: String { self == .ipv6 ? "6" : "" }
}

extension UInt8 {
    /// ASCII letter, digit, `_` or `-`.
    var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Printable ASCII, the blank included.
    var isPrintableASCII: Bool { self >= 0x20 && self < 0x7F }

    /// The number that an ASCII hexadecimal digit stands for; `nil` for any other byte.
    var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
