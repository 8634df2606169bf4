import CLab
import Foundation
import Glibc

/// A network namespace that the lab made: one host of its network.
public struct LabNamespace: Sendable, Hashable {
    /// The name under which `ip netns` knows it, such as `pp-4711-1-phone`.
    public let name: String

    /// Runs `body` on this thread inside the namespace. A socket made in `body` stays in the namespace for good.
    /// - Throws: `LabError.system` when the namespace cannot be entered, or whatever `body` throws.
    public func enter<Value>(_ body: () throws -> Value) throws -> Value {
        let here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        guard here >= 0 else { throw LabError.system(call: "open of this thread's network namespace", number: errno) }
        defer { close(here) }
        let there = open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
        guard there >= 0 else { throw LabError.system(call: "open of /run/netns/\(name)", number: errno) }
        defer { close(there) }
        guard lab_enter_network(there) == 0 else {
            throw LabError.system(call: "setns to \(name)", number: errno)
        }
        defer {
            // A thread left in the wrong namespace would make later tests lie.
            if lab_enter_network(here) != 0 { fatalError("the way back from namespace \(name) failed: errno \(errno)") }
        }
        return try body()
    }

    /// Whether a UDP socket of the namespace is bound to `port`.
    public func listens(udp port: UInt16) throws -> Bool { try isBound("udp", port) }

    /// Whether a TCP socket of the namespace listens on `port`.
    public func listens(tcp port: UInt16) throws -> Bool { try isBound("tcp", port, state: "0A") }

    /// Looks in the kernel's own tables (proc(5), /proc/net/tcp): the second field is local address:port in hex, the fourth the state.
    private func isBound(_ transport: String, _ port: UInt16, state: String? = nil) throws -> Bool {
        let wanted = ":" + String(String(UInt32(port) + 0x10000, radix: 16, uppercase: true).dropFirst())
        return try enter {
            try [transport, transport + "6"].contains { table in
                let path = "/proc/thread-self/net/\(table)"
                guard FileManager.default.fileExists(atPath: path) else { return false }
                return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().contains {
                    line in
                    let fields = line.split(separator: " ")
                    return fields.count > 3 && fields[1].hasSuffix(wanted) && (state.map { fields[3] == $0 } ?? true)
                }
            }
        }
    }
}
