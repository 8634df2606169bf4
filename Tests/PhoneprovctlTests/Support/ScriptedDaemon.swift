import Control
import Foundation
import Glibc

/// A control socket that answers each method with what it was given: so what the tool prints is the same each time.
final class ScriptedDaemon: Sendable {
    /// What is answered to the calls of one method, one after another; the last again and again.
    struct Script: Sendable {
        var replies: [String: [String]] = [:]

        mutating func answer<Request: ControlRequest>(_ type: Request.Type, _ replies: Request.Reply...) throws {
            self.replies[type.method.qualifiedName] = try replies.map { reply in
                let json = String(decoding: try JSONEncoder().encode(reply), as: UTF8.self)
                return #"{"parameters":\#(json)}"#
            }
        }

        mutating func refuse<Request: ControlRequest>(_ type: Request.Type, _ error: String, _ parameters: String) {
            replies[type.method.qualifiedName] = [
                #"{"error":"io.phoneprovd.\#(error)","parameters":\#(parameters)}"#
            ]
        }
    }

    let path: String
    private let listener: CInt

    init(_ script: Script) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ctl-\(UUID().uuidString.prefix(8))").path
        listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafeBytes(of: &address) { raw in
            bind(listener, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
        }
        guard listener >= 0, bound == 0, listen(listener, 16) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        Thread.detachNewThread { [listener] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR { continue }
                guard connection >= 0 else { return }
                Thread.detachNewThread { Self.serve(connection, script) }
            }
        }
    }

    func stop() {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
        unlink(path)
    }

    private struct Call: Decodable {
        let method: String
        let more: Bool?
    }

    private static func serve(_ connection: CInt, _ script: Script) {
        defer { close(connection) }
        var pending: [UInt8] = []
        var answered: [String: Int] = [:]
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(connection, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            pending += chunk[..<count]
            while let end = pending.firstIndex(of: 0) {
                let message = Data(pending[..<end])
                pending.removeSubrange(...end)
                guard let call = try? JSONDecoder().decode(Call.self, from: message),
                    let replies = script.replies[call.method], !replies.isEmpty
                else {
                    send(#"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"?"}}"#, connection)
                    continue
                }
                if call.more == true {
                    // Every reply but the last says that more will come; the daemon then ends.
                    for reply in replies { send(String(reply.dropLast()) + #","continues":true}"#, connection) }
                    send(#"{"error":"io.phoneprovd.ShuttingDown","parameters":{}}"#, connection)
                    continue
                }
                let number = answered[call.method, default: 0]
                answered[call.method] = number + 1
                send(replies[min(number, replies.count - 1)], connection)
            }
        }
    }

    private static func send(_ text: String, _ connection: CInt) {
        var rest = (Array(text.utf8) + [0])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
