/// Asks a DHCP server for options by DHCPINFORM (RFC 2131 section 4.4.3), as a value: what happens goes in, what is to
/// be done comes out.
///
/// RFC 2131 section 4.1 lets a client wait 4 seconds for the first answer, then 8, each more or less by up to one. A
/// phone takes what DHCP says after the 5 seconds that it waits for a PnP server; so the waits here double too and are
/// spread, but begin with a quarter of that.
public struct DHCPInform: Sendable {
    /// Who asks.
    public struct Question: Hashable, Sendable {
        /// The address that the client has.
        public let address: IPv4Address
        /// The hardware address of its interface.
        public let hardwareAddress: [UInt8]
        /// Option 60, the vendor class; some servers give option 66 to the phones of a maker alone. Empty: none is sent.
        public let vendorClass: String
        /// The transaction id, by chance.
        public let transaction: UInt32

        /// Makes a question.
        public init(address: IPv4Address, hardwareAddress: [UInt8], vendorClass: String, transaction: UInt32) {
            self.address = address
            self.hardwareAddress = hardwareAddress
            self.vendorClass = vendorClass
            self.transaction = transaction
        }
    }

    /// What happens.
    public enum Event: Sendable {
        /// It begins.
        case start
        /// A datagram came to port 68.
        case datagram([UInt8])
        /// The wait is over.
        case timeout
    }

    /// What is to be done.
    public enum Action: Hashable, Sendable {
        /// Send this to port 67 of 255.255.255.255.
        case send([UInt8])
        /// Wait so long, instead of whatever was waited for.
        case wait(Duration)
        /// Something that came is not the answer, and why.
        case note(String)
        /// It is over.
        case finish(Outcome)
    }

    /// How it ended.
    public enum Outcome: Hashable, Sendable {
        /// A server answered; the DHCPACK as it came.
        case answered([UInt8])
        /// None did.
        case silence
    }

    /// How long other servers are waited for once one has answered without any of the phone's options.
    static let settling = Duration.milliseconds(500)
    /// Most notes: a stranger's datagrams must not fill a log.
    static let maximumNotes = 8
    /// The options that are asked for.
    static let requested: [UInt8] = [
        Code.option160, Code.option159, Code.serverName, Code.bootFile, Code.domainName,
    ]

    private typealias Code = DHCPMessage.Code

    private let question: Question
    private var waits: ArraySlice<Duration>
    private var fallback: [UInt8]?
    private var notes = 0
    /// The datagrams sent so far.
    public private(set) var sends = 0

    /// Prepares a question.
    ///
    /// - Parameters:
    ///   - question: who asks.
    ///   - waits: how long each datagram is waited for; see ``waits(within:using:)``.
    public init(_ question: Question, waits: [Duration]) {
        self.question = question
        self.waits = waits[...]
    }

    /// Waits that double from one second on, spread by up to a quarter, and together are as long as `limit`.
    public static func waits(within limit: Duration, using random: inout some RandomNumberGenerator) -> [Duration] {
        var result: [Duration] = []
        var rest = limit
        var next = Duration.seconds(1)
        while rest > .zero {
            let spread = next * Double.random(in: 0.75...1.25, using: &random)
            // A wait too short for an answer is no use: it is added to the one before.
            let wait = rest - spread < .milliseconds(500) ? rest : spread
            result.append(wait)
            rest -= wait
            next *= 2
        }
        return result
    }

    /// Takes an event.
    ///
    /// - Returns: what to do, in this order.
    public mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .start: return sendNext()
        case .timeout:
            if let fallback { return [.finish(.answered(fallback))] }
            return sendNext()
        case .datagram(let bytes): return datagram(bytes)
        }
    }

    private mutating func sendNext() -> [Action] {
        guard let wait = waits.popFirst() else { return [.finish(.silence)] }
        sends += 1
        return [.send(message.bytes), .wait(wait)]
    }

    /// The DHCPINFORM. It asks for no lease time and no address (RFC 2131 table 5).
    var message: DHCPMessage {
        var message = DHCPMessage(
            transaction: question.transaction,
            clientAddress: question.address,
            hardwareAddress: question.hardwareAddress
        )
        message.options[Code.messageType] = [DHCPMessage.Kind.inform.rawValue]
        message.options[Code.parameterList] = Self.requested
        // What one Ethernet frame holds.
        message.options[Code.maximumSize] = [UInt8(1500 >> 8), UInt8(1500 & 0xFF)]
        if !question.vendorClass.isEmpty {
            message.options[Code.vendorClass] = Array(question.vendorClass.utf8.prefix(255))
        }
        return message
    }

    private mutating func datagram(_ bytes: [UInt8]) -> [Action] {
        let answer: DHCPMessage
        do throws(DHCPMessage.Failure) {
            answer = try DHCPMessage(bytes: bytes)
        } catch {
            return note("a datagram to port 68 is no DHCP message: \(error)")
        }
        // Somebody else's, such as the DHCP client's of this machine.
        guard answer.operation == .reply, answer.transaction == question.transaction else { return [] }
        if let problem = problem(with: answer) { return note("an answer is not taken: \(problem)") }
        guard answer.hasPhoneOption else {
            if fallback != nil { return [] }
            fallback = bytes
            return [.wait(Self.settling)]
        }
        return [.finish(.answered(bytes))]
    }

    /// What RFC 2131 sections 4.3.1 (table 3) and 4.3.5 ask of an answer.
    private func problem(with answer: DHCPMessage) -> String? {
        guard answer.hardwareAddress == question.hardwareAddress else { return "it is for another hardware address" }
        guard answer.clientAddress == question.address || answer.clientAddress == .none else {
            return "it is for the address \(answer.clientAddress)"
        }
        guard answer.kind == .ack else { return "it is no DHCPACK" }
        guard let server = answer.serverIdentifier, server.isHost else { return "it names no server (option 54)" }
        guard answer.nextServer == .none || answer.nextServer.isHost else {
            return "its field siaddr, \(answer.nextServer), is no host's address"
        }
        return nil
    }

    private mutating func note(_ text: String) -> [Action] {
        notes += 1
        return notes <= Self.maximumNotes ? [.note(text)] : []
    }
}

extension DHCPMessage {
    /// It has an option that a phone takes its URL from, or the field that stands for one.
    var hasPhoneOption: Bool {
        !serverName.isEmpty || [Code.option160, Code.option159, Code.serverName].contains { options[$0] != nil }
    }
}

extension IPv4Address {
    /// One host's: not of 0.0.0.0/8, no multicast, not reserved (RFC 6890, RFC 5771).
    var isHost: Bool { (1..<224).contains(bits >> 24) }
}
