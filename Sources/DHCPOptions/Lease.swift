/// A lease of either family.
public enum Lease: Hashable, Sendable, Codable {
    /// A DHCP lease (RFC 2131).
    case ipv4(IPv4Lease)
    /// A DHCPv6 lease (RFC 8415), or the answer to an Information-request.
    case ipv6(IPv6Lease)
}

/// What a DHCP lease says that matters to a phone.
public struct IPv4Lease: Hashable, Sendable, Codable {
    /// Option 160, the phone's first choice. A captive portal's URL (RFC 7710 used this code until RFC 8910) looks the
    /// same and cannot be told apart.
    public var option160: OptionValue
    /// Option 159, the second choice.
    public var option159: OptionValue
    /// Option 66, TFTP server name (RFC 2132 section 9.4), the third choice.
    public var option66: OptionValue
    /// Option 67, bootfile name (RFC 2132 section 9.5). The phone does not use it; kept for the trace.
    public var bootfileName: OptionValue
    /// Option 15, domain name (RFC 2132 section 3.17). Kept for the trace.
    public var domainName: OptionValue
    /// The address, in dotted-quad form; `nil` when the client did not say.
    public var address: String?
    /// Option 54, the server's address, in dotted-quad form; `nil` when the client did not say.
    public var serverIdentifier: String?
    /// Option 51, how long the lease lasts, in seconds; `nil` when the client did not say.
    public var leaseTime: UInt32?
    /// When the lease ends, in seconds since 1970; `nil` when the client did not say.
    public var expiry: UInt64?

    /// A lease without any of the phone's options, for building one up.
    public init() {
        option160 = .absent
        option159 = .absent
        option66 = .absent
        bootfileName = .absent
        domainName = .absent
    }

    /// Reads the `new_` variables. An option that the server left out on a renewal stands only among the `old_` ones,
    /// and so is gone.
    init(variables: [String: String]) throws(DHCPEventError) {
        option160 = OptionValue(variable: variables[Variable.option160])
        option159 = OptionValue(variable: variables[Variable.option159])
        option66 = OptionValue(variable: variables[Variable.option66])
        bootfileName = OptionValue(variable: variables[Variable.bootfileName])
        domainName = OptionValue(variable: variables[Variable.domainName])
        let reader = VariableReader(variables: variables)
        address = try reader.read(Variable.address) { $0.isDottedQuad ? $0 : nil }
        serverIdentifier = try reader.read(Variable.serverIdentifier) { $0.isDottedQuad ? $0 : nil }
        leaseTime = try reader.read(Variable.leaseTime) { UInt32(decimal: $0) }
        expiry = try reader.read(Variable.expiry) { UInt64(decimal: $0) }
    }
}

/// What a DHCPv6 lease says that matters to a phone.
public struct IPv6Lease: Hashable, Sendable, Codable {
    /// Sub-option 1 of option 17, vendor-specific information (Administrator Guide, DHCPv6 provisioning). Option 17
    /// without that sub-option is ``OptionValue/refused(_:raw:)``.
    public var vendorURL: OptionValue
    /// The enterprise number that option 17 began with; `nil` without option 17.
    public var enterpriseNumber: UInt32?
    /// The address, as the client wrote it; `nil` for a stateless answer.
    public var address: String?
    /// The server's DUID, colon hexadecimal as the client wrote it; `nil` when the client did not say.
    public var serverIdentifier: String?
    /// When the address ends to be valid, in seconds since 1970; `nil` when the client did not say, or it never ends.
    public var expiry: UInt64?

    /// A lease without the phone's option, for building one up.
    public init() { vendorURL = .absent }

    /// The lifetime that means "for ever" (RFC 8415 section 7.7).
    static let infinity = UInt32.max

    init(variables: [String: String]) throws(DHCPEventError) {
        (vendorURL, enterpriseNumber) = Self.vendorURL(of: variables[Variable.vendorInformation])
        let reader = VariableReader(variables: variables)
        address = try reader.read(Variable.address6) { $0.isIPv6Text ? $0 : nil }
        serverIdentifier = try reader.read(Variable.serverIdentifier6) { $0.isDUIDText ? $0 : nil }
        let start = try reader.read(Variable.lifeStarts) { UInt64(decimal: $0) }
        let life = try reader.read(Variable.maximumLife) { UInt32(decimal: $0) }
        if let start, let life, life != Self.infinity {
            let (end, overflow) = start.addingReportingOverflow(UInt64(life))
            guard !overflow else { throw .malformed(name: Variable.lifeStarts, value: String(start)) }
            expiry = end
        }
    }

    private static func vendorURL(of variable: String?) -> (OptionValue, UInt32?) {
        guard let variable else { return (.absent, nil) }
        guard let bytes = try? ClientEncoding.bytes(of: variable) else { return (OptionValue(variable: variable), nil) }
        do throws(VendorInformation.Failure) {
            let information = try VendorInformation(bytes: bytes)
            guard let url = information.provisioningURL else {
                throw .noURL(enterpriseNumber: information.enterpriseNumber)
            }
            return (OptionValue(bytes: url, raw: variable), information.enterpriseNumber)
        } catch {
            return (.refused(OptionRefusal(reason: .vendorInformation(error), bytes: bytes), raw: variable), nil)
        }
    }
}

/// Reads variables that hold one thing of one kind: there and well-formed, not there, or an error.
private struct VariableReader {
    let variables: [String: String]

    func read<Value>(_ name: String, as convert: (String) -> Value?) throws(DHCPEventError) -> Value? {
        guard let text = variables[name], !text.isEmpty else { return nil }
        guard let value = convert(text) else { throw .malformed(name: name, value: text) }
        return value
    }
}

extension FixedWidthInteger {
    /// Reads decimal digits alone: no sign, no blanks.
    fileprivate init?(decimal text: String) {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        self.init(text, radix: 10)
    }
}

extension String {
    /// Longest text form of an IPv6 address or of a DUID that is accepted. A DUID has at most 130 bytes (RFC 8415
    /// section 11.1), each written in up to three characters.
    fileprivate static let maximumAddressText = 400

    fileprivate var isDottedQuad: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0.utf8.count <= 3 && UInt8(decimal: String($0)) != nil }
    }

    fileprivate var isIPv6Text: Bool {
        utf8.count <= Self.maximumAddressText && utf8.contains(UInt8(ascii: ":"))
            && utf8.allSatisfy { $0.hexDigitValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }

    fileprivate var isDUIDText: Bool {
        utf8.count <= Self.maximumAddressText
            && utf8.allSatisfy { $0.hexDigitValue != nil || $0 == UInt8(ascii: ":") }
    }
}
