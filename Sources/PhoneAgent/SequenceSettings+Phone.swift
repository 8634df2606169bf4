import Flash
import PhoneSettings
import Provisioning

extension SequenceSettings {
    /// What the sequence must know, out of the phone's settings and the daemon's.
    init(
        _ settings: EffectiveSettings,
        files: [FlashFile: SavedFile],
        layers: [SettingsLayer: [Setting]],
        configuration: DaemonConfiguration
    ) {
        var saved: [FileRole: SavedCopy] = [:]
        for role in FileRole.allCases {
            guard let file = files[.document(role)] else { continue }
            saved[role] = SavedCopy(
                url: ProvisioningURL.masked(file.url),
                receivedAt: file.receivedAt,
                bytes: file.bytes,
                sha256: file.sha256,
                hasSettings: !(layers[SettingsLayer(role)] ?? []).isEmpty
            )
        }
        var roots: [Int: String] = [:]
        for case (.rootCertificate(let number), let file) in files { roots[number] = ProvisioningURL.masked(file.url) }
        self.init(
            provisioningEnabled: settings.flag(.provisionEnable) ?? true,
            sipPnPEnabled: settings.flag(.sipPnPEnable) ?? true,
            option160Enabled: settings.flag(.option160Enable) ?? true,
            option159Enabled: settings.flag(.option159Enable) ?? true,
            option66Enabled: settings.flag(.option66Enable) ?? true,
            dhcpv6Enabled: settings.flag(.dhcpv6Option17Enable) ?? true,
            provisioningURL: Self.storedURL(settings),
            pnpWindow: .seconds(configuration.sipPnP.timeoutSeconds),
            pnpOverIPv6: !configuration.sipPnP.group6.isEmpty,
            redirectionURL: configuration.redirectionURL,
            asksLease: configuration.dhcp.inform != .never,
            retryMinutes: settings.integer(.cfgRetryInterval) ?? 30,
            cyclic: settings.flag(.cfgCyclic) ?? false,
            cyclicMinutes: settings.integer(.cfgCyclicInterval) ?? 10_080,
            resyncMinuteOfDay: settings.timeOfDay(.cfgResyncTime).map { $0.hour * 60 + $0.minute },
            savedFiles: saved,
            rootCertificates: roots
        )
    }

    private static func storedURL(_ settings: EffectiveSettings) -> StoredURL {
        guard let entry = settings.decided(.userProvisioningURL), !entry.value.isEmpty else { return .empty }
        return entry.layer == .user ? .manual(entry.value) : .stored(entry.value, where: entry.place)
    }
}

extension SettingsLayer {
    /// The layer that a file's settings make.
    init(_ role: FileRole) {
        switch role {
        case .initial: self = .initialDevice
        case .standard: self = .standard
        case .product: self = .product
        case .master: self = .master
        }
    }
}
