import DHCPOptions
import Flash
import FoundationEssentials
import Provisioning

// What DHCP gives: kept over restarts, and handed to the sequence.

extension Phone {
    /// A lease from flash counts while it lasts, and until the DHCP client says otherwise.
    func restoreLease(_ kept: String?) {
        guard !isLeaseKnown else { return }
        isLeaseKnown = true
        guard let kept, let values = try? JSONDecoder().decode(LeaseValues.self, from: Data(kept.utf8)) else { return }
        let now = UInt64(max(0, WallTime.now.milliseconds / 1_000))
        lease = values.valid(at: now)
        leaseOrigin = "of the lease that flash kept"
    }

    func take(_ event: DHCPEvent, origin: String) async {
        if !isLeaseKnown {
            // An event may come before the phone is switched on, and say nothing of the lease's other half.
            restoreLease(try? await environment.flash.contents(of: identity.mac).lease)
        }
        let before = lease
        lease = lease.merging(event)
        leaseOrigin = "\(event.reason) by \(origin)"
        await heard(event)
        if event.notes != leaseNotes {
            leaseNotes = event.notes
            for note in event.notes { logger.warning("DHCP on \(event.interface): \(note)") }
        } else if lease == before {
            return
        }
        logger.info(
            "DHCP \(event.reason) on \(event.interface) (\(origin)): \(Self.describe(offer))",
            metadata: ["dhcp-reason": "\(event.reason)"]
        )
        await keepLease()
        await handle(.leaseChanged(offer))
    }

    /// What the phone's log says of the offer.
    var describedOffer: String { Self.describe(offer) }

    func keepLease() async {
        do {
            let text = String(decoding: try JSONEncoder().encode(lease), as: UTF8.self)
            try await environment.flash.storeLease(text, of: identity.mac)
        } catch {
            logger.error("the lease is not kept over a restart: \(error)")
        }
    }

    /// An answer to DHCPINFORM is newer than the lease, or there would be none.
    var offer: LeaseOffer {
        let answer = inform.lease
        return LeaseOffer(
            option160: answer.map { LeaseOffer.Value($0.option160, inform.origin) }
                ?? value(lease.option160, code: 160),
            option159: answer.map { LeaseOffer.Value($0.option159, inform.origin) }
                ?? value(lease.option159, code: 159),
            option66: answer.map { LeaseOffer.Value($0.option66, inform.origin) } ?? value(lease.option66, code: 66),
            dhcpv6: LeaseOffer.Value(lease.dhcpv6, leaseOrigin),
            hasIPv4Lease: answer != nil || lease.ipv4 != nil,
            hasIPv6Lease: lease.ipv6 != nil,
            origin: answer != nil ? inform.origin : leaseOrigin
        )
    }

    /// An option that the server sent but the client does not hand over is no absent one.
    private func value(_ option: OptionValue, code: Int) -> LeaseOffer.Value {
        if case .absent = option, let note = leaseNotes.first(where: { $0.isAbout(code) }) {
            return .refused("\(note)")
        }
        return LeaseOffer.Value(option, leaseOrigin)
    }

    private static func describe(_ offer: LeaseOffer) -> String {
        let values = [
            ("160", offer.option160), ("159", offer.option159), ("66", offer.option66), ("DHCPv6 17", offer.dhcpv6),
        ]
        let given = values.compactMap { name, value -> String? in
            switch value {
            case .absent: nil
            case .text(let text, _): "option \(name) \(ProvisioningURL.masked(text))"
            case .refused(let reason): "option \(name) refused, \(reason)"
            }
        }
        return given.isEmpty ? "no provisioning option" : given.joined(separator: "; ")
    }
}

extension DHCPEvent.Note {
    /// It is why the client does not hand this option over.
    fileprivate func isAbout(_ code: Int) -> Bool {
        switch self {
        case .undeclaredOption(let other): other == code
        case .lost(.option(let other, _)): other == code
        case .lost(.renewals), .oldLease: false
        }
    }
}

extension LeaseOffer.Value {
    init(_ value: OptionValue, _ origin: String) {
        switch value {
        case .absent: self = .absent
        case .value(let text, let notes, _):
            self = .text(text, detail: ([origin] + notes.map(\.description)).joined(separator: "; "))
        case .refused(let refusal, _): self = .refused("\(refusal)")
        }
    }
}
