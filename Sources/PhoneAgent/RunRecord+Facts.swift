import Control
import Provisioning

// What a run saw, in the words of the control interface.

extension MessageFact {
    /// A message as it went over the wire. A start line holds no password.
    init(_ traffic: SIPTraffic, step: ProvisioningStep) {
        let line = traffic.bytes.prefix { $0 != 0x0D && $0 != 0x0A }.prefix(Self.maximumLineBytes)
        let isSent = traffic.isSent
        self.init(
            step: step,
            at: WallTime(milliseconds: Int64(traffic.at / 1_000)),
            isSent: isSent,
            source: "\(traffic.source)",
            destination: "\(traffic.destination)",
            startLine: String(decoding: line, as: UTF8.self),
            bytes: traffic.bytes.count
        )
    }

    /// As much of a start line as a person reads.
    private static let maximumLineBytes = 256
}

extension MessageRecord {
    init(_ fact: MessageFact) {
        self.init(
            step: fact.step.rawValue,
            at: fact.at.rfc3339,
            direction: fact.isSent ? .sent : .received,
            source: fact.source,
            destination: fact.destination,
            startLine: fact.startLine,
            bytes: fact.bytes
        )
    }
}

extension DownloadRecord {
    init(_ fact: TransferFact) {
        self.init(
            step: fact.step.rawValue,
            purpose: fact.purpose,
            at: fact.at.rfc3339,
            milliseconds: Int(fact.milliseconds),
            url: fact.url,
            redirects: fact.redirects,
            version: fact.protocolVersion,
            status: fact.status,
            tls: fact.tls,
            bytes: fact.bytes,
            server: fact.server,
            failure: fact.failure
        )
    }
}

extension LeaseRecord {
    init(_ fact: LeaseFact) {
        self.init(
            step: fact.step.rawValue,
            option: fact.option,
            value: fact.value,
            refusal: fact.refusal,
            origin: fact.origin
        )
    }
}
