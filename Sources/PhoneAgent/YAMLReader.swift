import Provisioning
import SIP
import Yams

/// Turns YAML nodes into a configuration. Each key is looked up once; a key that is not known is an error.
struct YAMLReader {
    let file: String
    let environment: [String: String]
    /// What is wrong so far.
    var problems: [ConfigurationProblem] = []

    struct Entry {
        let key: String
        let line: Int?
        let value: Node
    }

    /// The keys of a mapping, and where each is to be put. Reading a mapping without the file serves the environment.
    typealias Setter = @Sendable (inout DaemonConfiguration, Scalar) throws(ConfigurationProblem) -> Void

    /// A value with its place, so that a message can name it.
    struct Scalar {
        let name: String
        let text: String
        let place: String
        let line: Int?

        func problem(_ message: String) -> ConfigurationProblem {
            ConfigurationProblem(place: place, line: line, message: "\(name): \(message)")
        }

        func integer(_ range: ClosedRange<Int>) throws(ConfigurationProblem) -> Int {
            guard let number = Int(text), range.contains(number) else {
                throw problem("‘\(text)’ is not a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        func flag() throws(ConfigurationProblem) -> Bool {
            switch text.lowercased() {
            case "true", "yes", "on": return true
            case "false", "no", "off": return false
            default: throw problem("‘\(text)’ is neither true nor false")
            }
        }

        func choice<Choice: RawRepresentable & CaseIterable>(
            _ type: Choice.Type
        ) throws(ConfigurationProblem) -> Choice where Choice.RawValue == String {
            guard let choice = Choice(rawValue: text) else {
                let names = type.allCases.map(\.rawValue).joined(separator: ", ")
                throw problem("‘\(text)’ is none of \(names)")
            }
            return choice
        }

        func path() throws(ConfigurationProblem) -> String {
            guard text.hasPrefix("/"), text.utf8.count <= 4_096, !text.utf8.contains(0) else {
                throw problem("‘\(text)’ is no absolute path")
            }
            return text
        }

        func line(longest: Int) throws(ConfigurationProblem) -> String {
            guard text.utf8.count <= longest, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw problem("longer than \(longest) bytes, or with a control character")
            }
            return text
        }
    }

    /// Every scalar key of the file.
    static let scalars: [String: Setter] = [
        "stateDirectory": { (c, v) throws(ConfigurationProblem) in c.stateDirectory = try v.path() },
        "controlSocket": { (c, v) throws(ConfigurationProblem) in
            c.controlSocket = try v.path()
            // sockaddr_un holds 108 bytes with the NUL at its end (unix(7)).
            guard c.controlSocket.utf8.count < 108 else { throw v.problem("a socket's path has at most 107 bytes") }
        },
        "controlGroup": { (c, v) throws(ConfigurationProblem) in c.controlGroup = try v.line(longest: 32) },
        "controlAdminGroup": { (c, v) throws(ConfigurationProblem) in
            c.controlAdminGroup = try v.line(longest: 32)
        },
        "sipPnP.group": { (c, v) throws(ConfigurationProblem) in
            guard isMulticast(v.text) else { throw v.problem("‘\(v.text)’ is no IPv4 multicast address") }
            c.sipPnP.group = v.text
        },
        "sipPnP.group6": { (c, v) throws(ConfigurationProblem) in
            guard let group = IPv6Group(v.text) else {
                throw v.problem(
                    "‘\(v.text)’ is no IPv6 multicast address, such as ff02::db8:0:4b; left empty, SIP PnP is over IPv4 alone"
                )
            }
            c.sipPnP.group6 = group.text
        },
        "sipPnP.port": { (c, v) throws(ConfigurationProblem) in c.sipPnP.port = try v.integer(1...65_535) },
        "sipPnP.localPort": { (c, v) throws(ConfigurationProblem) in c.sipPnP.localPort = try v.integer(0...65_535) },
        "sipPnP.timeoutSeconds": { (c, v) throws(ConfigurationProblem) in
            c.sipPnP.timeoutSeconds = try v.integer(1...5)
        },
        "sipPnP.startsPerSecond": { (c, v) throws(ConfigurationProblem) in
            c.sipPnP.startsPerSecond = try v.integer(1...100_000)
        },
        "sipPnP.userForm": { (c, v) throws(ConfigurationProblem) in
            c.sipPnP.userForm = try v.choice(SubscribeRequest.UserForm.self)
        },
        "sipPnP.host": { (c, v) throws(ConfigurationProblem) in c.sipPnP.host = try v.line(longest: 128) },
        "sipPnP.vendor": { (c, v) throws(ConfigurationProblem) in c.sipPnP.vendor = try v.line(longest: 128) },
        "sipPnP.allowForeignCallID": { (c, v) throws(ConfigurationProblem) in
            c.sipPnP.allowForeignCallID = try v.flag()
        },
        "dhcp.inform": { (c, v) throws(ConfigurationProblem) in
            c.dhcp.inform = try v.choice(DaemonConfiguration.InformPolicy.self)
        },
        "dhcp.informSocket": { (c, v) throws(ConfigurationProblem) in
            c.dhcp.informSocket = try v.path()
            guard c.dhcp.informSocket.utf8.count < 108 else { throw v.problem("a socket's path has at most 107 bytes") }
        },
        "redirection.url": { (c, v) throws(ConfigurationProblem) in
            c.redirectionURL = try v.line(longest: ProvisioningURL.maximumBytes)
        },
        "http.authentication": { (c, v) throws(ConfigurationProblem) in
            c.httpAuthentication = try v.choice(DaemonConfiguration.HTTPAuthenticationChoice.self)
        },
        "tls.onlyProvisionedRoots": { (c, v) throws(ConfigurationProblem) in
            c.onlyProvisionedRoots = try v.flag()
        },
        "downloads.connectSeconds": { (c, v) throws(ConfigurationProblem) in
            c.downloads.connectSeconds = try v.integer(1...3_600)
        },
        "downloads.firstByteSeconds": { (c, v) throws(ConfigurationProblem) in
            c.downloads.firstByteSeconds = try v.integer(1...3_600)
        },
        "downloads.idleSeconds": { (c, v) throws(ConfigurationProblem) in
            c.downloads.idleSeconds = try v.integer(1...3_600)
        },
        "downloads.totalSeconds": { (c, v) throws(ConfigurationProblem) in
            c.downloads.totalSeconds = try v.integer(1...3_600)
        },
        "downloads.trySeconds": { (c, v) throws(ConfigurationProblem) in
            c.downloads.trySeconds = try v.integer(1...3_600)
        },
        "sipPnP.model": { (c, v) throws(ConfigurationProblem) in c.sipPnP.model = try v.line(longest: 128) },
        "sipPnP.version": { (c, v) throws(ConfigurationProblem) in c.sipPnP.version = try v.line(longest: 128) },
        "resync.from": { (c, v) throws(ConfigurationProblem) in
            c.resyncFrom = try v.choice(DaemonConfiguration.ResyncSource.self)
        },
        "resync.minimumSeconds": { (c, v) throws(ConfigurationProblem) in
            c.resyncMinimumSeconds = try v.integer(0...86_400)
        },
    ]

