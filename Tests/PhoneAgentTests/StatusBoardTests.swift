import Control
import Provisioning
import Testing

@testable import PhoneAgent

@Suite("The status board")
struct StatusBoardTests {
    private static let macs = ["0080F0000001", "0080F0000002", "0080F0000003"].compactMap(MACAddress.init)

    private static func status(_ mac: MACAddress, _ state: PhoneState, next: String? = nil) -> PhoneStatus {
        PhoneStatus(
            mac: mac.upperCase,
            model: "KX-UTG200B",
            interface: "eth0",
            state: state,
            source: .none,
            url: nil,
            step: 0,
            detail: "as it is",
            lastOutcome: nil,
            nextAttempt: next,
            runNumber: nil,
            since: ""
        )
    }

    @Test("counts the phones in each state, whatever they have been before")
    func counts() async {
        let board = StatusBoard()
        #expect(await board.overview == .many([:]))
        #expect(await board.overview.line == "0 phones: ")
        for mac in Self.macs { await board.publish(Self.status(mac, .provisioning), of: mac) }
        #expect(await board.overview.isProvisioning)
        for state in [PhoneState.failed, .provisioning, .provisioned] {
            for mac in Self.macs.dropFirst() { await board.publish(Self.status(mac, state), of: mac) }
        }
        #expect(await board.overview.line == "3 phones: 1 provisioning, 2 provisioned")
        await board.remove(Self.macs[0])
        await board.remove(Self.macs[0])
        #expect(await board.overview == .many([.provisioned: 2]))
        #expect(await !board.overview.isProvisioning)
        await board.remove(Self.macs[1])
        #expect(await board.overview.line == "KX-UTG200B 0080F0000003: as it is")
    }

    @Test("says of one phone what it says itself, and when it tries again")
    func one() async {
        let board = StatusBoard()
        await board.publish(Self.status(Self.macs[0], .failed, next: "at noon"), of: Self.macs[0])
        #expect(await board.overview.line == "KX-UTG200B 0080F0000001: as it is; next run at noon")
        #expect(await !board.overview.isProvisioning)
        await board.publish(Self.status(Self.macs[0], .provisioning), of: Self.macs[0])
        #expect(await board.overview.isProvisioning)
    }

    @Test("knows whether each of some phones is in a state; one that it does not know is in none")
    func areAll() async {
        let board = StatusBoard()
        await board.publish(Self.status(Self.macs[0], .provisioned), of: Self.macs[0])
        await board.publish(Self.status(Self.macs[1], .failed), of: Self.macs[1])
        #expect(await board.areAll(Array(Self.macs.prefix(2))) { $0 != .provisioning })
        #expect(await !board.areAll(Array(Self.macs.prefix(2))) { $0 == .provisioned })
        #expect(await !board.areAll(Self.macs) { $0 != .provisioning })
    }

    @Test("tells of changes, and of nothing else")
    func changes() async {
        let board = StatusBoard()
        let mac = Self.macs[0]
        await board.publish(Self.status(mac, .failed), of: mac)
        var changes = await board.changes().makeAsyncIterator()
        await board.publish(Self.status(mac, .failed), of: mac)
        await board.remove(Self.macs[1])
        await board.publish(Self.status(mac, .disabled), of: mac)
        // Had the first two been changes as well, they would be this one.
        await changes.next()
        #expect(await board.read([mac]).map(\.state) == [.disabled])
    }
}
