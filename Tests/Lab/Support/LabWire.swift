import CLab
import Foundation
import Glibc
import Synchronization

/// A frame on its way through a `LabWire`.
public struct WireFrame: Sendable {
    /// Which way a frame goes.
    public enum Direction: Sendable {
        /// From the phone to the server.
        case toServer
        /// From the server to the phone.
        case toPhone
    }

    /// Which way it goes.
    public let direction: Direction
    /// The whole Ethernet frame.
    public let bytes: [UInt8]

    /// Whether `text` stands in it as it is, such as "SUBSCRIBE sip:".
    public func contains(_ text: String) -> Bool {
        bytes.firstRange(of: Array(text.utf8)) != nil
    }
}

/// What a bad network does to frames, in either direction.
///
/// The same seed gives the same sequence of decisions, so the order of frames alone decides what happens to each.
public struct Impairment: Sendable {
    /// The share of frames that are lost, 0 to 1.
    public var loss: Double
    /// How long every frame is under way.
    public var delay: Duration
    /// How much longer a frame may be under way, evenly spread from 0. More than the gap between two frames reorders them.
    public var jitter: Duration
    /// The share of frames that arrive twice, 0 to 1.
    public var duplicate: Double
    /// The share of frames that go ahead of those that wait, without the delay, 0 to 1.
    public var reorder: Double
    /// Where the sequence of chances begins.
    public var seed: UInt64

    /// An impairment; without arguments, none.
    public init(
        loss: Double = 0,
        delay: Duration = .zero,
        jitter: Duration = .zero,
        duplicate: Double = 0,
        reorder: Double = 0,
        seed: UInt64 = 1
    ) {
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
        self.duplicate = duplicate
        self.reorder = reorder
        self.seed = seed
    }
}

/// The cable between phone and server, with the faults that a test asks for.
///
/// It is a namespace between the two hosts, in which this process passes the frames from one end to the other. The
/// kernel's netem would do as much, but not every kernel has it, and it cannot be told to lose the second NOTIFY.
public final class LabWire: Sendable {
    static let phoneEnd = "phone"
    static let serverEnd = "server"
    static let ends = [phoneEnd, serverEnd]

    /// How many frames have come in, gone out and been lost since the wire was made.
    public struct Counters: Sendable, Equatable {
        /// Frames that came in at either end.
        public var received = 0
        /// Frames that went out, doubles included.
        public var delivered = 0
        /// Frames that were lost by chance or by the filter.
        public var lost = 0
    }

    private struct Settings {
        var impairment = Impairment()
        var chances = SeededChances(seed: 1)
        var filter: (@Sendable (WireFrame) -> Bool)?
        var counters = Counters()
        var stopped = false
    }

    /// The namespace between the two hosts.
    let namespace: LabNamespace
    private let settings = Mutex(Settings())
    private let wake: CloseOnExecPipe

    init(in namespace: LabNamespace) throws {
        self.namespace = namespace
        let phone = try Self.packetSocket(in: namespace, Self.phoneEnd)
        let server = try Self.packetSocket(in: namespace, Self.serverEnd)
        wake = try CloseOnExecPipe()
        let wakeEnd = wake.reading
        Thread.detachNewThread { [self] in
            pass(phone: phone, server: server, wake: wakeEnd)
            for descriptor in [phone, server, wakeEnd, wake.writing] { close(descriptor) }
        }
    }

    /// Makes the network as bad as `impairment` says, from the next frame on. `Impairment()` makes it good again.
    public func impair(_ impairment: Impairment) {
        settings.withLock {
            $0.impairment = impairment
            $0.chances = SeededChances(seed: impairment.seed)
        }
    }

    /// Passes only the frames for which `filter` is true, from the next frame on; nil passes all. Called on the wire's thread.
    public func filter(_ filter: (@Sendable (WireFrame) -> Bool)?) {
        settings.withLock { $0.filter = filter }
    }

    /// What has gone through so far.
    public var counters: Counters { settings.withLock { $0.counters } }

    func stop() {
        settings.withLock {
            guard !$0.stopped else { return }
            $0.stopped = true
            // Inside the lock: the thread closes the descriptor only after it has seen `stopped` under it.
            var byte: UInt8 = 0
            write(wake.writing, &byte, 1)
        }
    }

