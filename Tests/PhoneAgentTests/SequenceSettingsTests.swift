import Flash
import PhoneSettings
import Provisioning
import Testing

@testable import PhoneAgent

/// What the sequence is told of the phone's settings.
struct SequenceSettingsTests {
    private func sequence(_ layers: [SettingsLayer: [Setting]]) -> SequenceSettings {
        SequenceSettings(
            EffectiveSettings(layers: layers),
            files: [:],
            layers: layers,
            configuration: DaemonConfiguration()
        )
    }

    private func setting(_ name: String, _ value: String, line: Int? = nil) -> Setting {
        Setting(key: ParameterKey(name), value: value, position: line.map { SourcePosition(line: $0) })
    }

    @Test func `a phone from the factory looks everywhere and tries again after half an hour`() {
        #expect(sequence([:]) == SequenceSettings(asksLease: true))
    }

    @Test func `SIP PnP takes place over IPv6 where a group is set for it`() {
        var configuration = DaemonConfiguration()
        configuration.sipPnP.group6 = "ff02::db8:0:4b"
        let settings = EffectiveSettings(layers: [:])
        #expect(SequenceSettings(settings, files: [:], layers: [:], configuration: configuration).pnpOverIPv6)
        #expect(!sequence([:]).pnpOverIPv6)
    }

    typealias Flag = @Sendable (SequenceSettings) -> Bool

    static let flags: [(name: String, flag: Flag)] = [
        ("PROVISION_ENABLE", { $0.provisioningEnabled }), ("SIPPNP_ENABLE", { $0.sipPnPEnabled }),
        ("OPTION160_ENABLE", { $0.option160Enabled }), ("OPTION159_ENABLE", { $0.option159Enabled }),
        ("OPTION66_ENABLE", { $0.option66Enabled }), ("DHCPV6_OPTION17_PROV_ENABLE", { $0.dhcpv6Enabled }),
    ]

    @Test(arguments: flags)
    func `each source has its switch, and an empty value means the factory's`(name: String, flag: Flag) {
        #expect(!flag(sequence([.master: [setting(name, "N")]])))
        #expect(flag(sequence([.master: [setting(name, "Y")]])))
        #expect(flag(sequence([.master: [setting(name, "")]])))
    }

    @Test func `the times come through`() {
        let settings = sequence([
            .standard: [
                setting("CFG_RTRY_INTVL", "7"), setting("CFG_CYCLIC", "Y"), setting("CFG_CYCLIC_INTVL", "60"),
                setting("CFG_RESYNC_TIME", "03:15"),
            ]
        ])
        #expect(settings.retryMinutes == 7)
        #expect(settings.cyclic && settings.cyclicMinutes == 60)
        #expect(settings.resyncMinuteOfDay == 195)
        #expect(sequence([.standard: [setting("CFG_RESYNC_TIME", "")]]).resyncMinuteOfDay == nil)
    }

    @Test func `a URL of the user is manual, one of a file is stored, with its place`() {
        let url = "http://prov.example.com/"
        #expect(sequence([.user: [setting("USR_PROV_SVR_URL", url)]]).provisioningURL == .manual(url))
        let stored = sequence([.product: [setting("USR_PROV_SVR_URL", url, line: 12)]]).provisioningURL
        #expect(stored == .stored(url, where: "product file, line 12"))
        #expect(sequence([.user: [setting("USR_PROV_SVR_URL", "")]]).provisioningURL == .empty)
    }
}
