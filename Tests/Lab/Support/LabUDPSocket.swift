import Foundation
import Glibc

/// A datagram that arrived.
public struct LabDatagram: Sendable {
    /// Its content.
    public let bytes: [UInt8]
    /// The sender's address.
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
    private let interfaceIndex: UInt32
    /// The port it is bound to.
    public let port: UInt16

    /// Opens a socket in `host`.
    /// - Parameters:
    ///   - host: the host whose network it uses.
    ///   - port: the port it is bound to; 0 lets the kernel choose one.
    ///   - address: the address it is bound to, IPv4 or IPv6; a link-local one is the host's `eth0`'s.
    ///   - group: a multicast group that it joins on the host's `eth0`.
    /// - Throws: `LabError.system` when the socket cannot be made, bound or joined.
    public init(in host: LabNamespace, port: UInt16, address: String = "0.0.0.0", group: String? = nil) throws {
        let isIPv6 = address.contains(":")
        (descriptor, self.port, interfaceIndex) = try host.enter {
            let index = if_nametoindex(LabNetwork.interface)
            let family = isIPv6 ? AF_INET6 : AF_INET
            let descriptor = socket(family, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw LabError.system(call: "socket", number: errno) }
            do {
                var on: CInt = 1
                let size = socklen_t(MemoryLayout<CInt>.size)
                setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
                if isIPv6 { setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, size) }
                let bound = Self.withAddress(address, port, index) { bind(descriptor, $0, $1) }
                try check("bind to \(address):\(port)", bound)
                if let group { try check("joining \(group)", Self.join(group, isIPv6, index, descriptor)) }
                // The port is at the same place in both families.
                var name = sockaddr_in6()
                var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
                let named = withUnsafeMutableBytes(of: &name) { raw in
                    getsockname(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
                }
                try check("getsockname", named)
                return (descriptor, UInt16(bigEndian: name.sin6_port), index)
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
        let sent = Self.withAddress(address, port, interfaceIndex) {
            sendto(descriptor, bytes, bytes.count, 0, $0, $1)
        }
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
            var sender = sockaddr_in6()
            var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            let count = withUnsafeMutableBytes(of: &sender) { raw in
                let address = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
                return recvfrom(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT), address, &length)
            }
            // An ICMP error, or a datagram whose checksum is wrong: neither is one for the caller.
            guard count >= 0 else { continue }
            return LabDatagram(
                bytes: Array(buffer[..<count]),
                address: Self.text(sender, length),
                port: UInt16(bigEndian: sender.sin6_port),
                time: .now
            )
        }
    }

    private static func join(_ group: String, _ isIPv6: Bool, _ interface: UInt32, _ descriptor: CInt) -> CInt {
        if isIPv6 {
            var membership = ipv6_mreq()
            inet_pton(AF_INET6, group, &membership.ipv6mr_multiaddr)
            membership.ipv6mr_interface = interface
            let size = socklen_t(MemoryLayout<ipv6_mreq>.size)
            return setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_JOIN_GROUP, &membership, size)
        }
        var membership = ip_mreqn()
        membership.imr_multiaddr.s_addr = inet_addr(group)
        membership.imr_ifindex = CInt(interface)
        return setsockopt(
            descriptor,
            CInt(IPPROTO_IP),
            IP_ADD_MEMBERSHIP,
            &membership,
            socklen_t(MemoryLayout<ip_mreqn>.size)
        )
    }

    private static func withAddress<Value>(
        _ address: String,
        _ port: UInt16,
        _ interfaceIndex: UInt32,
        _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Value
    ) -> Value {
        if address.contains(":") {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            inet_pton(AF_INET6, address, &name.sin6_addr)
            name.sin6_port = port.bigEndian
            name.sin6_scope_id = interfaceIndex
            return withUnsafeBytes(of: &name) { raw in
                body(raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
            }
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = inet_addr(address)
        name.sin_port = port.bigEndian
        return withUnsafeBytes(of: &name) { raw in
            body(raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
        }
    }

    private static func text(_ name: sockaddr_in6, _ length: socklen_t) -> String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        withUnsafeBytes(of: name) { raw in
            let address = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
            _ = getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

private func check(_ call: String, _ status: CInt) throws {
    guard status == 0 else { throw LabError.system(call: call, number: errno) }
}
