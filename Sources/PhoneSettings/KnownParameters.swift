/// The parameters that the phone's own provisioning lives by, so that no name is written twice in the program.
extension ParameterKey {
    /// Whether there is provisioning at all.
    public static let provisionEnable = ParameterKey("PROVISION_ENABLE")
    /// Whether the phone asks for its URL by SIP PnP.
    public static let sipPnPEnable = ParameterKey("SIPPNP_ENABLE")
    /// Whether DHCP option 160 is used.
    public static let option160Enable = ParameterKey("OPTION160_ENABLE")
    /// Whether DHCP option 159 is used.
    public static let option159Enable = ParameterKey("OPTION159_ENABLE")
    /// Whether DHCP option 66 is used.
    public static let option66Enable = ParameterKey("OPTION66_ENABLE")
    /// Whether DHCPv6 option 17 is used (name and default of the sibling KX-HDV430).
    public static let dhcpv6Option17Enable = ParameterKey("DHCPV6_OPTION17_PROV_ENABLE")
    /// The key of encrypted configuration files.
    public static let cfgFileKey = ParameterKey("CFG_FILE_KEY")
    /// The length of the AES key of encrypted configuration files, in bits.
    public static let cfgFileKeyLength = ParameterKey("CFG_FILE_KEY_LENGTH")
    /// Whether configuration files are fetched again and again.
    public static let cfgCyclic = ParameterKey("CFG_CYCLIC")
    /// The time between two fetches, in minutes.
    public static let cfgCyclicInterval = ParameterKey("CFG_CYCLIC_INTVL")
    /// The time between two attempts after a failure, in minutes.
    public static let cfgRetryInterval = ParameterKey("CFG_RTRY_INTVL")
    /// The time of day of the daily fetch, `HH:MM`.
    public static let cfgResyncTime = ParameterKey("CFG_RESYNC_TIME")
    /// The SIP event that makes the phone fetch its configuration files.
    public static let cfgResyncFromSIP = ParameterKey("CFG_RESYNC_FROM_SIP")
    /// The provisioning URL that was set by hand or by a configuration file.
    public static let userProvisioningURL = ParameterKey("USR_PROV_SVR_URL")
    /// The user name for that URL.
    public static let userProvisioningAuthID = ParameterKey("USR_PROV_SVR_AUTH_ID")
    /// The password for that URL.
    public static let userProvisioningAuthPassword = ParameterKey("USR_PROV_SVR_AUTH_PASSWORD")
    /// The User-Agent of the phone's HTTP requests, with macros.
    public static let httpUserAgent = ParameterKey("HTTP_USER_AGENT")
    /// The user name for HTTP.
    public static let httpAuthID = ParameterKey("HTTP_AUTH_ID")
    /// The password for HTTP.
    public static let httpAuthPassword = ParameterKey("HTTP_AUTH_PASSWORD")
    /// Whether an HTTP proxy is used.
    public static let httpEnableProxy = ParameterKey("HTTP_ENABLE_PROXY")
    /// The address of the HTTP proxy.
    public static let httpProxyAddress = ParameterKey("HTTP_PROXY_SVR_ADDR")
    /// The port of the HTTP proxy.
    public static let httpProxyPort = ParameterKey("HTTP_PROXY_SVR_PORT")
    /// The administrator's name.
    public static let adminID = ParameterKey("ADMIN_ID")
    /// The administrator's password.
    public static let adminPassword = ParameterKey("ADMIN_PASS")
    /// The user's name.
    public static let userID = ParameterKey("USER_ID")
    /// The user's password.
    public static let userPassword = ParameterKey("USER_PASS")

    /// The telephone number of `line`.
    public static func phoneNumber(_ line: LineNumber) -> ParameterKey { ParameterKey("PHONE_NUMBER", line: line) }
    /// The SIP URI of `line`.
    public static func sipURI(_ line: LineNumber) -> ParameterKey { ParameterKey("SIP_URI", line: line) }

    /// Those of this list that belong to the whole phone.
    static let knownOfWholePhone: [ParameterKey] = [
        .provisionEnable, .sipPnPEnable, .option160Enable, .option159Enable, .option66Enable, .dhcpv6Option17Enable,
        .cfgFileKey, .cfgFileKeyLength, .cfgCyclic, .cfgCyclicInterval, .cfgRetryInterval, .cfgResyncTime,
        .cfgResyncFromSIP, .userProvisioningURL, .userProvisioningAuthID, .userProvisioningAuthPassword,
        .httpUserAgent, .httpAuthID, .httpAuthPassword, .httpEnableProxy, .httpProxyAddress, .httpProxyPort,
        .adminID, .adminPassword, .userID, .userPassword,
    ]
}
