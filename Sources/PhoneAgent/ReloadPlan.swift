import Provisioning

/// What a changed configuration means for a daemon that runs.
struct ReloadPlan: Sendable, Hashable {
    /// Phones that stand in both alike, in the order of the new configuration.
    private(set) var unchanged: [DaemonConfiguration.PhoneDefinition] = []
    /// Phones that have another model, version or interface now.
    private(set) var changed: [DaemonConfiguration.PhoneDefinition] = []
    /// Phones that are new.
    private(set) var added: [DaemonConfiguration.PhoneDefinition] = []
    /// Phones that are gone.
    private(set) var removed: [DaemonConfiguration.PhoneDefinition] = []
    /// The SIP sockets have to be opened anew: their port, or what they say of the phones, is another.
    let reopensSockets: Bool

    /// Keys that count from the next start only: flash and the control socket are open.
    static func fixed(_ configuration: DaemonConfiguration) -> [(key: String, value: String)] {
        [
            ("stateDirectory", configuration.stateDirectory), ("controlSocket", configuration.controlSocket),
            ("controlGroup", configuration.controlGroup), ("controlAdminGroup", configuration.controlAdminGroup),
        ]
    }

    /// Compares the configuration in force with the one to come.
    ///
    /// - Throws: ``ConfigurationProblem`` when a key has changed that cannot while the daemon runs.
    init(from old: DaemonConfiguration, to new: DaemonConfiguration) throws(ConfigurationProblem) {
        for ((key, before), (_, after)) in zip(Self.fixed(old), Self.fixed(new)) where before != after {
            throw ConfigurationProblem(
                place: key,
                line: nil,
                message:
                    "cannot change from ‘\(before)’ to ‘\(after)’ while phoneprovd runs: restart it, or set it back"
            )
        }
        let before = Dictionary(old.phones.map { ($0.identity.mac, $0) }) { first, _ in first }
        for phone in new.phones {
            switch before[phone.identity.mac] {
            case phone: unchanged.append(phone)
            case nil: added.append(phone)
            default: changed.append(phone)
            }
        }
        let after = Set(new.phones.map(\.identity.mac))
        removed = old.phones.filter { !after.contains($0.identity.mac) }
        reopensSockets =
            old.sipPnP.group != new.sipPnP.group || old.sipPnP.group6 != new.sipPnP.group6
            || old.sipPnP.port != new.sipPnP.port
            || old.sipPnP.localPort != new.sipPnP.localPort || old.sipPnP.vendor != new.sipPnP.vendor
            || old.sipPnP.allowForeignCallID != new.sipPnP.allowForeignCallID
    }
}
