import Provisioning
import Testing

/// Steps 2 to 7: which source gives the provisioning URL.
struct SourceTableTests {
    enum Look: CaseIterable { case found, missing, disabled, failing }

    /// A row to read beside the guide's sequence: what is there, and which source must win.
    struct Row: CustomTestStringConvertible {
        let addresses: AddressFamilies
        let byHand: SequenceSettings.StoredURL
        let pnp, option160, option159, option66, dhcpv6, redirection: Look
        let expected: ProvisioningSource
        var testDescription: String { "\(addresses) → \(expected)" }

        init(
            _ addresses: AddressFamilies,
            _ byHand: SequenceSettings.StoredURL,
            pnp: Look,
            _ option160: Look,
            _ option159: Look,
            _ option66: Look,
            v6 dhcpv6: Look,
            redirection: Look,
            _ expected: ProvisioningSource
        ) {
            self.addresses = addresses
            self.byHand = byHand
            self.pnp = pnp
            self.option160 = option160
            self.option159 = option159
            self.option66 = option66
            self.dhcpv6 = dhcpv6
            self.redirection = redirection
            self.expected = expected
        }
    }

    static let manual = SequenceSettings.StoredURL.manual("http://by-hand.example.com/a.cfg")
    static let written = SequenceSettings.StoredURL.stored(
        "http://stored.example.com/a.cfg",
        where: "standard file, line 7"
    )

    // addresses  by hand          PnP            160        159        66         DHCPv6           redirection     source
    static let rows: [Row] = [
        Row(.ipv4, manual, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .manual),
        Row(.ipv4, written, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .stored),
        Row(.ipv4, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .sipPnP),
        Row(.ipv4, .empty, pnp: .missing, .found, .found, .found, v6: .found, redirection: .found, .dhcp160),
        Row(.ipv4, .empty, pnp: .disabled, .found, .found, .found, v6: .found, redirection: .found, .dhcp160),
        Row(.ipv4, .empty, pnp: .failing, .found, .found, .found, v6: .found, redirection: .found, .dhcp160),
        Row(.ipv4, .empty, pnp: .missing, .missing, .found, .found, v6: .found, redirection: .found, .dhcp159),
        Row(.ipv4, .empty, pnp: .missing, .disabled, .found, .found, v6: .found, redirection: .found, .dhcp159),
        Row(.ipv4, .empty, pnp: .missing, .failing, .found, .found, v6: .found, redirection: .found, .dhcp159),
        Row(.ipv4, .empty, pnp: .missing, .missing, .missing, .found, v6: .found, redirection: .found, .dhcp66),
        Row(.ipv4, .empty, pnp: .missing, .missing, .missing, .missing, v6: .found, redirection: .found, .redirection),
        Row(.ipv4, .empty, pnp: .missing, .missing, .missing, .missing, v6: .found, redirection: .missing, .none),
        Row(.ipv4, .empty, pnp: .missing, .missing, .missing, .missing, v6: .found, redirection: .failing, .none),
        Row(.ipv6, manual, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .manual),
        Row(.ipv6, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .dhcpv6),
        Row(.ipv6, .empty, pnp: .found, .found, .found, .found, v6: .missing, redirection: .found, .none),
        Row(.both, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .sipPnP),
        Row(.both, .empty, pnp: .missing, .missing, .missing, .found, v6: .found, redirection: .found, .dhcp66),
        Row(.both, .empty, pnp: .missing, .missing, .missing, .missing, v6: .found, redirection: .found, .dhcpv6),
        Row(
            .both,
            .empty,
            pnp: .missing,
            .missing,
            .missing,
            .missing,
            v6: .disabled,
            redirection: .found,
            .redirection
        ),
        Row(.both, .empty, pnp: .missing, .missing, .missing, .missing, v6: .missing, redirection: .missing, .none),
    ]

    @Test(arguments: rows)
    func `the first source that gives a URL wins`(row: Row) throws {
        var phone = SimulatedPhone(world(row))
        let trace = try phone.firstRun()
        #expect(trace.source == row.expected)
        #expect(trace.outcome == (row.expected == .none ? .failed : .provisioned))
    }

