@testable import Control
import Glibc

/// A server that speaks no protocol: it accepts one connection, waits for a message and sends what it was given.
actor FakeDaemon {
    private let executor = ThreadExecutor()
    private let descriptor: CInt
    private var connections: [CInt] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter backlog: How many connections may wait to be accepted.
    init(path: String, backlog: CInt = 8) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard UnixAddress.with(path: path, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0 else {
            throw RawConnection.Failure.system("listen", errno)
        }
    }

    deinit {
        for connection in connections { close(connection) }
        close(descriptor)
    }

    /// Accepts a connection and waits for one message.
    ///
    /// - Returns: The message without its terminator.
    func receive() throws -> [UInt8] {
        try wait(for: descriptor)
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { throw RawConnection.Failure.system("accept", errno) }
        connections.append(connection)
        var message: [UInt8] = []
        while message.last != 0 {
            try wait(for: connection)
            var byte: UInt8 = 0
            guard recv(connection, &byte, 1, 0) == 1 else { throw RawConnection.Failure.system("recv", errno) }
            message.append(byte)
        }
        return message.dropLast()
    }

    /// Sends something to the client that connected last, and hangs up when told to.
    func reply(_ text: String, thenHangUp: Bool = false) throws {
        guard let connection = connections.last else { throw RawConnection.Failure.system("reply", ENOTCONN) }
        let bytes = Array(text.utf8)
        guard send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw RawConnection.Failure.system("send", errno)
        }
        if thenHangUp { shutdown(connection, CInt(SHUT_RDWR)) }
    }

    /// Accepts a connection, waits for one message, answers, and hangs up when told to.
    func answer(_ text: String, thenHangUp: Bool = false) throws {
        _ = try receive()
        try reply(text, thenHangUp: thenHangUp)
    }

    private func wait(for descriptor: CInt) throws {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 20_000) > 0 else { throw RawConnection.Failure.timedOut }
    }
}
