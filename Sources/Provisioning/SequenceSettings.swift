/// What the sequence needs to know of the phone's settings. Names in brackets are the parameters.
public struct SequenceSettings: Sendable, Hashable {
    /// A provisioning URL that is stored in the phone [USR_PROV_SVR_URL].
    public enum StoredURL: Sendable, Hashable {
        /// Empty: the automatic sources are looked at.
        case empty
        /// Set by the user.
        case manual(String)
        /// Written by a configuration file; where names the file and line.
        case stored(String, where: String)
    }

    /// Provisioning as a whole [PROVISION_ENABLE].
    public var provisioningEnabled: Bool
    /// Step 3 [SIPPNP_ENABLE].
    public var sipPnPEnabled: Bool
    /// Step 4 [OPTION160_ENABLE].
    public var option160Enabled: Bool
    /// Step 5 [OPTION159_ENABLE].
    public var option159Enabled: Bool
    /// Step 6 [OPTION66_ENABLE].
    public var option66Enabled: Bool
    /// DHCPv6 option 17 [DHCPV6_OPTION17_PROV_ENABLE].
    public var dhcpv6Enabled: Bool
    /// Step 2.
    public var provisioningURL: StoredURL
    /// Which way, by whom and when a ``StoredURL/manual(_:)`` URL was set, in a few words; empty when that is not known.
    public var manualURLOrigin = ""
    /// How long the phone waits for a NOTIFY, from its SUBSCRIBE on: at most ``ProvisioningSequence/pnpWindow``. A
    /// setting of the daemon.
    public var pnpWindow: Duration
    /// SIP PnP takes place over IPv6 too, which the phone of the guide does not do. A setting of the daemon.
    public var pnpOverIPv6: Bool
    /// The redirection server's URL, macros allowed; empty when there is none. A setting of the daemon.
    public var redirectionURL: String
    /// Ask the DHCP server before steps 4 to 6, beside step 3. A setting of the daemon.
    public var asksLease: Bool
    /// Minutes until the next attempt after a run that was not `provisioned`, 1 to 1440 [CFG_RTRY_INTVL].
    public var retryMinutes: Int
    /// Download at intervals [CFG_CYCLIC].
    public var cyclic: Bool
    /// The interval in minutes, counted from the start, 1 to 40320 [CFG_CYCLIC_INTVL].
    public var cyclicMinutes: Int
    /// Download each day at this local time, in minutes after midnight; it switches the interval off [CFG_RESYNC_TIME].
    public var resyncMinuteOfDay: Int?
    /// The files of which there are saved copies.
    public var savedFiles: [FileRole: SavedCopy]
    /// The root certificates that are trusted, by number, each with the URL it came from, without credentials
    /// [CFG_ROOT_CERTIFICATE_PATH1 to PATH3].
    public var rootCertificates: [Int: String]

    /// What the sequence must know of a saved copy.
    public struct SavedCopy: Sendable, Hashable {
        /// Where it came from, without credentials.
        public let url: String
        /// When it was received.
        public let receivedAt: WallTime
        /// Size in bytes.
        public let bytes: Int
        /// SHA-256 in hexadecimal.
        public let sha256: String
        /// There are settings in it.
        public let hasSettings: Bool

        /// Makes a description of a saved copy.
        public init(url: String, receivedAt: WallTime, bytes: Int, sha256: String, hasSettings: Bool) {
            self.url = url
            self.receivedAt = receivedAt
            self.bytes = bytes
            self.sha256 = sha256
            self.hasSettings = hasSettings
        }
    }

    /// Factory defaults: every source enabled, nothing stored, a retry every 30 minutes, no cyclic download.
    public init(
        provisioningEnabled: Bool = true,
        sipPnPEnabled: Bool = true,
        option160Enabled: Bool = true,
        option159Enabled: Bool = true,
        option66Enabled: Bool = true,
        dhcpv6Enabled: Bool = true,
        provisioningURL: StoredURL = .empty,
        pnpWindow: Duration = ProvisioningSequence.pnpWindow,
        pnpOverIPv6: Bool = false,
        redirectionURL: String = "",
        asksLease: Bool = false,
        retryMinutes: Int = 30,
        cyclic: Bool = false,
        cyclicMinutes: Int = 10_080,
        resyncMinuteOfDay: Int? = nil,
        savedFiles: [FileRole: SavedCopy] = [:],
        rootCertificates: [Int: String] = [:]
    ) {
        self.provisioningEnabled = provisioningEnabled
        self.sipPnPEnabled = sipPnPEnabled
        self.option160Enabled = option160Enabled
        self.option159Enabled = option159Enabled
        self.option66Enabled = option66Enabled
        self.dhcpv6Enabled = dhcpv6Enabled
        self.provisioningURL = provisioningURL
        self.pnpWindow = min(pnpWindow, ProvisioningSequence.pnpWindow)
        self.pnpOverIPv6 = pnpOverIPv6
        self.redirectionURL = redirectionURL
        self.asksLease = asksLease
        self.retryMinutes = retryMinutes
        self.cyclic = cyclic
        self.cyclicMinutes = cyclicMinutes
        self.resyncMinuteOfDay = resyncMinuteOfDay
        self.savedFiles = savedFiles
        self.rootCertificates = rootCertificates
    }
}
