import DHCPOptions
import Synchronization
import Testing

@testable import PhoneAgent

@Suite("Questions to the DHCP server")
struct InformDeskTests {
    /// A helper that answers when it is told to, and counts.
    private final class Helper: Sendable {
        let asked = Mutex<[String]>([])
        private let (answers, answer) = AsyncStream<Void>.makeStream()

        func put(_ request: InformCall.Request, _ socket: String) async -> InformCall.Reply {
            asked.withLock { $0.append("\(request.interface) \(request.address) \(socket)") }
            for await _ in answers { break }
            return InformCall.Reply(outcome: .silence, sends: 3, notes: ["quiet"])
        }

        func letAnswer() { answer.yield() }
    }

    private static func request(_ interface: String = "eth0", _ address: String = "192.0.2.1") -> InformCall.Request {
        InformCall.Request(interface: interface, address: address, vendorClass: "Panasonic", milliseconds: 100)
    }

    @Test("that are the same at the same time are put once, and the trace of the others says so")
    func same() async {
        let helper = Helper()
        let desk = InformDesk(put: helper.put)
        // The first has put its question before the others come.
        async let first = desk.ask(Self.request(), at: "/s")
        while helper.asked.withLock({ $0.isEmpty }) { await Task.yield() }
        let others = (0..<20).map { _ in Task { await desk.ask(Self.request(), at: "/s") } }
        for _ in 0..<21 { helper.letAnswer() }
        #expect(await first.notes == ["quiet"])
        var shared = 0
        for other in others {
            let reply = await other.value
            #expect(reply.outcome == .silence && reply.sends == 3)
            if reply.notes.count == 2, reply.notes[1].hasPrefix("another phone of eth0 was asking") { shared += 1 }
        }
        #expect(helper.asked.withLock { $0.count } == 21 - shared)
    }

    @Test("that differ, or come after the answer, are put each for itself")
    func different() async {
        let helper = Helper()
        let desk = InformDesk(put: helper.put)
        for _ in 0..<4 { helper.letAnswer() }
        _ = await desk.ask(Self.request(), at: "/s")
        _ = await desk.ask(Self.request(), at: "/s")
        async let one = desk.ask(Self.request("eth1"), at: "/s")
        async let two = desk.ask(Self.request(), at: "/t")
        #expect(await [one, two].allSatisfy { $0.notes == ["quiet"] })
        let expected = ["eth0 192.0.2.1 /s", "eth0 192.0.2.1 /s", "eth0 192.0.2.1 /t", "eth1 192.0.2.1 /s"]
        #expect(helper.asked.withLock { $0.sorted() } == expected)
    }

    @Test("go on when the phone that began them does not want the answer any more")
    func cancelled() async {
        let helper = Helper()
        let desk = InformDesk(put: helper.put)
        let first = Task { await desk.ask(Self.request(), at: "/s") }
        while helper.asked.withLock({ $0.isEmpty }) { await Task.yield() }
        first.cancel()
        async let second = desk.ask(Self.request(), at: "/s")
        helper.letAnswer()
        helper.letAnswer()
        #expect(await second.sends == 3)
        _ = await first.value
    }
}
