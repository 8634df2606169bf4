@testable import Control
import NIOCore
import Testing

/// Bytes from text, `\0` included.
private func bytes(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

@Suite("The state of a connection")
struct ConnectionStateTests {
    typealias Event = ConnectionState.Event
    typealias Action = ConnectionState.Action

    private static func limits() -> ControlLimits {
        var limits = ControlLimits()
        limits.maximumMessageBytes = 4
        limits.idleTimeout = .seconds(3)
        limits.replyTimeout = .milliseconds(1500)
        return limits
    }

    /// What a connection does when these things happen, each with its own list of actions.
    static let scenarios: [(name: String, steps: [(Event, [Action])])] = [
        (
            "a call and its reply",
            [
                (.opened, [.armIdleTimer, .read]),
                (.received(bytes("ab")), [.read]),
                (.received(bytes("c\0")), [.disarmIdleTimer, .startCall(bytes("abc"), peerIsGone: false)]),
                (.callEnded(.reply(bytes("R\0"))), [.armReplyTimer, .write(bytes("R\0"))]),
                (.written, [.disarmReplyTimer, .armIdleTimer, .read]),
                (.peerGone, [.disarmIdleTimer, .disarmReplyTimer, .ended(.peerFinished)]),
            ]
        ),
        (
            "the second call starts when the reply to the first has left, and nothing is read before",
            [
                (.opened, [.armIdleTimer, .read]),
                (
                    .received(bytes("one\0two\0thr")),
                    [.disarmIdleTimer, .startCall(bytes("one"), peerIsGone: false)]
                ),
                (.received(bytes("e\0")), []),
                (.callEnded(.reply(bytes("1\0"))), [.armReplyTimer, .write(bytes("1\0"))]),
                (.idleTimerFired, []),
                (.written, [.disarmReplyTimer, .disarmIdleTimer, .startCall(bytes("two"), peerIsGone: false)]),
                (.callEnded(.withoutReply), [.disarmIdleTimer, .startCall(bytes("thre"), peerIsGone: false)]),
                (.callEnded(.withoutReply), [.armIdleTimer, .read]),
                (.idleTimerFired, [.disarmIdleTimer, .disarmReplyTimer, .close(.idle(seconds: 3))]),
                (.received(bytes("x\0")), []),
            ]
        ),
        (
            "several replies, each of which must leave in time",
            [
                (.received(bytes("w\0")), [.disarmIdleTimer, .startCall(bytes("w"), peerIsGone: false)]),
                (.partialReply(bytes("1\0")), [.armReplyTimer, .write(bytes("1\0"))]),
                (.written, [.disarmReplyTimer]),
                (.partialReply(bytes("2\0")), [.armReplyTimer, .write(bytes("2\0"))]),
                (
                    .replyTimerFired,
                    [.cancelCall, .disarmIdleTimer, .disarmReplyTimer, .close(.slowReader(seconds: 1.5))]
                ),
                (.partialReply(bytes("3\0")), []),
                (.callEnded(.reply(bytes("4\0"))), []),
            ]
        ),
        (
            "the client leaves during a call: it is cancelled, its reply is dropped, what is left is tried",
            [
                (.received(bytes("a\0b\0c")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (.peerGone, [.disarmReplyTimer, .cancelCall]),
                (.partialReply(bytes("1\0")), []),
                (.callEnded(.reply(bytes("2\0"))), [.disarmIdleTimer, .startCall(bytes("b"), peerIsGone: true)]),
                (.callEnded(.withoutReply), [.disarmIdleTimer, .disarmReplyTimer, .ended(.peerGone)]),
            ]
        ),
        (
            "the client leaves while its reply is on the way",
            [
                (.received(bytes("a\0")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (.callEnded(.reply(bytes("1\0"))), [.armReplyTimer, .write(bytes("1\0"))]),
                (.peerGone, [.disarmReplyTimer, .disarmIdleTimer, .disarmReplyTimer, .ended(.peerGone)]),
            ]
        ),
        (
            "the client finishes sending and hears its replies",
            [
                (.received(bytes("a\0")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (.inputClosed, []),
                (.callEnded(.reply(bytes("1\0"))), [.armReplyTimer, .write(bytes("1\0"))]),
                (.written, [.disarmReplyTimer, .disarmIdleTimer, .disarmReplyTimer, .close(.peerFinished)]),
                (.peerGone, []),
            ]
        ),
        (
            "a message of the greatest length, and one that is longer",
            [
                (.received(bytes("1234\0")), [.disarmIdleTimer, .startCall(bytes("1234"), peerIsGone: false)]),
                (.callEnded(.withoutReply), [.armIdleTimer, .read]),
                (
                    .received(bytes("12345\0")),
                    [.disarmIdleTimer, .disarmReplyTimer, .close(.messageTooLarge(limit: 4))]
                ),
            ]
        ),
        (
            "a message that is too long before it ends",
            [
                (.received(bytes("1234")), [.read]),
                (.received(bytes("5")), [.disarmIdleTimer, .disarmReplyTimer, .close(.messageTooLarge(limit: 4))]),
            ]
        ),
        (
            "the server ends while nothing goes on",
            [
                (.opened, [.armIdleTimer, .read]),
                (.drain, [.disarmIdleTimer, .disarmReplyTimer, .close(.shutdown)]),
            ]
        ),
        (
            "the server ends during a call: the client hears of it, further calls are not begun",
            [
                (.received(bytes("a\0b\0")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (.drain, [.cancelCall]),
                (.callEnded(.reply(bytes("E\0"))), [.armReplyTimer, .write(bytes("E\0"))]),
                (.written, [.disarmReplyTimer, .disarmIdleTimer, .disarmReplyTimer, .close(.shutdown)]),
            ]
        ),
        (
            "the server's patience ends",
            [
                (.received(bytes("a\0")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (.drain, [.cancelCall]),
                (.abort, [.cancelCall, .disarmIdleTimer, .disarmReplyTimer, .close(.shutdown)]),
            ]
        ),
        (
            "a connection too many",
            [
                (.refused(bytes("B\0")), [.armReplyTimer, .write(bytes("B\0"))]),
                (.received(bytes("a\0")), []),
                (.drain, []),
                (.written, [.disarmIdleTimer, .disarmReplyTimer, .close(.tooManyConnections(limit: 64))]),
            ]
        ),
        (
            "what is not a call",
            [
                (.received(bytes("a\0b\0")), [.disarmIdleTimer, .startCall(bytes("a"), peerIsGone: false)]),
                (
                    .callEnded(.malformed("no")),
                    [.cancelCall, .disarmIdleTimer, .disarmReplyTimer, .close(.malformed("no"))]
                ),
            ]
        ),
    ]

    @Test("does what is to be done", arguments: scenarios.indices)
    func scenario(index: Int) {
        let scenario = Self.scenarios[index]
        var state = ConnectionState(limits: Self.limits())
        for (number, step) in scenario.steps.enumerated() {
            #expect(state.handle(step.0) == step.1, "\(scenario.name), step \(number + 1)")
        }
    }

    @Test("cuts the same calls out of the same bytes, however they are divided")
    func division() {
        let text = Array("one\0\0two\0x\0".utf8)
        for size in 1...text.count {
            var state = ConnectionState(limits: Self.limits())
            var calls: [String] = []
            func perform(_ actions: [Action]) {
                for case .startCall(let message, _) in actions {
                    calls.append(String(buffer: message))
                    perform(state.handle(.callEnded(.withoutReply)))
                }
            }
            for start in stride(from: 0, to: text.count, by: size) {
                perform(state.handle(.received(ByteBuffer(bytes: text[start..<min(start + size, text.count)]))))
            }
            #expect(calls == ["one", "", "two", "x"], "in pieces of \(size)")
        }
    }
}
