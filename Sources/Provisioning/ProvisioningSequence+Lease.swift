// Asking the DHCP server, beside step 3: an answer is awaited before step 4.

extension ProvisioningSequence {
    /// How the question of a run stands.
    enum LeaseQuestion: Sendable, Hashable {
        case notAsked
        case asked
        case answered
    }

    /// Asks, once in a run, when steps 4 to 6 are going to look at what DHCP says.
    mutating func askLease() -> [Action] {
        guard settings.asksLease, case .notAsked = leaseQuestion, addresses.hasIPv4,
            settings.option160Enabled || settings.option159Enabled || settings.option66Enabled
        else { return [] }
        leaseQuestion = .asked
        return [.askLease]
    }

    mutating func leaseAnswered(_ now: Moment) -> [Action] {
        guard case .asked = leaseQuestion else { return [] }
        leaseQuestion = .answered
        guard case .awaitingLease = state else { return [] }
        return dhcpOptions(now)
    }
}
