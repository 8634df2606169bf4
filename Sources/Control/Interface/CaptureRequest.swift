/// `Capture`: the SIP messages of the last run, as they went over the wire.
public struct CaptureRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// A call of `Capture`.
    public init(phone: String? = nil) {
        self.phone = phone
    }

    /// `Capture`.
    public static let method = ControlMethod.capture
    /// The parameters of `Capture`.
    public static let parameterNames = ["phone"]
    /// The messages.
    public typealias Reply = CaptureReply
}

/// What `Capture` answers.
public struct CaptureReply: Codable, Sendable, Equatable {
    /// The messages, in the order in which they were sent and received.
    public var messages: [CapturedMessage]

    /// A reply of `Capture`.
    public init(messages: [CapturedMessage]) {
        self.messages = messages
    }
}

/// A datagram that was sent or received.
public struct CapturedMessage: Codable, Sendable, Equatable {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    public var microseconds: Int
    /// The step of the sequence that it belongs to, 1 to 9; 0 between runs.
    public var step: Int
    /// The sender's address, numeric.
    public var source: String
    /// The sender's UDP port.
    public var sourcePort: Int
    /// The receiver's address, numeric.
    public var destination: String
    /// The receiver's UDP port.
    public var destinationPort: Int
    /// What was in the datagram, in base64 (RFC 4648 section 4).
    public var payload: String

    /// A message from its parts; each is described at its property.
    public init(
        microseconds: Int,
        step: Int,
        source: String,
        sourcePort: Int,
        destination: String,
        destinationPort: Int,
        payload: String
    ) {
        self.microseconds = microseconds
        self.step = step
        self.source = source
        self.sourcePort = sourcePort
        self.destination = destination
        self.destinationPort = destinationPort
        self.payload = payload
    }
}