    private static func packetSocket(in namespace: LabNamespace, _ interface: String) throws -> CInt {
        try namespace.enter {
            let allFrames = UInt16(ETH_P_ALL).bigEndian
            let kind = CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
            let descriptor = socket(AF_PACKET, kind, CInt(allFrames))
            guard descriptor >= 0 else { throw LabError.system(call: "packet socket", number: errno) }
            var address = sockaddr_ll()
            address.sll_family = UInt16(AF_PACKET)
            address.sll_protocol = allFrames
            address.sll_ifindex = CInt(if_nametoindex(interface))
            let status = withUnsafeBytes(of: &address) { raw in
                bind(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
            }
            guard status == 0 else {
                let number = errno
                close(descriptor)
                throw LabError.system(call: "bind of a packet socket to \(interface)", number: number)
            }
            return descriptor
        }
    }

    private struct Waiting {
        let due: ContinuousClock.Instant
        let number: Int
        let out: CInt
        let bytes: [UInt8]
    }

    private func pass(phone: CInt, server: CInt, wake: CInt) {
        let clock = ContinuousClock()
        var queue: [Waiting] = []
        var number = 0
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !settings.withLock({ $0.stopped }) {
            let next = queue.first.map { clock.now.duration(to: $0.due) }
            // poll counts in whole milliseconds: rounded up, so that it does not spin through the last one.
            let timeout = next.map { CInt(max(0, ($0 / .milliseconds(1)).rounded(.up))) } ?? -1
            var polled = [phone, server, wake].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), timeout)
            for (from, to, direction) in [(phone, server, WireFrame.Direction.toServer), (server, phone, .toPhone)] {
                while true {
                    var sender = sockaddr_ll()
                    let (count, kind) = receive(from, &buffer, &sender)
                    // An error is an end without carrier: nothing comes from it until the cable is back.
                    guard count > 0 else { break }
                    // What this process itself sent out of that end.
                    guard kind != PACKET_OUTGOING else { continue }
                    let frame = WireFrame(direction: direction, bytes: Array(buffer[..<count]))
                    for delay in decide(frame) {
                        number += 1
                        let due = clock.now.advanced(by: delay)
                        let place = queue.firstIndex { $0.due > due } ?? queue.endIndex
                        queue.insert(Waiting(due: due, number: number, out: to, bytes: frame.bytes), at: place)
                    }
                }
            }
            while let first = queue.first, first.due <= clock.now {
                queue.removeFirst()
                send(first.out, first.bytes, first.bytes.count, 0)
                settings.withLock { $0.counters.delivered += 1 }
            }
        }
    }

    private func receive(_ descriptor: CInt, _ buffer: inout [UInt8], _ sender: inout sockaddr_ll) -> (Int, CInt) {
        var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
        let count = withUnsafeMutableBytes(of: &sender) { raw in
            recvfrom(
                descriptor,
                &buffer,
                buffer.count,
                0,
                raw.assumingMemoryBound(to: sockaddr.self).baseAddress,
                &length
            )
        }
        return (count, CInt(sender.sll_pkttype))
    }

    /// When the frame is to arrive: once, twice, or not at all.
    private func decide(_ frame: WireFrame) -> [Duration] {
        settings.withLock { settings in
            settings.counters.received += 1
            if let filter = settings.filter, !filter(frame) {
                settings.counters.lost += 1
                return []
            }
            // Every frame draws the same number of chances, whatever becomes of it: one decision does not shift the next.
            let drawn = (0..<4).map { _ in settings.chances.next() }
            let impairment = settings.impairment
            guard drawn[0] >= impairment.loss else {
                settings.counters.lost += 1
                return []
            }
            let delay = drawn[1] < impairment.reorder ? .zero : impairment.delay + impairment.jitter * drawn[2]
            return drawn[3] < impairment.duplicate ? [delay, delay] : [delay]
        }
    }
}

/// Chances from 0 up to 1 that are the same for the same seed (SplitMix64).
struct SeededChances: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(1 << 53)
    }
}
