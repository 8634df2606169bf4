import Control
import FoundationEssentials
import Provisioning
import SIP

/// A SIP message of a phone, as it went over the wire.
struct SIPTraffic: Sendable {
    let at: WallMicroseconds
    let source: SIPAddress
    let destination: SIPAddress
    let bytes: [UInt8]
    let isSent: Bool

    init(received bytes: [UInt8], at time: WallMicroseconds, from source: SIPAddress, to destination: SIPAddress) {
        (at, self.source, self.destination, self.bytes, isSent) = (time, source, destination, bytes, false)
    }

    init(sent bytes: [UInt8], at time: WallMicroseconds, from source: SIPAddress, to destination: SIPAddress) {
        (at, self.source, self.destination, self.bytes, isSent) = (time, source, destination, bytes, true)
    }
}

/// Microseconds since 1970-01-01T00:00:00Z.
typealias WallMicroseconds = Int

/// The messages of a phone's last run, bounded: a flood that knows the phone's Call-ID must not fill the memory.
struct SIPTrafficLog: Sendable {
    /// The most messages that are kept. An exchange with one server takes four.
    static let maximumMessages = 256
    /// The most bytes that are kept in all of them.
    static let maximumBytes = 256 * 1_024

    private(set) var entries: [(step: Int, traffic: SIPTraffic)] = []
    private var bytes = 0

    mutating func add(_ traffic: SIPTraffic, step: Int) {
        guard entries.count < Self.maximumMessages, bytes + traffic.bytes.count <= Self.maximumBytes else { return }
        bytes += traffic.bytes.count
        entries.append((step, traffic))
    }

    var messages: [CapturedMessage] {
        entries.map { step, traffic in
            CapturedMessage(
                microseconds: traffic.at,
                step: step,
                source: traffic.source.host,
                sourcePort: traffic.source.port,
                destination: traffic.destination.host,
                destinationPort: traffic.destination.port,
                payload: Data(traffic.bytes).base64EncodedString()
            )
        }
    }
}
