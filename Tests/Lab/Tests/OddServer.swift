import Foundation
import Glibc
import LabSupport
import Synchronization

/// A TCP server on the lab's server host that does to an HTTP client what no proper server would.
///
/// What it does is named by the path of the request: `http://198.51.100.1:8080/silent.cfg`.
final class OddServer: Sendable {
    /// What becomes of a request.
    enum Manner: String, CaseIterable, Sendable {
        /// It is read, and nothing comes back.
        case silent
        /// The answer begins well and goes on with one byte a second.
        case trickle
        /// The header fields come one after the other, a second apart.
        case slowHeaders
        /// Chunks without an end.
        case endlessChunks
        /// A body without an end.
        case endlessBody
        /// Header fields without an end.
        case endlessHeaders
        /// The connection is closed in the middle of the body.
        case truncated
        /// The connection is closed in the middle of a chunk.
        case truncatedChunk
        /// The connection is reset in the middle of the body.
        case reset
        /// An answer in another protocol.
        case otherProtocol
    }

    private struct Open {
        var isStopped = false
        var descriptors: Set<CInt> = []
    }
    private let open = Mutex(Open())

    /// Starts it; it serves from then on.
    /// - Throws: `LabError.system` when the socket cannot be had.
    init(in lab: LabNetwork, port: UInt16) throws {
        let listening = try lab.server.enter {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw LabError.system(call: "socket", number: errno) }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            let bound = withUnsafeBytes(of: &name) { raw in
                bind(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
            }
            guard bound == 0, listen(descriptor, 16) == 0 else {
                let number = errno
                close(descriptor)
                throw LabError.system(call: "listening on TCP port \(port)", number: number)
            }
            return descriptor
        }
        _ = adopt(listening)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listening, nil, nil)
                if connection < 0, errno == EINTR { continue }
                guard connection >= 0 else { break }
                guard adopt(connection) else { break }
                Thread.detachNewThread { [self] in
                    Self.serve(connection)
                    release(connection)
                }
            }
            release(listening)
        }
    }

    /// Ends the server and every connection.
    func stop() {
        open.withLock { open in
            open.isStopped = true
            for descriptor in open.descriptors { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }

    /// Takes a descriptor into those that `stop` ends; false, and the descriptor closed, when it was stopped already.
    private func adopt(_ descriptor: CInt) -> Bool {
        open.withLock { open in
            if open.isStopped {
                close(descriptor)
                return false
            }
            open.descriptors.insert(descriptor)
            return true
        }
    }

    private func release(_ descriptor: CInt) {
        open.withLock { open in
            open.descriptors.remove(descriptor)
            close(descriptor)
        }
    }

    private static func serve(_ connection: CInt) {
        guard let manner = manner(of: connection) else { return }
        let body = Document.device(registrar: "odd.example.com")
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        switch manner {
        case .silent:
            awaitEnd(connection)
        case .trickle:
            guard send(head + "Content-Length: \(body.utf8.count)\r\n\r\n", to: connection) else { return }
            for byte in body.utf8 {
                guard send([byte], to: connection), !hasEnded(connection, within: .seconds(1)) else { return }
            }
        case .slowHeaders:
            guard send(head, to: connection) else { return }
            for number in 0..<30 {
                guard !hasEnded(connection, within: .seconds(1)), send("X-Lab: \(number)\r\n", to: connection) else {
                    return
                }
            }
        case .endlessChunks:
            guard send(head + "Transfer-Encoding: chunked\r\n\r\n", to: connection) else { return }
            let chunk = "2000\r\n\(String(repeating: " ", count: 0x2000))\r\n"
            while send(chunk, to: connection) {}
        case .endlessBody:
            guard send(head + "\r\n", to: connection) else { return }
            let piece = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
            while send(piece, to: connection) {}
        case .endlessHeaders:
            guard send(head, to: connection) else { return }
            let field = "X-Lab: \(String(repeating: "x", count: 1_000))\r\n"
            while send(field, to: connection) {}
        case .truncated:
            _ = send(head + "Content-Length: \(body.utf8.count)\r\n\r\n\(body.dropLast(20))", to: connection)
        case .truncatedChunk:
            _ = send(head + "Transfer-Encoding: chunked\r\n\r\n1000\r\n\(body)", to: connection)
        case .reset:
            guard send(head + "Content-Length: 100000\r\n\r\n\(body)", to: connection) else { return }
            // Closing with a linger time of zero sends RST instead of FIN (socket(7), SO_LINGER).
            var now = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        case .otherProtocol:
            guard send("220 mail.example.com ESMTP\r\n", to: connection) else { return }
            awaitEnd(connection)
        }
    }

    /// Reads the head of the request.
    private static func manner(of connection: CInt) -> Manner? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while head.count < 65_536, !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            head += buffer[..<count]
        }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ", maxSplits: 2)
        return words.count == 3 ? Manner(rawValue: String(words[1].dropFirst().prefix { $0 != "." })) : nil
    }

    private static func awaitEnd(_ connection: CInt) {
        while !hasEnded(connection, within: .seconds(60)) {}
    }

    /// Whether the client closes the connection, or `stop` does, within this time. What it sends is thrown away.
    private static func hasEnded(_ connection: CInt, within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now.advanced(by: limit)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var polled = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            let rest = (ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up)
            guard rest > 0 else { return false }
            guard poll(&polled, 1, CInt(rest)) > 0 else { continue }
            if recv(connection, &buffer, buffer.count, 0) <= 0 { return true }
        }
    }

    private static func send(_ text: String, to connection: CInt) -> Bool { send(Array(text.utf8), to: connection) }

    private static func send(_ bytes: [UInt8], to connection: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
