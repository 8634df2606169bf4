@testable import Control
import Glibc

/// A client that knows nothing of Varlink: bytes to and from the socket, on a thread of its own.
actor RawConnection {
    enum Failure: Error, Equatable {
        case system(String, Int32)
        case timedOut
    }

    private let executor = ThreadExecutor()
    private let descriptor: CInt
    private var received: [UInt8] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard UnixAddress.with(path: path, { connect(descriptor, $0, $1) }) == 0 else {
            throw Failure.system("connect", errno)
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Sends text; `\0` in it ends messages.
    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard sent > 0 else { throw Failure.system("send", errno) }
            rest = rest.dropFirst(sent)
        }
    }

    /// The next message without its terminator, or `nil` at the end of the connection.
    func receive() throws -> [UInt8]? {
        while true {
            if let end = received.firstIndex(of: 0) {
                defer { received.removeFirst(end + 1) }
                return Array(received[..<end])
            }
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 20_000) > 0 else { throw Failure.timedOut }
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { return nil }
            guard count > 0 else { return errno == ECONNRESET ? nil : try { throw Failure.system("recv", errno) }() }
            received += chunk[..<count]
        }
    }

    func receiveJSON() throws -> JSONValue? {
        try receive().map { try JSONValue(parsing: $0) }
    }

    /// Sends a call and waits for its reply.
    func ask(_ call: String) throws -> JSONValue? {
        try send(call + "\0")
        return try receiveJSON()
    }

    /// Sends no more, and still reads.
    func finishSending() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Hangs up. What the server sends from now on meets a closed socket.
    func hangUp() {
        shutdown(descriptor, CInt(SHUT_RDWR))
    }
}
