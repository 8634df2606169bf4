import Provisioning
import Testing

/// Asking the DHCP server, beside step 3.
struct LeaseQuestionTests {
    private let now = Moment(uptime: .seconds(1_000), wall: WallTime(milliseconds: 1_780_000_000_000))
    private let offer = LeaseOffer(option160: .text("http://h/a.cfg", detail: "asked for"), origin: "asked for")

    private func started(_ settings: SequenceSettings) -> (ProvisioningSequence, [ProvisioningSequence.Action]) {
        var sequence = ProvisioningSequence(identity: SimulatedPhone.identity)
        _ = sequence.handle(.addressesChanged(.ipv4), at: now)
        _ = sequence.handle(.powerOn(.start), at: now)
        let actions = sequence.handle(.settingsLoaded(settings, lastRun: 0, detail: "factory defaults"), at: now)
        return (sequence, actions)
    }

    private func starts(_ actions: [ProvisioningSequence.Action]) -> [String] {
        actions.compactMap { if case .download(let order) = $0 { order.url } else { nil } }
    }

    @Test func `it is asked beside the SUBSCRIBE, and an answer that came by the end of the wait is used at once`() {
        var (sequence, actions) = started(SequenceSettings(asksLease: true))
        #expect(actions.contains(.askLease) && actions.contains(.startPnP))
        #expect(sequence.handle(.leaseChanged(offer), at: now).isEmpty)
        #expect(sequence.handle(.leaseAnswered, at: now).isEmpty)
        #expect(starts(sequence.handle(.timerFired(.pnpWindow), at: now)) == ["http://h/a.cfg"])
    }

    @Test func `an answer that is late is waited for before step 4`() {
        var (sequence, _) = started(SequenceSettings(asksLease: true))
        #expect(starts(sequence.handle(.timerFired(.pnpWindow), at: now)).isEmpty)
        #expect(sequence.trace(at: now)?.currentStep == .dhcpOption160)
        #expect(sequence.handle(.leaseChanged(offer), at: now).isEmpty)
        #expect(starts(sequence.handle(.leaseAnswered, at: now)) == ["http://h/a.cfg"])
    }

    @Test func `without SIP PnP it is asked, and waited for`() {
        var (sequence, actions) = started(SequenceSettings(sipPnPEnabled: false, asksLease: true))
        #expect(actions.contains(.askLease) && !actions.contains(.startPnP) && starts(actions).isEmpty)
        let after = sequence.handle(.leaseAnswered, at: now)
        #expect(
            !after.isEmpty && !sequence.isRunning == after.contains { if case .runEnded = $0 { true } else { false } }
        )
        #expect(sequence.handle(.leaseAnswered, at: now).isEmpty, "a second answer is none")
    }

    @Test func `nobody asks when the setting is off, or no step looks at it`() {
        #expect(!started(SequenceSettings()).1.contains(.askLease))
        let none = SequenceSettings(
            option160Enabled: false,
            option159Enabled: false,
            option66Enabled: false,
            asksLease: true
        )
        #expect(!started(none).1.contains(.askLease))
    }

    @Test func `a URL found before makes the answer one that nobody waits for`() {
        var (sequence, _) = started(SequenceSettings(asksLease: true))
        let found = sequence.handle(.pnpFound(url: "http://pnp/b.cfg", detail: "NOTIFY"), at: now)
        #expect(starts(found) == ["http://pnp/b.cfg"])
        #expect(sequence.handle(.leaseAnswered, at: now).isEmpty)
    }
}
