import Foundation
import Glibc
import Synchronization

/// A socket that takes the place of /dev/log for one server, and keeps what is logged there.
final class SyslogSocket: Sendable {
    /// How many messages are kept; later ones are dropped.
    static let limit = 10_000

    let path: String
    private let descriptor: CInt
    private let kept = Mutex<[String]>([])

    /// Makes the socket at `path`, which a Unix address limits to 107 bytes.
    init(at path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LabError.system(call: "socket", number: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw LabError.badArgument("\(path) is too long for a Unix socket") }
        let status = withUnsafeBytes(of: &address) { raw in
            bind(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
        }
        guard status == 0 else { throw LabError.system(call: "bind to \(path)", number: errno) }
        Thread.detachNewThread { [self] in read() }
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            let message = String(decoding: buffer[..<count], as: UTF8.self)
            kept.withLock { if $0.count < Self.limit { $0.append(message) } }
        }
        Glibc.close(descriptor)
    }

    /// What was logged so far.
    var messages: [String] { kept.withLock { $0 } }

    /// Ends the reading.
    func close() { shutdown(descriptor, CInt(SHUT_RD)) }
}
