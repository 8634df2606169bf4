/// What became of a phone's provisioning so far, as `status` shows it.
public enum PhoneState: String, Codable, Sendable, CaseIterable {
    /// A run is under way.
    case provisioning
    /// The last run brought every file.
    case provisioned
    /// No file was had: the settings saved earlier are in use.
    case fallback
    /// Some files were had, others not.
    case partial
    /// The last run failed and there are no saved settings.
    case failed
    /// Provisioning is switched off.
    case disabled
}

/// Where a phone's provisioning URL came from.
public enum StatusSource: String, Codable, Sendable, CaseIterable {
    /// Set by hand.
    case manual
    /// Kept in flash from an earlier run.
    case stored
    /// The answer to the SIP PnP SUBSCRIBE.
    case sipPnP = "sip-pnp"
    /// DHCP option 160.
    case dhcp160 = "dhcp-160"
    /// DHCP option 159.
    case dhcp159 = "dhcp-159"
    /// DHCP option 66 (RFC 2132 section 9.4).
    case dhcp66 = "dhcp-66"
    /// A DHCPv6 option.
    case dhcpv6
    /// The redirection service.
    case redirection
    /// No source has given a URL.
    case none
}

/// Where one phone's provisioning stands.
public struct PhoneStatus: Codable, Sendable, Equatable {
    /// The phone's MAC address, twelve hexadecimal digits in capitals.
    public var mac: String
    /// The phone's model, as `KX-UTG200B`.
    public var model: String
    /// The network interface that is the phone's.
    public var interface: String
    /// What became of its provisioning so far.
    public var state: PhoneState
    /// Where its URL came from.
    public var source: StatusSource
    /// The provisioning URL with credentials masked, or `nil` when there is none.
    @Nullable public var url: String?
    /// The step under way, 1 to 9; 0 between runs.
    public var step: Int
    /// One sentence: what the phone does or waits for now.
    public var detail: String
    /// The outcome of the last finished run, or `nil` before the end of the first.
    @Nullable public var lastOutcome: String?
    /// When the next run is due, RFC 3339 in UTC, or `nil` when none is planned.
    @Nullable public var nextAttempt: String?
    /// The number of the last started run, or `nil` before the first.
    @Nullable public var runNumber: Int?
    /// When the phone came into this state, RFC 3339 in UTC.
    public var since: String
    /// What came of each of the nine steps of the last run so far; empty before the first run.
    public var steps: [String]

    /// A phone's status from its parts; each is described at its property.
    public init(
        mac: String,
        model: String,
        interface: String,
        state: PhoneState,
        source: StatusSource,
        url: String?,
        step: Int,
        detail: String,
        lastOutcome: String?,
        nextAttempt: String?,
        runNumber: Int?,
        since: String,
        steps: [String] = []
    ) {
        self.mac = mac
        self.model = model
        self.interface = interface
        self.state = state
        self.source = source
        self.url = url
        self.step = step
        self.detail = detail
        self.lastOutcome = lastOutcome
        self.nextAttempt = nextAttempt
        self.runNumber = runNumber
        self.since = since
        self.steps = steps
    }
}