    @Test func `every combination of sources gives what the order of steps says`() throws {
        var seen: [ProvisioningSource: Int] = [:]
        for addresses in [AddressFamilies.ipv4, .ipv6, .both] {
            for byHand in [SequenceSettings.StoredURL.empty, Self.manual, Self.written] {
                for pnp in Look.allCases {
                    for a in Look.allCases {
                        for b in Look.allCases {
                            for c in Look.allCases {
                                for v6 in Look.allCases {
                                    for redirection in [Look.found, .missing, .failing] {
                                        let row = Row(
                                            addresses,
                                            byHand,
                                            pnp: pnp,
                                            a,
                                            b,
                                            c,
                                            v6: v6,
                                            redirection: redirection,
                                            Self.oracle(addresses, byHand, pnp, a, b, c, v6, redirection)
                                        )
                                        var phone = SimulatedPhone(world(row))
                                        let trace = try phone.firstRun()
                                        try check(trace, row)
                                        seen[trace.source, default: 0] += 1
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        #expect(seen.count == ProvisioningSource.allCases.count)
    }

    static let rowsWithGroup6: [Row] = [
        Row(.ipv6, manual, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .manual),
        Row(.ipv6, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .sipPnP),
        Row(.ipv6, .empty, pnp: .missing, .found, .found, .found, v6: .found, redirection: .found, .dhcpv6),
        Row(.ipv6, .empty, pnp: .disabled, .found, .found, .found, v6: .found, redirection: .found, .dhcpv6),
        Row(.ipv6, .empty, pnp: .failing, .found, .found, .found, v6: .missing, redirection: .found, .none),
        Row(.ipv4, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .sipPnP),
        Row(.ipv4, .empty, pnp: .missing, .found, .found, .found, v6: .found, redirection: .found, .dhcp160),
        Row(.both, .empty, pnp: .found, .found, .found, .found, v6: .found, redirection: .found, .sipPnP),
        Row(.both, .empty, pnp: .missing, .missing, .missing, .missing, v6: .found, redirection: .found, .dhcpv6),
    ]

    @Test(arguments: rowsWithGroup6)
    func `with SIP PnP over IPv6 the order is the same, and step 3 is walked without IPv4 too`(row: Row) throws {
        var world = world(row)
        world.settings.pnpOverIPv6 = true
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        #expect(trace.source == row.expected)
        #expect(trace.outcome == (row.expected == .none ? .failed : .provisioned))
        guard row.addresses == .ipv6, row.byHand == .empty else { return }
        #expect((trace[.sipPnP].outcome == .skipped) == (row.pnp == .disabled))
        let reason = "the interface has no IPv4 address: asking over IPv6 alone, as sipPnP.group6 is set"
        #expect(trace[.sipPnP].notes.contains(reason) == (row.pnp != .disabled), "\(trace[.sipPnP])")
    }

    /// The order of the guide, said once more in other words.
    static func oracle(
        _ addresses: AddressFamilies,
        _ byHand: SequenceSettings.StoredURL,
        _ pnp: Look,
        _ a: Look,
        _ b: Look,
        _ c: Look,
        _ v6: Look,
        _ redirection: Look
    ) -> ProvisioningSource {
        switch byHand {
        case .manual: return .manual
        case .stored: return .stored
        case .empty: break
        }
        let candidates: [(Bool, ProvisioningSource)] = [
            (addresses != .ipv6 && pnp == .found, .sipPnP), (addresses != .ipv6 && a == .found, .dhcp160),
            (addresses != .ipv6 && b == .found, .dhcp159), (addresses != .ipv6 && c == .found, .dhcp66),
            (addresses != .ipv4 && v6 == .found, .dhcpv6), (addresses != .ipv6 && redirection == .found, .redirection),
        ]
        return candidates.first(where: \.0)?.1 ?? .none
    }

    private func check(_ trace: RunTrace, _ row: Row) throws {
        try #require(trace.source == row.expected, "\(row)")
        try #require(trace.outcome == (row.expected == .none ? .failed : .provisioned), "\(row)")
        try #require(trace.steps.count == 9)
        // Each step that was not walked says why; the one that found the URL is the only one that did.
        let found = trace.steps.filter { $0.outcome == .found }
        try #require(found.count == (row.expected == .none ? 0 : 1), "\(trace.steps)")
        try #require(trace.steps.allSatisfy { $0.outcome != .skipped || !$0.detail.isEmpty })
        try #require((trace[.download].outcome == .done) == (row.expected != .none))
    }

    private func world(_ row: Row) -> SimulatedPhone.World {
        func value(_ look: Look, _ name: String) -> LeaseOffer.Value {
            switch look {
            case .found, .disabled: .text("http://\(name).example.com/a.cfg", detail: "dhclient")
            case .missing: .absent
            case .failing: .refused("it has a newline")
            }
        }
        var world = SimulatedPhone.World()
        world.addresses = row.addresses
        world.settings.provisioningURL = row.byHand
        world.settings.sipPnPEnabled = row.pnp != .disabled
        world.settings.option160Enabled = row.option160 != .disabled
        world.settings.option159Enabled = row.option159 != .disabled
        world.settings.option66Enabled = row.option66 != .disabled
        world.settings.dhcpv6Enabled = row.dhcpv6 != .disabled
        world.lease = LeaseOffer(
            option160: value(row.option160, "option160"),
            option159: value(row.option159, "option159"),
            option66: value(row.option66, "option66"),
            dhcpv6: value(row.dhcpv6, "dhcpv6")
        )
        switch row.pnp {
        case .found, .disabled: world.pnp = .answer("http://pnp.example.com/a.cfg")
        case .missing: world.pnp = .silence
        case .failing: world.pnp = .cannotSend
        }
        let ask = "http://redirection.example.com/0080f0abcdef"
        switch row.redirection {
        case .found:
            world.settings.redirectionURL = "http://redirection.example.com/{mac}"
            world.downloads[ask] = .redirect(url: "http://redirected.example.com/a.cfg", detail: "302")
        case .failing:
            world.settings.redirectionURL = "http://redirection.example.com/{mac}"
        case .missing, .disabled:
            break
        }
        let hosts = ["by-hand", "stored", "pnp", "option160", "option159", "option66", "dhcpv6", "redirected"]
        for host in hosts {
            let url = "http://\(host).example.com/a.cfg"
            world.downloads[url] = .document(at: url)
        }
        return world
    }

    @Test func `a step that only waited for an address and then was not walked has not begun`() throws {
        var phone = SimulatedPhone(SimulatedPhone.World())
        try phone.happen(.powerOn(.start))
        #expect(phone.sequence.isWaitingForAddress)
        phone.now = phone.now.advanced(by: .seconds(60))
        try phone.happen(.addressesChanged(.ipv6))
        let step = try #require(phone.ended.last)[.sipPnP]
        #expect(step.outcome == .skipped && step.startedAt == nil && step.milliseconds == nil)
    }
}
