import DHCPOptions
import FoundationEssentials
import NIOCore
import NIOPosix

/// Asks the DHCP server through the helper `phoneprov-inform`, which may bind port 68.
struct InformClient: Sendable {
    let loops: any EventLoopGroup

    /// How long the helper has to start and to answer, beside the time that it waits for the server.
    private static let patience = TimeAmount.seconds(2)

    /// Puts a question to the helper at this socket. Whatever goes wrong is an answer too.
    func ask(_ request: InformCall.Request, at socket: String) async -> InformCall.Reply {
        do {
            let line = try await exchange(try JSONEncoder().encode(request), request.milliseconds, socket)
            return try JSONDecoder().decode(InformCall.Reply.self, from: Data(line))
        } catch let error as IOError {
            return .failed(
                "the helper at \(socket) cannot be reached (\(error)); run systemctl enable --now phoneprov-inform.socket"
            )
        } catch {
            return .failed("the helper at \(socket) gave no answer (\(error)); see journalctl -u 'phoneprov-inform@*'")
        }
    }

    private func exchange(_ question: Data, _ milliseconds: Int, _ socket: String) async throws -> [UInt8] {
        let loop = loops.next()
        let answer = loop.makePromise(of: [UInt8].self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .connectTimeout(Self.patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(LineHandler(answer: answer))
                    }
                }
                .connect(unixDomainSocketPath: socket)
                .get()
        } catch {
            answer.fail(error)
            throw error
        }
        let limit = loop.scheduleTask(in: .milliseconds(Int64(milliseconds)) + Self.patience) {
            answer.fail(Problem.timedOut)
        }
        defer {
            limit.cancel()
            channel.close(promise: nil)
        }
        return try await withTaskCancellationHandler {
            channel.writeAndFlush(ByteBuffer(bytes: Array(question) + [UInt8(ascii: "\n")]), promise: nil)
            return try await answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private enum Problem: Error, CustomStringConvertible {
        case timedOut
        case closed
        case tooLong

        var description: String {
            switch self {
            case .timedOut: "it took too long"
            case .closed: "it closed the connection"
            case .tooLong: "its line has more than \(InformCall.maximumLineLength) bytes"
            }
        }
    }

    /// Collects one line.
    private final class LineHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: EventLoopPromise<[UInt8]>
        private var line: [UInt8] = []

        init(answer: EventLoopPromise<[UInt8]>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            line += unwrapInboundIn(data).readableBytesView
            if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                answer.succeed(Array(line[..<end]))
            } else if line.count > InformCall.maximumLineLength {
                answer.fail(Problem.tooLong)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { answer.fail(Problem.closed) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
    }
}

extension InformCall.Reply {
    static func failed(_ reason: String) -> InformCall.Reply {
        InformCall.Reply(outcome: .failed(reason), sends: 0, notes: [])
    }
}
