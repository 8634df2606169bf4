import PhoneAgent
import Testing

/// phoneprovd.yaml: what is taken, and what is refused with its line.
struct DaemonConfigurationTests {
    static let phone = """
        phones:
          - mac: "0080F0ABCDEF"
            model: KX-UTG200B
            softwareVersion: "03.131"
            interface: eth0

        """

    private func read(_ text: String, _ environment: [String: String] = [:]) throws -> DaemonConfiguration {
        try DaemonConfiguration.read(text, path: "phoneprovd.yaml", environment: environment)
    }

    @Test func `a phone is all that a configuration needs`() throws {
        let configuration = try read(Self.phone)
        #expect(configuration.phones.count == 1)
        #expect(configuration.phones[0].identity.mac.description == "0080F0ABCDEF")
        #expect(configuration.phones[0].identity.softwareVersion == "03.131")
        #expect(configuration.stateDirectory == "/var/lib/phoneprovd")
        #expect(configuration.sipPnP.localPort == 5_060)
        #expect(configuration.sipPnP.timeoutSeconds == 5)
    }

    @Test func `every key of the example is taken`() throws {
        let configuration = try read(
            """
            stateDirectory: /srv/state
            controlSocket: /srv/run/io.phoneprovd
            sipPnP: { group: 239.1.2.3, port: 5061, localPort: 0, timeoutSeconds: 2, userForm: MAC%3A, vendor: OEM }
            redirection: { url: "http://r.example.com/{mac}" }
            http: { authentication: basic }
            tls: { onlyProvisionedRoots: true }
            downloads: { connectSeconds: 1, firstByteSeconds: 2, idleSeconds: 3, totalSeconds: 4, trySeconds: 5 }
            resync: { minimumSeconds: 0 }
            \(Self.phone)
            """
        )
        #expect(configuration.stateDirectory == "/srv/state")
        #expect(configuration.sipPnP.group == "239.1.2.3")
        #expect(configuration.sipPnP.userForm == .escapedUppercase)
        #expect(configuration.redirectionURL == "http://r.example.com/{mac}")
        #expect(configuration.httpAuthentication == .basic)
        #expect(configuration.onlyProvisionedRoots)
        #expect(configuration.downloads.trySeconds == 5)
        #expect(configuration.resyncMinimumSeconds == 0)
    }

    @Test func `SIP PnP is over IPv4 alone unless an IPv6 group is set, however it is written`() throws {
        #expect(try read(Self.phone).sipPnP.group6 == "")
        #expect(try read(Self.phone + "sipPnP: { group6: }").sipPnP.group6 == "")
        #expect(try read(Self.phone + "sipPnP: { group6: \"\" }").sipPnP.group6 == "")
        for text in ["ff02::db8:0:4b", "FF02:0:0:0:0:DB8:0:4B", "ff02::0db8:0000:004b"] {
            #expect(try read(Self.phone + "sipPnP: { group6: \"\(text)\" }").sipPnP.group6 == "ff02::db8:0:4b")
        }
    }

    @Test func `the environment stands over the file`() throws {
        let environment = [
            "PHONEPROVD_STATE_DIRECTORY": "/elsewhere", "PHONEPROVD_SIP_PNP_LOCAL_PORT": "5070",
            "PHONEPROVD_TLS_ONLY_PROVISIONED_ROOTS": "true", "PHONEPROVD_REDIRECTION_URL": "http://r/x",
            "PHONEPROVD_SIP_PNP_ALLOW_FOREIGN_CALL_ID": "yes",
        ]
        let configuration = try read("stateDirectory: /here\n" + Self.phone, environment)
        #expect(configuration.stateDirectory == "/elsewhere")
        #expect(configuration.sipPnP.localPort == 5_070)
        #expect(configuration.onlyProvisionedRoots)
        #expect(configuration.redirectionURL == "http://r/x")
        #expect(configuration.sipPnP.allowForeignCallID)
    }

