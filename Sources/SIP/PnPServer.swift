/// A server that answered a SUBSCRIBE: what is known of it.
public struct PnPServer: Hashable, Sendable, CustomStringConvertible {
    /// Where its datagrams came from. Many servers use another port than 5060.
    public let address: SIPAddress
    /// Its `User-Agent` or `Server` header; empty when it sent none.
    public internal(set) var product: String
    /// Time from the first SUBSCRIBE to the datagram that this describes.
    public internal(set) var delay: Duration
    /// What it did otherwise than the RFCs say, so far.
    public internal(set) var deviations: Set<SIPDeviation>

    /// Makes a description of a server.
    public init(address: SIPAddress, product: String, delay: Duration, deviations: Set<SIPDeviation>) {
        self.address = address
        self.product = product
        self.delay = delay
        self.deviations = deviations
    }

    /// `198.51.100.1:5060 (Kamailio), 3 ms; deviations: …`
    public var description: String {
        var text = "\(address)"
        if !product.isEmpty { text += " (\(product.printable()))" }
        text += ", \(delay.milliseconds) ms"
        if !deviations.isEmpty {
            text += "; deviations: "
            text += SIPDeviation.allCases.filter(deviations.contains).map(\.description).joined(separator: ", ")
        }
        return text
    }
}
