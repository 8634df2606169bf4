import DHCPOptions
import FoundationEssentials
import Glibc

/// The daemon's helper for DHCPINFORM: it alone may bind port 68.
///
/// systemd starts it for each connection to its socket (`phoneprov-inform.socket`), with the connection as standard input
/// and output. It reads one question, asks, writes one answer (``DHCPOptions/InformCall``), and ends.
@main
enum PhoneprovInform {
    /// How long the question's line may take to come, in milliseconds.
    static let lineMilliseconds: Int32 = 2_000

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let reply: InformCall.Reply
        do throws(HelperProblem) {
            let request = try readRequest()
            reply = try ask(request)
        } catch {
            reply = InformCall.Reply(outcome: .failed("\(error)"), sends: 0, notes: [])
        }
        exit(write(reply) ? 0 : 1)
    }

    private static func readRequest() throws(HelperProblem) -> InformCall.Request {
        var bytes: [UInt8] = []
        let deadline = Clock.now + .milliseconds(lineMilliseconds)
        while !bytes.contains(UInt8(ascii: "\n")) {
            guard bytes.count < InformCall.maximumLineLength else { throw .question("it is too long") }
            var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, Clock.milliseconds(until: deadline)) > 0 else { throw .question("it did not come") }
            var chunk = [UInt8](repeating: 0, count: 1_024)
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            guard count > 0 else { throw .question("it broke off") }
            bytes += chunk[..<count]
        }
        guard let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first,
            let request = try? JSONDecoder().decode(InformCall.Request.self, from: Data(line))
        else { throw .question("it is not the JSON of a question") }
        return request
    }

    private static func ask(_ request: InformCall.Request) throws(HelperProblem) -> InformCall.Reply {
        guard InterfaceName.isValid(request.interface) else { throw .question("the interface's name is none") }
        guard let address = IPv4Address(request.address) else { throw .question("the address is none") }
        guard (1...InformCall.maximumMilliseconds).contains(request.milliseconds) else {
            throw .question("the wait is not 1 to \(InformCall.maximumMilliseconds) milliseconds")
        }
        var random = SystemRandomNumberGenerator()
        let question = DHCPInform.Question(
            address: address,
            hardwareAddress: try HardwareAddress.of(request.interface),
            vendorClass: request.vendorClass,
            transaction: random.next()
        )
        let waits = DHCPInform.waits(within: .milliseconds(request.milliseconds), using: &random)
        let exchange = Exchange(socket: try ClientPort(interface: request.interface, address: address))
        return try exchange.run(DHCPInform(question, waits: waits))
    }

    private static func write(_ reply: InformCall.Reply) -> Bool {
        guard let data = try? JSONEncoder().encode(reply) else { return false }
        var rest = (Array(data) + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// Why the question cannot be put.
enum HelperProblem: Error, CustomStringConvertible {
    /// The daemon's line is not one of ``DHCPOptions/InformCall``.
    case question(String)
    /// A call of the operating system failed.
    case system(String, CInt)
    /// The interface is not of a kind that DHCP can be spoken on.
    case notEthernet(String)

    var description: String {
        switch self {
        case .question(let what): "the question to phoneprov-inform is wrong: \(what)"
        case .system(let call, let code):
            "\(call): \(String(cString: strerror(code)))"
                + (code == EACCES || code == EPERM ? " (it needs CAP_NET_BIND_SERVICE and CAP_NET_RAW)" : "")
        case .notEthernet(let name): "\(name) has no Ethernet address"
        }
    }
}

/// Time that only goes forward.
enum Clock {
    /// Time since the machine started.
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// What poll(2) takes: whole milliseconds, rounded up, none for what is past.
    static func milliseconds(until deadline: Duration) -> CInt {
        let rest = deadline - now
        guard rest > .zero else { return 0 }
        let (seconds, attoseconds) = rest.components
        return CInt(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