    static let sections = Set(scalars.keys.filter { $0.contains(".") }.map { String($0.prefix { $0 != "." }) })

    func mapping(_ node: Node, named name: String) throws(ConfigurationProblem) -> [Entry] {
        guard case .mapping(let mapping) = node else {
            throw problem(node, "\(name) must be a mapping of keys to values")
        }
        var entries: [Entry] = []
        for (key, value) in mapping {
            guard let text = key.scalar?.string else { throw problem(key, "a key must be a word") }
            entries.append(Entry(key: text, line: key.mark?.line, value: value))
        }
        return entries
    }

    /// Runs one part of the reading. What is wrong with it does not keep the rest from being looked at.
    mutating func attempt(_ body: (inout YAMLReader) throws(ConfigurationProblem) -> Void) {
        do throws(ConfigurationProblem) {
            try body(&self)
        } catch {
            problems.append(error)
        }
    }

    /// - Throws: the first problem in the order of the file, with all others.
    mutating func read(_ top: [Entry], into configuration: inout DaemonConfiguration) throws(ConfigurationProblem) {
        var result = configuration
        for entry in top {
            if entry.key == "phones" {
                attempt { reader throws(ConfigurationProblem) in
                    result.phones = try reader.phones(entry.value, warnings: &result.warnings)
                }
            } else if Self.sections.contains(entry.key) {
                if entry.value == Node("") || entry.value.null != nil { continue }
                attempt { reader throws(ConfigurationProblem) in
                    for inner in try reader.mapping(entry.value, named: entry.key) {
                        reader.attempt { reader throws(ConfigurationProblem) in
                            try reader.set("\(entry.key).\(inner.key)", inner, &result)
                        }
                    }
                }
            } else {
                attempt { reader throws(ConfigurationProblem) in try reader.set(entry.key, entry, &result) }
            }
        }
        overlay(&result)
        result.warnings += unknownVariables
        if result.phones.isEmpty, problems.isEmpty {
            problems.append(
                ConfigurationProblem(place: file, line: nil, message: "it lists no phone: add one under ‘phones’")
            )
        }
        if let problem = ConfigurationProblem(all: problems) { throw problem }
        configuration = result
    }

    /// An empty file has no phone.
    func overlayOnly(_ configuration: inout DaemonConfiguration) throws(ConfigurationProblem) {
        throw ConfigurationProblem(place: file, line: nil, message: "it is empty: list a phone under ‘phones’")
    }

    private func set(
        _ path: String,
        _ entry: Entry,
        _ configuration: inout DaemonConfiguration
    ) throws(ConfigurationProblem) {
        guard let setter = Self.scalars[path] else {
            let known = (Self.scalars.keys + ["phones"]).sorted().joined(separator: ", ")
            throw ConfigurationProblem(
                place: file,
                line: entry.line,
                message: "the key ‘\(path)’ is not known; known are \(known)"
            )
        }
        guard let scalar = entry.value.scalar else { throw problem(entry.value, "\(path) must be one value") }
        try setter(
            &configuration,
            Scalar(name: path, text: scalar.string, place: file, line: entry.value.mark?.line ?? entry.line)
        )
    }

    private mutating func overlay(_ configuration: inout DaemonConfiguration) {
        for (path, setter) in Self.scalars.sorted(by: { $0.key < $1.key }) {
            let variable = Self.variable(path)
            guard let text = environment[variable] else { continue }
            attempt { _ throws(ConfigurationProblem) in
                try setter(&configuration, Scalar(name: path, text: text, place: variable, line: nil))
            }
        }
    }

    private static func isMulticast(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, let first = parts[0], parts.allSatisfy({ $0 != nil }) else { return false }
        return (224...239).contains(first)
    }

    func problem(_ node: Node, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(place: file, line: node.mark?.line, message: message)
    }
}
