import Glibc
import Synchronization

/// One connection that a test server has accepted.
final class TestConnection: Sendable {
    private let descriptor: Int32
    private let isBroken = Mutex(false)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// One line without its end; `nil` at the end of the connection.
    func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard read(descriptor, &byte, 1) == 1 else { return nil }
            if byte == 0x0A { break }
            if byte != 0x0D { line.append(byte) }
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// The lines of a request's head; `nil` at the end of the connection.
    func readHead() -> [String]? {
        var lines: [String] = []
        while let line = readLine() {
            if line.isEmpty { return lines }
            lines.append(line)
        }
        return nil
    }

    /// - Returns: Whether the peer still takes data.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// A whole response. A header that has another value than `nil` takes the place of the usual one.
    func respond(_ status: String = "200 OK", headers: [String] = [], body: [UInt8] = []) {
        var head = ["HTTP/1.1 \(status)"] + headers
        if !headers.contains(where: { $0.lowercased().hasPrefix("content-length") }) {
            head.append("Content-Length: \(body.count)")
        }
        send(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    /// Waits until the peer closes, at most so long.
    func waitForEnd(atMost: Duration = .seconds(5)) -> Bool {
        let end = ContinuousClock.now + atMost
        var byte: UInt8 = 0
        while ContinuousClock.now < end {
            guard isReadable(within: end - .now) else { return false }
            if read(descriptor, &byte, 1) <= 0 { return true }
        }
        return false
    }

    /// Lets time pass, which is what a slow server does; ends early when the peer closes or writes.
    func dawdle(_ duration: Duration) -> Bool { isReadable(within: duration) }

    /// Makes the close a reset.
    func breakOff() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func shutdown() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func isReadable(within duration: Duration) -> Bool {
        let (seconds, attoseconds) = duration.components
        let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(milliseconds)) > 0
    }
}

/// A TCP server on 127.0.0.1 whose every connection is served by a closure on a thread of its own.
final class TestServer: Sendable {
    typealias Script = @Sendable (TestConnection) -> Void

    let port: UInt16
    private let listener: Int32
    private let open = Mutex<[Int32: TestConnection]>([:])
    private let counted = Mutex(0)
    private let noted = Mutex(Notes())

    private struct Notes {
        var texts: [String] = []
        var waiting: [(text: String, times: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeReady() -> [CheckedContinuation<Void, Never>] {
            let isReady = waiting.map { waiter in texts.count { $0 == waiter.text } >= waiter.times }
            defer { waiting = zip(waiting, isReady).filter { !$0.1 }.map(\.0) }
            return zip(waiting, isReady).filter { $0.1 }.map(\.0.continuation)
        }
    }

    /// The connections so far.
    var connectionCount: Int { counted.withLock { $0 } }
    /// What scripts have noted.
    var notes: [String] { noted.withLock { $0.texts } }

    func note(_ text: String) {
        let ready = noted.withLock {
            $0.texts.append(text)
            return $0.takeReady()
        }
        for continuation in ready { continuation.resume() }
    }

    /// Waits until a script has noted this text so many times.
    func wait(for text: String, times: Int = 1) async {
        await withCheckedContinuation { continuation in
            let ready = noted.withLock {
                $0.waiting.append((text, times, continuation))
                return $0.takeReady()
            }
            for continuation in ready { continuation.resume() }
        }
    }

    func url(_ path: String = "/f.cfg", scheme: String = "http", user: String = "") -> String {
        "\(scheme)://\(user)127.0.0.1:\(port)\(path)"
    }

    init(_ script: @escaping @Sendable (TestServer, TestConnection) -> Void) {
        let (descriptor, port) = Loopback.bound(SOCK_STREAM)
        precondition(listen(descriptor, 128) == 0)
        listener = descriptor
        self.port = port
        inThread { [self] in
            while true {
                let accepted = accept(listener, nil, nil)
                guard accepted >= 0 else { break }
                let connection = TestConnection(accepted)
                open.withLock { $0[accepted] = connection }
                counted.withLock { $0 += 1 }
                inThread { [self] in
                    script(self, connection)
                    open.withLock {
                        $0[accepted] = nil
                        close(accepted)
                    }
                }
            }
            close(listener)
        }
    }

    /// A server that answers every request on every connection in the same way; the requests are noted.
    static func http(_ answer: @escaping @Sendable (TestConnection, _ head: [String]) -> Void) -> TestServer {
        TestServer { server, connection in
            while let head = connection.readHead() {
                server.note(head.joined(separator: "\n"))
                answer(connection, head)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        open.withLock { for connection in $0.values { connection.shutdown() } }
    }
}

/// Sockets on 127.0.0.1.
enum Loopback {
    /// A socket bound to a free port.
    static func bound(_ type: __socket_type) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        precondition(descriptor >= 0 && bound)
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// A port that nothing listens on.
    static func closedPort() -> UInt16 {
        let (descriptor, port) = bound(SOCK_STREAM)
        close(descriptor)
        return port
    }
}

/// Runs a closure on a thread of its own, so that blocking calls keep no task waiting.
func inThread(_ work: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var thread = pthread_t()
    let result = pthread_create(
        &thread,
        nil,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().work() }
            return nil
        },
        Unmanaged.passRetained(Box(work)).toOpaque()
    )
    precondition(result == 0)
    pthread_detach(thread)
}

/// A listener whose queue is full, so that Linux lets further connections wait without an answer.
final class FullListener: Sendable {
    private let descriptors: [Int32]

    init() {
        let (listener, port) = Loopback.bound(SOCK_STREAM)
        self.port = port
        precondition(listen(listener, 0) == 0)
        var descriptors = [listener]
        // A backlog of 0 still lets one connection in; the second one fills the queue of unfinished ones.
        for _ in 0..<4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            descriptors.append(client)
        }
        self.descriptors = descriptors
    }

    let port: UInt16

    func close() {
        for descriptor in descriptors { Glibc.close(descriptor) }
    }
}
