/// A numeric network address and a UDP port: where a datagram came from or goes to.
public struct SIPAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4 in dotted decimal, or IPv6 without brackets. Never a name.
    public let host: String
    /// UDP port, 1 to 65535.
    public let port: Int

    /// Makes an address.
    ///
    /// - Parameters:
    ///   - host: IPv4 in dotted decimal, or IPv6 without brackets.
    ///   - port: UDP port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The group that SIP PnP uses, `sip.mcast.net` (Administrator Guide, "SIP PnP"; RFC 3261 section 10.2.6).
    public static let pnpGroup = SIPAddress(host: "224.0.1.75", port: 5060)

    /// The host as it stands in a URI or a Via: IPv6 in brackets (RFC 3261 section 25.1, `host`).
    public var uriHost: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }

    /// `host:port`, IPv6 in brackets.
    public var description: String { "\(uriHost):\(port)" }
}
