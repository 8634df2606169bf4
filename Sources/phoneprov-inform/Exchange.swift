import DHCPOptions
import Glibc

/// Performs what ``DHCPOptions/DHCPInform`` wants.
struct Exchange: ~Copyable {
    private let socket: ClientPort

    init(socket: consuming ClientPort) { self.socket = socket }

    /// Asks until there is an answer, the wait is over, or nobody is there any more who wants to know.
    borrowing func run(_ inform: DHCPInform) throws(HelperProblem) -> InformCall.Reply {
        var inform = inform
        var notes: [String] = []
        var deadline = Clock.now
        var actions = inform.handle(.start)
        while true {
            for action in actions {
                switch action {
                case .send(let bytes): try socket.send(bytes)
                case .wait(let time): deadline = Clock.now + time
                case .note(let text): notes.append(text)
                case .finish(.answered(let bytes)):
                    return InformCall.Reply(outcome: .answered(bytes), sends: inform.sends, notes: notes)
                case .finish(.silence):
                    return InformCall.Reply(outcome: .silence, sends: inform.sends, notes: notes)
                }
            }
            actions = inform.handle(try next(before: deadline))
        }
    }

    private borrowing func next(before deadline: Duration) throws(HelperProblem) -> DHCPInform.Event {
        while true {
            var entries = [
                pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
            ]
            let count = poll(&entries, nfds_t(entries.count), Clock.milliseconds(until: deadline))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("poll", errno) }
            if count == 0 { return .timeout }
            if entries[1].revents != 0 { throw .question("the connection was closed") }
            if let bytes = socket.receive() { return .datagram(bytes) }
            // Strangers' datagrams must not put the end off.
            if Clock.now >= deadline { return .timeout }
        }
    }
}