    @Test func `a wrong value in the environment is named by its variable`() {
        #expect {
            try read(Self.phone, ["PHONEPROVD_SIP_PNP_PORT": "x"])
        } throws: { error in
            "\(error)".hasPrefix("PHONEPROVD_SIP_PNP_PORT: ") && "\(error)".contains("1 to 65535")
        }
    }

    @Test(arguments: [
        // what is wrong, its line, a part of the message
        ("", nil, "empty"), ("phones: []", nil, "lists no phone"), ("stateDirectory: /x", nil, "lists no phone"),
        ("phones: 1", 1, "must be a list"), ("- a", 1, "must be a mapping"), ("a: [", 2, "parser"),
        ("colour: blue\n" + phone, 1, "‘colour’ is not known"), (phone + "sipPnP:\n  prot: 1", 7, "‘sipPnP.prot’"),
        (phone + "sipPnP: 5", 6, "must be a mapping"), (phone + "sipPnP: { port: 0 }", 6, "1 to 65535"),
        (phone + "sipPnP: { timeoutSeconds: 6 }", 6, "1 to 5"), (phone + "sipPnP: { group: 10.0.0.1 }", 6, "multicast"),
        (phone + "sipPnP: { group6: 224.0.1.75 }", 6, "no IPv6 multicast address, such as ff02::db8:0:4b"),
        (phone + "sipPnP: { group6: \"2001:db8::1\" }", 6, "no IPv6 multicast address"),
        (phone + "sipPnP: { group6: \"[ff02::1]\" }", 6, "no IPv6 multicast address"),
        (phone + "sipPnP: { group6: \"ff02::1%eth0\" }", 6, "no IPv6 multicast address"),
        (phone + "sipPnP: { userForm: mac }", 6, "none of"),
        (phone + "tls: { onlyProvisionedRoots: maybe }", 6, "true nor"),
        (phone + "http: { authentication: digest }", 6, "none of any, basic"),
        (phone + "stateDirectory: var", 6, "absolute"),
        (phone + "stateDirectory: [a]", 6, "one value"), (phone + phone.replacing("phones:\n", with: ""), 6, "twice"),
        (phone.replacing("0080F0ABCDEF", with: "0080F0ABCDE"), 2, "twelve hexadecimal digits"),
        (phone.replacing("KX-UTG200B", with: "KX UTG"), 3, "is no model"),
        (phone.replacing("03.131", with: "3/1"), 4, "is no version"),
        (phone.replacing("eth0", with: "a-much-too-long-name"), 5, "network interface"),
        (phone.replacing("    interface: eth0\n", with: ""), 2, "needs ‘interface’"),
        (phone + "    colour: blue", 6, "‘colour’ is not known"),
        (phone + "controlSocket: /" + String(repeating: "a", count: 107), 6, "107 bytes"),
    ])
    func `what is wrong is refused whole, with its line`(text: String, line: Int?, part: String) {
        #expect {
            try read(text)
        } throws: { error in
            guard let problem = error as? ConfigurationProblem else { return false }
            if problem.line != line || !problem.message.contains(part) { Issue.record("\(problem)") }
            return problem.line == line && problem.message.contains(part)
        }
    }

    @Test func `everything that is wrong is told at once, in the order of the file`() throws {
        let text = """
            colour: blue
            sipPnP: { port: 0, timeoutSeconds: 9, group: 224.0.1.75 }
            phones:
              - mac: nonsense
                model: KX UTG
                softwareVersion: "03.131"
                interface: eth0
              - { mac: "0080F0ABCDEF", model: KX-UTG200B, softwareVersion: "1", interface: eth0 }
              - just a word
              - { mac: "0080F0ABCDEF", model: KX-UTG200B, softwareVersion: "1", interface: eth0, shape: round }
            stateDirectory: var
            """
        let problem = try #require(throws: ConfigurationProblem.self) {
            try read(text, ["PHONEPROVD_HTTP_AUTHENTICATION": "none"])
        }
        let lines = "\(problem)".split(separator: "\n").map(String.init)
        let expected = [
            "phoneprovd.yaml:1: the key ‘colour’", "phoneprovd.yaml:2: sipPnP.port: ‘0’",
            "phoneprovd.yaml:2: sipPnP.timeoutSeconds: ‘9’", "phoneprovd.yaml:4: mac: ‘nonsense’",
            "phoneprovd.yaml:5: model: ‘KX UTG’", "phoneprovd.yaml:9: a phone must be a mapping",
            "phoneprovd.yaml:10: the key ‘shape’",
            "phoneprovd.yaml:10: the phone 0080F0ABCDEF is in the list twice, first at line 8",
            "phoneprovd.yaml:11: stateDirectory: ‘var’", "PHONEPROVD_HTTP_AUTHENTICATION: http.authentication: ‘none’",
        ]
        #expect(lines.count == expected.count, "\(problem)")
        for (line, start) in zip(lines, expected) { #expect(line.hasPrefix(start)) }
    }

    @Test func `a model that the phone cannot be is taken with a warning and its line`() throws {
        #expect(try read(Self.phone).warnings.isEmpty)
        #expect(try read(Self.phone.replacing("UTG200B", with: "UTG300B")).warnings.isEmpty)
        let other = try read(Self.phone.replacing("UTG200B", with: "UTG200"))
        #expect(other.phones.first?.identity.model == "KX-UTG200")
        #expect(other.warnings.map(\.line) == [3])
        #expect(other.warnings.first?.message.contains("‘KX-UTG200’ is not KX-UTG200B or KX-UTG300B") == true)
    }

    @Test(arguments: [
        ("PHONEPROVD_SIP_PNP_LOCALPORT", "PHONEPROVD_SIP_PNP_LOCAL_PORT"),
        ("PHONEPROVD_STATE_DIRECTROY", "PHONEPROVD_STATE_DIRECTORY"), ("PHONEPROVD_PHONES", nil),
    ])
    func `a variable that is no key's is taken with a warning and the nearest one`(name: String, nearest: String?)
        throws
    {
        let warnings = try read(Self.phone, [name: "1", "PHONEPROVD_SIP_PNP_PORT": "5070"]).warnings
        let hint = nearest.map { ": did you mean \($0)?" } ?? ""
        #expect(warnings.map(\.description) == ["\(name): no key has this variable, so it sets nothing\(hint)"])
    }

    @Test func `variables of others are no business of the configuration`() throws {
        let environment = ["PHONEPROVD_SOCKET": "/run/x", "PHONEPROV": "1", "PATH": "/bin", "phoneprovd_x": "1"]
        #expect(try read(Self.phone, environment).warnings.isEmpty)
    }

    @Test func `the shipped configuration is taken`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(folder)/etc/phoneprovd/phoneprovd.yaml"
        let configuration = try DaemonConfiguration.load(path: path, environment: [:])
        #expect(configuration.phones.count == 1)
        var expected = DaemonConfiguration()
        expected.phones = configuration.phones
        #expect(configuration == expected, "the values that are shown are the defaults")
    }
}

/// `dhcp:` in phoneprovd.yaml.
struct DHCPConfigurationTests {
    private func read(_ line: String) throws -> DaemonConfiguration {
        try DaemonConfiguration.read(line + "\n" + DaemonConfigurationTests.phone, path: "phoneprovd.yaml")
    }

    @Test func `the server is asked where nobody told, unless the configuration says otherwise`() throws {
        #expect(try read("").dhcp.inform == .auto)
        #expect(try read("").dhcp.informSocket == "/run/phoneprov-inform.sock")
        let given = try read("dhcp: { inform: always, informSocket: /run/other.sock }")
        #expect(given.dhcp.inform == .always && given.dhcp.informSocket == "/run/other.sock")
        #expect(throws: ConfigurationProblem.self) { try read("dhcp: { inform: sometimes }") }
        #expect(throws: ConfigurationProblem.self) { try read("dhcp: { informSocket: relative }") }
    }
}
