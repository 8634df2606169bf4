import DHCPOptions
import Provisioning
import SIP

/// What phoneprovd.yaml says: the phones, and how they reach their servers. phoneprovd.yaml(5) describes each key.
public struct DaemonConfiguration: Sendable, Hashable {
    /// Where flash is kept.
    public var stateDirectory: String
    /// The Unix socket of the control interface.
    public var controlSocket: String
    /// The group that may read over the control socket; empty: the daemon's own.
    public var controlGroup: String
    /// The group that may change over the control socket; empty: root and the daemon's own user alone.
    public var controlAdminGroup: String
    /// The phones, in the order of the file.
    public var phones: [PhoneDefinition]
    /// SIP PnP.
    public var sipPnP: SIPPnP
    /// What DHCP says, and how it is learnt.
    public var dhcp: DHCP
    /// The redirection server's URL, macros allowed; empty: there is none.
    public var redirectionURL: String
    /// Digest and Basic, or Basic alone.
    public var httpAuthentication: HTTPAuthenticationChoice
    /// Trust only the root certificates that the initial file names.
    public var onlyProvisionedRoots: Bool
    /// How long downloads may take.
    public var downloads: DownloadLimits
    /// Shortest time between two runs that NOTIFYs start, in seconds, 0 to 86400.
    public var resyncMinimumSeconds: Int
    /// Whose NOTIFYs start a run.
    public var resyncFrom: ResyncSource
    /// What is taken, but worth a word: a model that this phone cannot be, a variable that is no key's.
    public var warnings: [ConfigurationProblem] = []

    /// One phone.
    public struct PhoneDefinition: Sendable, Hashable {
        /// Who it is.
        public let identity: PhoneIdentity
        /// The network interface: PnP goes out here, and its DHCP events are this phone's.
        public let interface: String

        /// Makes a phone.
        public init(identity: PhoneIdentity, interface: String) {
            self.identity = identity
            self.interface = interface
        }
    }

    /// How a phone looks for a PnP server.
    public struct SIPPnP: Sendable, Hashable {
        /// The multicast group, a dotted quad.
        public var group: String
        /// The IPv6 multicast group, as inet_ntop(3) writes it; empty: SIP PnP is over IPv4 alone.
        public var group6: String
        /// The group's UDP port.
        public var port: Int
        /// The phone's UDP port. When it is taken, another one is used, with a warning.
        public var localPort: Int
        /// How long a phone waits for a NOTIFY, in seconds, 1 to 5.
        public var timeoutSeconds: Int
        /// How many phones a second begin, 1 to 100000; the first second's worth of them at once.
        public var startsPerSecond: Int
        /// How the MAC stands in the SUBSCRIBE.
        public var userForm: SubscribeRequest.UserForm
        /// The host part of the SUBSCRIBE's URIs; empty: the group's address.
        public var host: String
        /// The vendor in the Event header.
        public var vendor: String
        /// The model in the Event header; empty: the phone's own.
        public var model: String
        /// The version in the Event header; empty: the phone's software version.
        public var version: String
        /// Takes a NOTIFY whose Call-ID is not the phone's own.
        public var allowForeignCallID: Bool
    }

    /// How the phones learn what DHCP says.
    public struct DHCP: Sendable, Hashable {
        /// When the DHCP server is asked by DHCPINFORM.
        public var inform: InformPolicy
        /// The Unix socket of `phoneprov-inform`, which asks.
        public var informSocket: String
    }

    /// When the DHCP server is asked by DHCPINFORM.
    public enum InformPolicy: String, Sendable, Hashable, CaseIterable {
        /// Where the interface has an address and no DHCP client has told everything of its lease.
        case auto
        /// In each run.
        case always
        /// Not at all.
        case never
    }

    /// Whose NOTIFYs (CFG_RESYNC_FROM_SIP) start a run.
    public enum ResyncSource: String, Sendable, Hashable, CaseIterable {
        /// Anybody's.
        case any
        /// Those of the host that the last files came from, and of the lines' SIP servers.
        case trusted
    }

    /// How HTTP servers that ask are answered.
    public enum HTTPAuthenticationChoice: String, Sendable, Hashable, CaseIterable {
        /// Digest or Basic.
        case any
        /// Basic alone, as one server project has seen phones of this maker do.
        case basic
    }

    /// Time limits of downloads, in seconds, 1 to 3600.
    public struct DownloadLimits: Sendable, Hashable {
        /// Name look-up, connection and handshake.
        public var connectSeconds: Int
        /// Until the first byte of the answer.
        public var firstByteSeconds: Int
        /// The longest pause within the answer.
        public var idleSeconds: Int
        /// All in all.
        public var totalSeconds: Int
        /// All in all, for each of the four tries of a URL without a protocol.
        public var trySeconds: Int
    }

    /// The defaults of every key but `phones`.
    public init() {
        stateDirectory = "/var/lib/phoneprovd"
        controlSocket = Self.defaultControlSocket
        controlGroup = ""
        controlAdminGroup = "phoneprovd-admin"
        phones = []
        sipPnP = SIPPnP(
            group: "224.0.1.75",
            group6: "",
            port: 5_060,
            localPort: 5_060,
            timeoutSeconds: 5,
            startsPerSecond: 500,
            userForm: .escapedLowercase,
            host: "",
            vendor: "Panasonic",
            model: "",
            version: "",
            allowForeignCallID: false
        )
        dhcp = DHCP(inform: .auto, informSocket: InformCall.defaultSocket)
        redirectionURL = ""
        httpAuthentication = .any
        onlyProvisionedRoots = false
        downloads = DownloadLimits(
            connectSeconds: 10,
            firstByteSeconds: 15,
            idleSeconds: 10,
            totalSeconds: 60,
            trySeconds: 10
        )
        resyncMinimumSeconds = 60
        resyncFrom = .any
    }

    /// Where the control socket lies unless the file says otherwise.
    public static let defaultControlSocket = "/run/phoneprovd/io.phoneprovd"
    /// Where the configuration lies unless an option says otherwise.
    public static let defaultPath = "/etc/phoneprovd/phoneprovd.yaml"
    /// The most phones that one daemon runs.
    public static let maximumPhones = 10_000
}
