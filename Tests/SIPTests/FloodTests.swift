import Testing

@testable import SIP

/// More datagrams than can be read, while the phone waits for its PnP server.
@Suite struct FloodTests {
    private static let prefix = String(ourCallID.prefix(SIPLimits.minimumCallIDPrefix))

    private func desk(prefix: String = prefix, allowForeignCallID: Bool = false) -> Desk {
        let phone = SIPUserAgent.Phone(mac: mac, resyncEvent: "check-sync")
        return Desk(allowForeignCallID: allowForeignCallID, phones: [phone], callIDPrefix: prefix)
    }

    private func waiting(prefix: String = prefix, allowForeignCallID: Bool = false) throws -> Desk {
        var desk = desk(prefix: prefix, allowForeignCallID: allowForeignCallID)
        _ = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        return desk
    }

    /// What comes of `count` datagrams that are no business of the phone, in one second.
    private func flood(_ desk: inout Desk, count: Int = SIPLimits.maximumStrangersPerSecond + 1) -> Reaction {
        var actions: [SIPUserAgent.Action] = []
        for number in 0..<count {
            let bytes = number % 2 == 0 ? Array("garbage".utf8) : notify(callID: "Call-ID: forged-\(number)")
            actions += desk.receive(bytes, from: strangerAddress).actions
        }
        return Reaction(actions: actions)
    }

    @Test func whileThePhoneWaitsOnlyItsOwnCallIDsAreLetIn() throws {
        var desk = try waiting()
        #expect(flood(&desk, count: SIPLimits.maximumStrangersPerSecond).admissions == [])
        let reaction = flood(&desk, count: 1_000)
        #expect(reaction.admissions == [.callIDs(beginningWith: Self.prefix)])
        #expect(reaction.actions.contains(.schedule(FloodGate.timer, after: SIPTimers.floodInterval)))
        #expect(reaction.notes.count { $0 == .flood } == 1)
        #expect(desk.receive(notify()).urls.count == 1)
    }

    @Test func itIsOpenedAfterASecondAndShutAgainWhenTheFloodGoesOn() throws {
        var desk = try waiting()
        #expect(flood(&desk).admissions.count == 1)
        desk.now += SIPTimers.floodInterval
        #expect(desk.fire(FloodGate.timer).actions == [.admit(.everybody)])
        #expect(desk.fire(FloodGate.timer).actions == [], "a timer that fires late does nothing")
        let again = flood(&desk)
        #expect(again.admissions == [.callIDs(beginningWith: Self.prefix)])
        #expect(!again.notes.contains(.flood), "the phone has been told once")
    }

    @Test func itIsOpenedWhenNobodyWaitsAnyMore() throws {
        var found = try waiting()
        _ = flood(&found)
        #expect(found.receive(notify()).actions.suffix(2) == [.cancel(FloodGate.timer), .admit(.everybody)])

        var closed = try waiting()
        _ = flood(&closed)
        let actions = closed.agent.handle(.closeWindow(mac: mac), at: closed.now)
        #expect(actions.suffix(2) == [.cancel(FloodGate.timer), .admit(.everybody)])

        var removed = try waiting()
        _ = flood(&removed)
        let last = removed.agent.handle(.phoneRemoved(mac: mac), at: removed.now)
        #expect(last.suffix(2) == [.cancel(FloodGate.timer), .admit(.everybody)])
    }

    @Test func everybodyIsHeardWhileNobodyWaits() {
        var desk = desk()
        #expect(flood(&desk).admissions == [])
        let resync = desk.receive(notify(callID: "Call-ID: sync", event: "Event: check-sync", body: ""))
        #expect(resync.resynced == [mac])
    }

    @Test func nothingIsShutOutThatCouldBeTheAnswer() throws {
        var foreign = try waiting(allowForeignCallID: true)
        #expect(flood(&foreign).admissions == [])
        var without = try waiting(prefix: "")
        #expect(flood(&without).admissions == [])
        var other = try waiting(prefix: "01234567")
        #expect(flood(&other).admissions == [], "the Call-ID comes from elsewhere")
    }

    @Test func aDatagramFromPortZeroIsNotAnswered() throws {
        var desk = try waiting()
        let reaction = desk.receive(notify(), from: SIPAddress(host: "198.51.100.1", port: 0))
        #expect(reaction.sent.isEmpty && reaction.urls.isEmpty)
        #expect(reaction.notes == [.dropped(.fromPortZero, from: SIPAddress(host: "198.51.100.1", port: 0))])
    }

    @Test func theCallIDsOfASocketBeginWithItsPrefix() {
        let prefix = PnPIdentifiers.randomCallIDPrefix()
        let identifiers = PnPIdentifiers.random(callIDPrefix: prefix)
        #expect(prefix.utf8.count == SIPLimits.minimumCallIDPrefix && identifiers.callID.hasPrefix(prefix))
        #expect(identifiers.callID.utf8.count == prefix.utf8.count + 32, "128 bits are still left to guess")
        #expect(Set((0..<100).map { _ in PnPIdentifiers.randomCallIDPrefix() }).count > 90)
    }
}
