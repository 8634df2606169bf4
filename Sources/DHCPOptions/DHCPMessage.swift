/// A DHCP message: RFC 2131 section 2, with its options (RFC 2132) taken apart and joined (RFC 3396).
public struct DHCPMessage: Hashable, Sendable {
    /// Who speaks: the field `op`.
    public enum Operation: UInt8, Sendable {
        /// BOOTREQUEST: a client.
        case request = 1
        /// BOOTREPLY: a server.
        case reply = 2
    }

    /// What the message is: option 53 (RFC 2132 section 9.6). Others than these concern no client that only asks.
    public enum Kind: UInt8, Sendable {
        /// DHCPACK.
        case ack = 5
        /// DHCPNAK.
        case nak = 6
        /// DHCPINFORM.
        case inform = 8
    }

    /// The field `op`.
    public var operation: Operation
    /// The transaction id, the field `xid`.
    public var transaction: UInt32
    /// Seconds since the client began, the field `secs`.
    public var seconds: UInt16
    /// The client wants the answer by broadcast: the first bit of the field `flags`.
    public var wantsBroadcast: Bool
    /// The address that the client has, `ciaddr`.
    public var clientAddress: IPv4Address
    /// The address that the server gives, `yiaddr`.
    public var yourAddress: IPv4Address
    /// The next server of a boot, `siaddr`.
    public var nextServer: IPv4Address
    /// The relay agent, `giaddr`.
    public var relayAgent: IPv4Address
    /// The client's hardware address, `chaddr`: at most 16 bytes.
    public var hardwareAddress: [UInt8]
    /// The field `sname` up to its first NUL; empty when it holds options instead (option 52).
    public var serverName: [UInt8]
    /// The field `file` up to its first NUL; empty when it holds options instead (option 52).
    public var bootFile: [UInt8]
    /// The options by their code, without pad, end and overload. The parts of a long one are joined.
    public var options: [UInt8: [UInt8]]

    /// A client's message without options.
    public init(transaction: UInt32, clientAddress: IPv4Address, hardwareAddress: [UInt8]) {
        operation = .request
        self.transaction = transaction
        seconds = 0
        wantsBroadcast = false
        self.clientAddress = clientAddress
        yourAddress = .none
        nextServer = .none
        relayAgent = .none
        self.hardwareAddress = hardwareAddress
        serverName = []
        bootFile = []
        options = [:]
    }

    /// The message's kind; `nil` when option 53 is missing, malformed, or says another.
    public var kind: Kind? {
        guard let content = options[Code.messageType], content.count == 1 else { return nil }
        return Kind(rawValue: content[0])
    }

    /// Option 54, the server's address; `nil` when it is missing or not four bytes.
    public var serverIdentifier: IPv4Address? { options[Code.serverIdentifier].flatMap { IPv4Address(bytes: $0) } }

    /// Codes of options.
    enum Code {
        static let pad: UInt8 = 0
        static let domainName: UInt8 = 15
        static let overload: UInt8 = 52
        static let messageType: UInt8 = 53
        static let serverIdentifier: UInt8 = 54
        static let parameterList: UInt8 = 55
        static let maximumSize: UInt8 = 57
        static let vendorClass: UInt8 = 60
        static let serverName: UInt8 = 66
        static let bootFile: UInt8 = 67
        static let option159: UInt8 = 159
        static let option160: UInt8 = 160
        static let end: UInt8 = 255
    }

    /// Where the fields lie, in bytes (RFC 2131 figure 1).
    enum Layout {
        static let transaction = 4
        static let seconds = 8
        static let flags = 10
        static let addresses = 12
        static let hardwareAddress = 28..<44
        static let serverName = 44..<108
        static let bootFile = 108..<236
        static let cookie: [UInt8] = [99, 130, 83, 99]
        static let options = 240
        static let broadcastFlag: UInt16 = 0x8000
        /// Hardware type 1, Ethernet (RFC 1700).
        static let ethernet: UInt8 = 1
    }

    /// Largest message that is read, in bytes: more than an Ethernet frame holds, and than this client asks for.
    public static let maximumSize = 4096
    /// Smallest message that is sent, in bytes: BOOTP relays and servers drop shorter ones (RFC 1542 section 2.1).
    static let minimumSentSize = 300
    /// Largest hardware address, in bytes.
    static let maximumHardwareAddress = 16
}
