import Foundation
import Glibc

/// A datagram that arrived.
public struct LabDatagram: Sendable {
    /// Its content.
    public let bytes: [UInt8]
    /// The sender's IPv4 address.
    public let address: String
    /// The sender's port.
    public let port: UInt16
    /// When it was received.
    public let time: ContinuousClock.Instant

    /// Its content as UTF-8.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A UDP socket of one of the lab's hosts, for datagrams written by hand.
public final class LabUDPSocket: Sendable {
    private let descriptor: CInt
    /// The port it is bound to.
    public let port: UInt16

    /// Opens a socket in `host`.
    /// - Parameters:
    ///   - host: the host whose network it uses.
    ///   - port: the port it is bound to; 0 lets the kernel choose one.
    ///   - address: the address it is bound to.
    ///   - group: a multicast group that it joins on the host's `eth0`.
    /// - Throws: `LabError.system` when the socket cannot be made, bound or joined.
    public init(in host: LabNamespace, port: UInt16, address: String = "0.0.0.0", group: String? = nil) throws {
        (descriptor, self.port) = try host.enter {
            let descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw LabError.system(call: "socket", number: errno) }
            do {
                var on: CInt = 1
                setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
                try check("bind to \(address):\(port)", Self.withAddress(address, port) { bind(descriptor, $0, $1) })
                if let group {
                    var membership = ip_mreqn()
                    membership.imr_multiaddr.s_addr = inet_addr(group)
                    membership.imr_ifindex = CInt(if_nametoindex(LabNetwork.interface))
                    let size = socklen_t(MemoryLayout<ip_mreqn>.size)
                    let status = setsockopt(descriptor, CInt(IPPROTO_IP), IP_ADD_MEMBERSHIP, &membership, size)
                    try check("joining \(group)", status)
                }
                var bound = sockaddr_in()
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                let named = withUnsafeMutableBytes(of: &bound) { raw in
                    getsockname(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
                }
                try check("getsockname", named)
                return (descriptor, UInt16(bigEndian: bound.sin_port))
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    deinit { close(descriptor) }

    /// Sends one datagram.
    /// - Throws: `LabError.system` when the kernel refuses it, as without a route.
    public func send(_ bytes: [UInt8], to address: String, port: UInt16) throws {
        let sent = Self.withAddress(address, port) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
        guard sent == bytes.count else { throw LabError.system(call: "sendto \(address):\(port)", number: errno) }
    }

    /// Sends `text` as one datagram.
    /// - Throws: `LabError.system` when the kernel refuses it, as without a route.
    public func send(_ text: String, to address: String, port: UInt16) throws {
        try send(Array(text.utf8), to: address, port: port)
    }

    /// Waits for the next datagram.
    /// - Throws: `LabError.timedOut` when none arrives within `limit`.
    public func receive(within limit: Duration = .seconds(5)) async throws -> LabDatagram {
        guard let datagram = try await receiveIfAny(within: limit) else {
            throw LabError.timedOut(waitingFor: "a datagram on port \(port)", within: limit, seen: "none")
        }
        return datagram
    }

    /// Waits for the next datagram; nil when none arrives within `limit`, for tests that expect silence.
    public func receiveIfAny(within limit: Duration) async throws -> LabDatagram? {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: waiting in the kernel keeps the time of arrival exact, and no pool thread is held.
            Thread.detachNewThread { [self] in
                continuation.resume(with: Result { try receiveNow(until: .now.advanced(by: limit)) })
            }
        }
    }

    private func receiveNow(until deadline: ContinuousClock.Instant) throws -> LabDatagram? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let rest = max(0, (ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up))
            let ready = poll(&polled, 1, CInt(rest))
            if ready < 0, errno == EINTR { continue }
            guard ready >= 0 else { throw LabError.system(call: "poll", number: errno) }
            if ready == 0 { return nil }
            var buffer = [UInt8](repeating: 0, count: 65536)
            var sender = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutableBytes(of: &sender) { raw in
                let address = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
                return recvfrom(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT), address, &length)
            }
            // An ICMP error, or a datagram whose checksum is wrong: neither is one for the caller.
            guard count >= 0 else { continue }
            return LabDatagram(
                bytes: Array(buffer[..<count]),
                address: Self.text(sender.sin_addr),
                port: UInt16(bigEndian: sender.sin_port),
                time: .now
            )
        }
    }

    private static func withAddress<Value>(
        _ address: String,
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Value
    ) -> Value {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = inet_addr(address)
        name.sin_port = port.bigEndian
        return withUnsafeBytes(of: &name) { raw in
            body(raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
        }
    }

    private static func text(_ address: in_addr) -> String {
        let host = UInt32(bigEndian: address.s_addr)
        return [24, 16, 8, 0].map { String((host >> $0) & 0xff) }.joined(separator: ".")
    }
}

private func check(_ call: String, _ status: CInt) throws {
    guard status == 0 else { throw LabError.system(call: call, number: errno) }
}
