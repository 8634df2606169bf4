/// What a SUBSCRIBE of SIP PnP says: the phone, and the values made at random for this exchange.
public struct SubscribeRequest: Hashable, Sendable {
    /// How the MAC stands in the user part of Request-URI, From and To. Servers differ in which forms they read.
    public enum UserForm: String, Hashable, Sendable, CaseIterable {
        /// `MAC%3a0080F0ABCDEF`: read by most servers; pnpserv cuts it out by column.
        case escapedLowercase = "MAC%3a"
        /// `MAC%3A0080F0ABCDEF`: servers made for Grandstream phones.
        case escapedUppercase = "MAC%3A"
        /// `MAC0080F0ABCDEF`: Yealink's form.
        case plain = "MAC"
    }

    /// Why a request cannot be made.
    public enum ValueError: Error, Hashable, Sendable, CustomStringConvertible {
        /// The MAC is not twelve hexadecimal digits.
        case mac(String)
        /// The host is neither a domain name nor a numeric address.
        case host(String)
        /// A value has a control character or is longer than 128 bytes.
        case text(name: String)

        /// What is wrong, and what would be right.
        public var description: String {
            switch self {
            case .mac(let value): "MAC \"\(value.printable())\" is not twelve hexadecimal digits"
            case .host(let value):
                "host \"\(value.printable())\" of the SUBSCRIBE is neither a domain name nor a numeric address"
            case .text(let name): "\(name) of the SUBSCRIBE has a control character or more than 128 bytes"
            }
        }
    }

    /// Twelve upper-case hexadecimal digits.
    public let mac: String
    /// `vendor` of the Event header, for example `Panasonic`.
    public let vendor: String
    /// `model` of the Event header, for example `KX-UTG200B`.
    public let model: String
    /// `version` of the Event header, for example `03.131`.
    public let version: String
    /// Form of the user part.
    public let userForm: UserForm
    /// Host of Request-URI, From and To; nil stands for the group's address. Phones also put their domain here.
    public let host: String?
    /// `User-Agent` of the SUBSCRIBE and of the answers to its NOTIFYs.
    public let userAgent: String
    /// Call-ID, branch and tag.
    public let identifiers: PnPIdentifiers

    static let maximumTextLength = 128

    /// Makes a request.
    ///
    /// - Throws: ``ValueError`` when a value could not stand in a SIP message.
    public init(
        mac: String,
        vendor: String,
        model: String,
        version: String,
        userForm: UserForm = .escapedLowercase,
        host: String? = nil,
        userAgent: String,
        identifiers: PnPIdentifiers
    ) throws(ValueError) {
        guard mac.utf8.count == 12, mac.utf8.allSatisfy(\.isHexDigit) else { throw .mac(mac) }
        if let host {
            guard !host.isEmpty, host.utf8.count <= Self.maximumTextLength, Self.isHost(host) else { throw .host(host) }
        }
        for (name, value) in [
            ("vendor", vendor), ("model", model), ("version", version), ("User-Agent", userAgent),
        ] {
            guard value.utf8.count <= Self.maximumTextLength, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw .text(name: name) }
        }
        self.mac = mac.uppercased()
        self.vendor = vendor
        self.model = model
        self.version = version
        self.userForm = userForm
        self.host = host
        self.userAgent = userAgent
        self.identifiers = identifiers
    }

    private static func isHost(_ host: String) -> Bool {
        if host.utf8.first == UInt8(ascii: "[") {
            return host.utf8.last == UInt8(ascii: "]") && host.utf8.count > 4
                && host.utf8.dropFirst().dropLast().allSatisfy {
                    $0.isHexDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                }
        }
        return host.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }
}
