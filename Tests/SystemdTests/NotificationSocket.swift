import Glibc
import Testing

/// A service manager's notification socket: a real datagram socket of the Unix family, bound by the test.
final class NotificationSocket: Sendable {
    /// What `NOTIFY_SOCKET` would say.
    let name: String
    private let descriptor: CInt
    private let directory: String?

    /// - Parameter isAbstract: in the abstract name space instead of a directory.
    init(isAbstract: Bool = false) throws {
        var template = Array("/tmp/phoneprovd-notify-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        let path = try #require(made)
        directory = path
        name = isAbstract ? "@" + path : path + "/notify"
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let extra = isAbstract ? 0 : 1
        let length = MemoryLayout<sa_family_t>.size + bytes.count + extra
        let descriptor = descriptor
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        try #require(bound == 0)
    }

    deinit {
        close(descriptor)
        unlink(name)
        if let directory { rmdir(directory) }
    }

    /// The next message; a datagram to a Unix socket is there when the sender's call returns. `nil` when none is.
    func message() -> String? {
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
