// What a run saw, as values: the notes of its steps tell the same in words.

/// A SIP message of a run.
public struct MessageFact: Sendable, Hashable, Codable {
    /// The step that was under way.
    public let step: ProvisioningStep
    /// When it was sent or received.
    public let at: WallTime
    /// The phone sent it.
    public let isSent: Bool
    /// The sender's address and port.
    public let source: String
    /// The receiver's address and port.
    public let destination: String
    /// The first line of the message (RFC 3261 section 7), or what could be read of it.
    public let startLine: String
    /// The size of the datagram's content in bytes.
    public let bytes: Int

    /// Makes a fact.
    public init(
        step: ProvisioningStep,
        at: WallTime,
        isSent: Bool,
        source: String,
        destination: String,
        startLine: String,
        bytes: Int
    ) {
        self.step = step
        self.at = at
        self.isSent = isSent
        self.source = source
        self.destination = destination
        self.startLine = startLine
        self.bytes = bytes
    }
}

/// A download of a run, whether it came to its end or not.
public struct TransferFact: Sendable, Hashable, Codable {
    /// The step that it belongs to.
    public let step: ProvisioningStep
    /// What it was for, as ``DownloadPurpose/name`` says.
    public let purpose: String
    /// When it began.
    public let at: WallTime
    /// How long it took, in milliseconds.
    public let milliseconds: Int64
    /// The URL that was asked for, without credentials.
    public let url: String
    /// The URLs that redirected, in order, without credentials.
    public var redirects: [String] = []
    /// The version of HTTP, as `HTTP/1.1`; `FTP` or `TFTP`; `nil` when nothing was answered.
    public var protocolVersion: String?
    /// The status code of HTTP (RFC 9110 section 15); `nil` without one.
    public var status: Int?
    /// What Retry-After asked for, in seconds (RFC 9110 section 10.2.3); `nil` without one that can be read.
    public var retryAfterSeconds: Int64?
    /// The version of TLS, as `TLSv1.3`; `nil` without TLS.
    public var tls: String?
    /// The size of what was received, in bytes.
    public var bytes = 0
    /// The address and port that answered; `nil` when it is not known.
    public var server: String?
    /// Why it was of no use, as a stable name (`http-404`, `tls-expired`, `not-well-formed`); `nil` when it was.
    public var failure: String?

    /// Makes a fact; what is known of the answer is filled in.
    public init(step: ProvisioningStep, purpose: String, at: WallTime, milliseconds: Int64, url: String) {
        self.step = step
        self.purpose = purpose
        self.at = at
        self.milliseconds = milliseconds
        self.url = url
    }
}

/// A provisioning option of the lease that a run had.
public struct LeaseFact: Sendable, Hashable, Codable {
    /// The step that looks at it.
    public let step: ProvisioningStep
    /// `160`, `159`, `66`, or `DHCPv6 17`.
    public let option: String
    /// Its clean text, without credentials; `nil` when the server did not give it, or it cannot be used.
    public let value: String?
    /// Why it cannot be used; `nil` when it can, or was not given.
    public let refusal: String?
    /// Which DHCP event brought it, by which way, and what was stripped; empty without a value.
    public let origin: String

    static func all(of lease: LeaseOffer) -> [LeaseFact] {
        let options: [(ProvisioningStep, String, LeaseOffer.Value)] = [
            (.dhcpOption160, "160", lease.option160), (.dhcpOption159, "159", lease.option159),
            (.dhcpOption66, "66", lease.option66), (.dhcpOption66, "DHCPv6 17", lease.dhcpv6),
        ]
        return options.compactMap { step, option, value in
            switch value {
            case .absent: nil
            case .text(let text, let detail):
                LeaseFact(
                    step: step,
                    option: option,
                    value: ProvisioningURL.masked(text),
                    refusal: nil,
                    origin: detail
                )
            case .refused(let reason):
                LeaseFact(step: step, option: option, value: nil, refusal: reason, origin: "")
            }
        }
    }
}

/// Something that a run saw, for its trace.
public enum RunObservation: Sendable, Hashable {
    /// A SIP message.
    case message(MessageFact)
    /// A download.
    case transfer(TransferFact)
}

extension RunTrace {
    /// The most messages, and the most downloads, that a trace keeps. A flood must not fill flash.
    public static let maximumFacts = 128

    mutating func add(_ observation: RunObservation) {
        switch observation {
        case .message(let fact): if messages.count < Self.maximumFacts { messages.append(fact) }
        case .transfer(let fact): if transfers.count < Self.maximumFacts { transfers.append(fact) }
        }
    }
}
