/// What passes between the daemon and `phoneprov-inform`, its helper for DHCPINFORM: one line of JSON each way.
public enum InformCall {
    /// The question.
    public struct Request: Codable, Hashable, Sendable {
        /// The network interface to ask on; see ``InterfaceName``.
        public let interface: String
        /// The interface's own address, a dotted quad.
        public let address: String
        /// Option 60; see ``DHCPInform/Question/vendorClass``.
        public let vendorClass: String
        /// How long to wait for an answer in all, in milliseconds, 1 to ``InformCall/maximumMilliseconds``.
        public let milliseconds: Int

        /// Makes a question.
        public init(interface: String, address: String, vendorClass: String, milliseconds: Int) {
            self.interface = interface
            self.address = address
            self.vendorClass = vendorClass
            self.milliseconds = milliseconds
        }
    }

    /// The answer.
    public struct Reply: Codable, Hashable, Sendable {
        /// How it went.
        public let outcome: Outcome
        /// Datagrams sent.
        public let sends: Int
        /// What came that was no answer.
        public let notes: [String]

        /// Makes an answer.
        public init(outcome: Outcome, sends: Int, notes: [String]) {
            self.outcome = outcome
            self.sends = sends
            self.notes = notes
        }
    }

    /// How it went.
    public enum Outcome: Codable, Hashable, Sendable {
        /// A server answered; the DHCPACK as it came.
        case answered([UInt8])
        /// No server did.
        case silence
        /// The question could not be put: why, and what to do.
        case failed(String)
    }

    /// The longest wait, in milliseconds.
    public static let maximumMilliseconds = 10_000
    /// The longest line, in bytes: a message of ``DHCPMessage/maximumSize`` bytes, each a number of up to three digits and a
    /// comma, and notes.
    public static let maximumLineLength = 8 * DHCPMessage.maximumSize
    /// Where the helper's socket lies unless the configuration says otherwise.
    public static let defaultSocket = "/run/phoneprov-inform.sock"
}
