import Downloads
import Glibc
import Synchronization
import Testing

/// A TFTP server (RFC 1350) on 127.0.0.1 for one file, or for one error.
final class TFTPServer: Sendable {
    enum Answer: Sendable {
        case file([UInt8])
        case error(UInt8, String)
        case nothing
    }

    let port: UInt16
    private let descriptor: Int32
    private let requested = Mutex<[String]>([])
    private let isStopped = Mutex(false)

    var requests: [String] { requested.withLock { $0 } }

    func url(_ path: String = "/f.cfg") -> String { "tftp://127.0.0.1:\(port)\(path)" }

    init(_ answer: Answer) {
        (descriptor, port) = Loopback.bound(SOCK_DGRAM)
        inThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 2048)
            var peer = sockaddr_in()
            while true {
                let count = receive(&buffer, &peer)
                guard count >= 4, !isStopped.withLock({ $0 }) else { break }
                let block = Int(buffer[2]) << 8 | Int(buffer[3])
                switch (buffer[1], answer) {
                case (1, .file(let bytes)):
                    note(buffer[2..<count])
                    sendBlock(1, of: bytes, to: peer)
                case (4, .file(let bytes)) where block * 512 <= bytes.count:
                    sendBlock(block + 1, of: bytes, to: peer)
                case (1, .error(let code, let text)):
                    send([0, 5, 0, code] + Array(text.utf8) + [0], to: peer)
                default: break
                }
            }
            close(descriptor)
        }
    }

    func stop() {
        isStopped.withLock { $0 = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func note(_ request: ArraySlice<UInt8>) {
        let fields = request.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        requested.withLock { $0.append(fields.prefix(2).joined(separator: " ")) }
    }

    private func sendBlock(_ number: Int, of bytes: [UInt8], to peer: sockaddr_in) {
        let start = min((number - 1) * 512, bytes.count)
        let data = bytes[start..<min(start + 512, bytes.count)]
        send([0, 3, UInt8(number >> 8), UInt8(number & 0xFF)] + data, to: peer)
    }

    private func receive(_ buffer: inout [UInt8], _ peer: inout sockaddr_in) -> Int {
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
    }

    private func send(_ packet: [UInt8], to peer: sockaddr_in) {
        var peer = peer
        withUnsafePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, packet, packet.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

@Suite("Downloads over TFTP")
struct TFTPTests {
    @Test("bring the file, whatever its size", arguments: [0, 1, 511, 512, 513, 5000])
    func content(size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let server = TFTPServer(.file(bytes))
        defer { server.stop() }
        try await withEngine { engine in
            let download = try await engine.download(request(server.url("/dir/f.cfg")))
            #expect(download.outcome == .content(bytes))
            #expect(download.http == nil)
        }
        #expect(server.requests == ["dir/f.cfg octet"])
    }

    @Test("refuse a file that is too large")
    func tooLarge() async throws {
        let server = TFTPServer(.file([UInt8](repeating: 1, count: 1001)))
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.maximumBytes = 1000 })
            #expect(reason == .tooLarge(limit: 1000))
        }
    }

    @Test(
        "tell the server's errors apart",
        arguments: [(1, DownloadError.Reason.tftpNotFound), (2, .tftpAccess)] as [(UInt8, DownloadError.Reason)]
    )
    func errors(code: UInt8, reason: DownloadError.Reason) async throws {
        let server = TFTPServer(.error(code, "no"))
        defer { server.stop() }
        try await withEngine { engine in
            #expect(await failure(engine, request(server.url())) == reason)
        }
    }

    @Test("report an error that libcurl has only a text for")
    func otherError() async throws {
        let server = TFTPServer(.error(4, "illegal"))
        defer { server.stop() }
        try await withEngine { engine in
            guard case .tftpError(let text) = await failure(engine, request(server.url())) else {
                Issue.record("another reason")
                return
            }
            #expect(!text.isEmpty)
        }
    }

    @Test("give up on a server that does not answer")
    func silence() async throws {
        let server = TFTPServer(.nothing)
        defer { server.stop() }
        try await withEngine { engine in
            let reason = await failure(engine, request(server.url()) { $0.timeouts.firstByte = .milliseconds(300) })
            #expect(reason == .firstByteTimeout(after: .milliseconds(300)))
        }
    }
}
