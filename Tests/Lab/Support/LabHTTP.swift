import Foundation
import Glibc

/// A minimal HTTP/1.1 client (RFC 9112) for a server inside a namespace: one request, one connection.
struct LabHTTP {
    let namespace: LabNamespace
    let port: UInt16

    /// Sends a request and reads the answer to its end.
    /// - Returns: the answer's status and its body.
    func send(_ method: String, _ path: String, _ body: Data?, within limit: Duration) async throws -> (Int, Data) {
        let (namespace, port) = (namespace, port)
        // It blocks: not on a thread that other tests need.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.exchange(namespace, port, method, path, body, limit) })
            }
        }
    }

    private static func exchange(
        _ namespace: LabNamespace,
        _ port: UInt16,
        _ method: String,
        _ path: String,
        _ body: Data?,
        _ limit: Duration
    ) throws -> (Int, Data) {
        let socket = try namespace.enter { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        guard socket >= 0 else { throw LabError.system(call: "socket", number: errno) }
        defer { close(socket) }
        var time = timeval(tv_sec: Int(limit.components.seconds), tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw LabError.system(call: "connect to port \(port)", number: errno) }
        var request = Data("\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n".utf8)
        request += Data("Content-Type: application/json\r\nContent-Length: \(body?.count ?? 0)\r\n\r\n".utf8)
        request += body ?? Data()
        try write(request, to: socket)
        return try read(from: socket, path)
    }

    private static func write(_ data: Data, to socket: Int32) throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw LabError.system(call: "send", number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// chromedriver leaves the connection open whatever was asked for: the length says where the answer ends.
    private static func read(from socket: Int32, _ path: String) throws -> (Int, Data) {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let end = Data("\r\n\r\n".utf8)
        while true {
            if let gap = data.range(of: end) {
                let head = String(decoding: data[..<gap.lowerBound], as: UTF8.self)
                let lines = head.components(separatedBy: "\r\n")
                let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
                let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
                if let length, data.count >= gap.upperBound + length {
                    return (status, data[gap.upperBound..<gap.upperBound + length])
                }
            }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else {
                throw LabError.unreadable(what: "the answer to \(path)", text: "\(data.count) bytes")
            }
            data += buffer[..<count]
        }
    }
}
