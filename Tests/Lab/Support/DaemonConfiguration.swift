/// What a test writes into phoneprovd.yaml.
public struct DaemonConfiguration: Sendable {
    /// One phone of the configuration.
    public struct Phone: Sendable {
        /// Twelve hexadecimal digits.
        public var mac: String
        /// The model, such as KX-UTG200B.
        public var model: String
        /// The software version, such as 03.131.
        public var softwareVersion: String
        /// The interface it is bound to.
        public var interface: String

        /// A phone; without arguments, a KX-UTG200B on the lab's cable.
        public init(
            mac: String = "0080F0ABCDEF",
            model: String = "KX-UTG200B",
            softwareVersion: String = "03.131",
            interface: String = LabNetwork.interface
        ) {
            self.mac = mac
            self.model = model
            self.softwareVersion = softwareVersion
            self.interface = interface
        }
    }

    /// The phones.
    public var phones: [Phone]
    /// The time that the phone waits for a PnP server, in seconds. The phone's own figure is 5.
    public var pnpTimeoutSeconds: Int
    /// How many phones a second begin with SIP PnP.
    public var pnpStartsPerSecond: Int
    /// The port from which it sends SUBSCRIBE, and on which it listens.
    public var pnpLocalPort: UInt16
    /// The IPv6 group that SIP PnP goes to as well; empty for none.
    public var pnpGroup6: String
    /// The redirection server; empty for none.
    public var redirectionURL: String
    /// `any` or `basic`.
    public var httpAuthentication: String
    /// Whether the provisioned roots are the only ones trusted.
    public var onlyProvisionedRoots: Bool
    /// Further lines of the file, at its top level.
    public var lines: [String]

    /// A configuration; without arguments, one phone with everything as shipped.
    public init(
        phones: [Phone] = [Phone()],
        pnpTimeoutSeconds: Int = 5,
        pnpStartsPerSecond: Int = 500,
        pnpLocalPort: UInt16 = 5060,
        pnpGroup6: String = "",
        redirectionURL: String = "",
        httpAuthentication: String = "any",
        onlyProvisionedRoots: Bool = false,
        lines: [String] = []
    ) {
        self.phones = phones
        self.pnpTimeoutSeconds = pnpTimeoutSeconds
        self.pnpStartsPerSecond = pnpStartsPerSecond
        self.pnpLocalPort = pnpLocalPort
        self.pnpGroup6 = pnpGroup6
        self.redirectionURL = redirectionURL
        self.httpAuthentication = httpAuthentication
        self.onlyProvisionedRoots = onlyProvisionedRoots
        self.lines = lines
    }

    /// The file's text.
    func yaml(stateDirectory: String, controlSocket: String) -> String {
        let phoneLines = phones.flatMap { phone in
            [
                "  - mac: \(scalar(phone.mac))", "    model: \(scalar(phone.model))",
                "    softwareVersion: \(scalar(phone.softwareVersion))", "    interface: \(scalar(phone.interface))",
            ]
        }
        let all =
            ["stateDirectory: \(scalar(stateDirectory))", "controlSocket: \(scalar(controlSocket))", "phones:"]
            + phoneLines
            + [
                "sipPnP:", "  group: 224.0.1.75", "  group6: \(scalar(pnpGroup6))", "  port: 5060",
                "  localPort: \(pnpLocalPort)",
                "  timeoutSeconds: \(pnpTimeoutSeconds)", "  startsPerSecond: \(pnpStartsPerSecond)", "redirection:",
                "  url: \(scalar(redirectionURL))", "http:",
                "  authentication: \(httpAuthentication)", "tls:", "  onlyProvisionedRoots: \(onlyProvisionedRoots)",
            ] + lines
        return all.joined(separator: "\n") + "\n"
    }

    private func scalar(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
