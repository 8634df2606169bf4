/// Why a run began.
public enum Trigger: String, Sendable, Hashable, Codable, CaseIterable {
    /// The phone was started.
    case start
    /// CFG_RTRY_INTVL after a run that was not `provisioned`.
    case retry
    /// The time that a server asked for with Retry-After, after a run that was not `provisioned`.
    case retryAfter = "retry-after"
    /// CFG_CYCLIC_INTVL.
    case cyclic
    /// CFG_RESYNC_TIME.
    case timeOfDay = "time-of-day"
    /// A NOTIFY of the SIP server (CFG_RESYNC_FROM_SIP).
    case resync
    /// The user asked for it.
    case user
    /// The phone was rebooted.
    case reboot
    /// The phone went back to factory defaults.
    case factoryReset = "factory-reset"
    /// DHCP brought another URL while the phone was not provisioned.
    case lease
    /// The interface got an address of a family that it did not have, while the phone was not provisioned.
    case address

    /// Whether the run begins with step 1. Every other run begins with step 2.
    public var loadsSettings: Bool {
        switch self {
        case .start, .reboot, .factoryReset: true
        case .retry, .retryAfter, .cyclic, .timeOfDay, .resync, .user, .lease, .address: false
        }
    }

    /// A few words for a screen.
    public var sentence: String {
        switch self {
        case .start: "the phone was started"
        case .retry: "CFG_RTRY_INTVL after the last attempt"
        case .retryAfter: "the time that the server asked for in the last attempt (Retry-After)"
        case .cyclic: "CFG_CYCLIC_INTVL"
        case .timeOfDay: "CFG_RESYNC_TIME"
        case .resync: "a NOTIFY from the SIP server"
        case .user: "asked for by the user"
        case .reboot: "the phone was rebooted"
        case .factoryReset: "the phone went back to factory defaults"
        case .lease: "DHCP brought another URL"
        case .address: "the interface got another address"
        }
    }
}
