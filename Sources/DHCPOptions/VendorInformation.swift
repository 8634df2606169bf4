/// DHCPv6 vendor-specific information, option 17 (RFC 8415 section 21.17): an enterprise number, then sub-options.
///
/// The phone takes a URL from sub-option 1 (Administrator Guide, DHCPv6 provisioning). The guide names no enterprise
/// number, so any is accepted and kept for the trace.
public struct VendorInformation: Hashable, Sendable {
    /// The enterprise number, as registered with IANA.
    public let enterpriseNumber: UInt32
    /// The content of sub-option 1, as in the packet; `nil` when there is no such sub-option.
    public let provisioningURL: [UInt8]?

    /// The sub-option that holds the provisioning URL.
    public static let provisioningURLCode: UInt16 = 1

    /// Most sub-options accepted.
    public static let maximumSubOptions = 64

    /// Why bytes are not vendor-specific information.
    public enum Failure: Error, Hashable, Sendable, Codable {
        /// It ends within the enterprise number or within a sub-option; the offset where that one begins, in bytes.
        case endsEarly(offset: Int)
        /// More than ``VendorInformation/maximumSubOptions`` sub-options.
        case tooManySubOptions
        /// Sub-option 1 stands there twice.
        case repeatedURL
        /// There is no sub-option 1.
        case noURL(enterpriseNumber: UInt32)
    }

    /// Decodes the option's content.
    ///
    /// - Throws: ``Failure`` when it is not built as RFC 8415 says; a repeated sub-option 1 is refused, because nothing
    ///   says which of the two counts.
    public init(bytes: [UInt8]) throws(Failure) {
        guard bytes.count >= 4 else { throw .endsEarly(offset: 0) }
        enterpriseNumber = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        var url: [UInt8]?
        var offset = 4
        var count = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 4 else { throw .endsEarly(offset: offset) }
            let code = UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
            let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            guard bytes.count - offset - 4 >= length else { throw .endsEarly(offset: offset) }
            count += 1
            guard count <= Self.maximumSubOptions else { throw .tooManySubOptions }
            if code == Self.provisioningURLCode {
                guard url == nil else { throw .repeatedURL }
                url = Array(bytes[(offset + 4)..<(offset + 4 + length)])
            }
            offset += 4 + length
        }
        provisioningURL = url
    }
}

extension VendorInformation.Failure: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .endsEarly(let offset): "it ends within the part that begins at byte \(offset)"
        case .tooManySubOptions: "it has more than \(VendorInformation.maximumSubOptions) sub-options"
        case .repeatedURL: "sub-option \(VendorInformation.provisioningURLCode) stands there twice"
        case .noURL(let enterprise):
            "enterprise number \(enterprise) has no sub-option \(VendorInformation.provisioningURLCode)"
        }
    }
}
