import Provisioning
import Yams

// The list of phones: each is read for itself, so that one that is wrong does not hide the next.

extension YAMLReader {
    /// The models that this phone can be (Administrator Guide).
    static let models = ["KX-UTG200B", "KX-UTG300B"]

    mutating func phones(
        _ node: Node,
        warnings: inout [ConfigurationProblem]
    ) throws(ConfigurationProblem) -> [DaemonConfiguration.PhoneDefinition] {
        guard case .sequence(let list) = node else {
            throw problem(node, "phones must be a list")
        }
        guard list.count <= DaemonConfiguration.maximumPhones else {
            throw problem(node, "\(list.count) phones: at most \(DaemonConfiguration.maximumPhones) are run")
        }
        var result: [DaemonConfiguration.PhoneDefinition] = []
        var lines: [MACAddress: Int] = [:]
        for item in list {
            guard let phone = phone(item, warnings: &warnings) else { continue }
            let mac = phone.identity.mac
            if let first = lines.updateValue(item.mark?.line ?? 0, forKey: mac) {
                problems.append(problem(item, "the phone \(mac) is in the list twice, first at line \(first)"))
            }
            result.append(phone)
        }
        return result
    }

    /// `nil` when it has problems, which are noted.
    private mutating func phone(
        _ node: Node,
        warnings: inout [ConfigurationProblem]
    ) -> DaemonConfiguration.PhoneDefinition? {
        var values: [String: Scalar] = [:]
        let before = problems.count
        attempt { reader throws(ConfigurationProblem) in
            for entry in try reader.mapping(node, named: "a phone") {
                reader.attempt { reader throws(ConfigurationProblem) in
                    values[entry.key] = try reader.phoneValue(entry)
                }
            }
        }
        // Of a phone that is no mapping, or that names another key in place of one it needs, this is enough.
        if problems.count > before, values.isEmpty { return nil }
        var (address, model, version, interface): (MACAddress?, String?, String?, String?)
        attempt { reader throws(ConfigurationProblem) in
            let value = try reader.required("mac", values, node)
            address = MACAddress(value.text)
            guard address != nil else {
                throw value.problem(
                    "‘\(value.text)’ is no hardware address: write twelve hexadecimal digits, \"0080F0ABCDEF\""
                )
            }
        }
        attempt { reader throws(ConfigurationProblem) in
            let value = try reader.required("model", values, node)
            guard Self.isToken(value.text) else {
                throw value.problem("‘\(value.text)’ is no model: letters, digits, ‘-’ and ‘.’, at most 64")
            }
            model = value.text
            guard !Self.models.contains(value.text) else { return }
            warnings.append(
                value.problem(
                    "‘\(value.text)’ is not \(Self.models.joined(separator: " or ")): taken, but its files, settings and "
                        + "messages are those of these two"
                )
            )
        }
        attempt { reader throws(ConfigurationProblem) in
            let value = try reader.required("softwareVersion", values, node)
            guard Self.isToken(value.text) else {
                throw value.problem("‘\(value.text)’ is no version: letters, digits, ‘-’ and ‘.’, at most 64")
            }
            version = value.text
        }
        attempt { reader throws(ConfigurationProblem) in
            let value = try reader.required("interface", values, node)
            guard Self.isInterface(value.text) else {
                throw value.problem("‘\(value.text)’ is no name of a network interface")
            }
            interface = value.text
        }
        guard let address, let model, let version, let interface else { return nil }
        return DaemonConfiguration.PhoneDefinition(
            identity: PhoneIdentity(mac: address, model: model, softwareVersion: version),
            interface: interface
        )
    }

    private func phoneValue(_ entry: Entry) throws(ConfigurationProblem) -> Scalar {
        guard ["mac", "model", "softwareVersion", "interface"].contains(entry.key) else {
            throw ConfigurationProblem(
                place: file,
                line: entry.line,
                message: "the key ‘\(entry.key)’ is not known; known are mac, model, softwareVersion, interface"
            )
        }
        guard let scalar = entry.value.scalar else { throw problem(entry.value, "\(entry.key) must be one value") }
        return Scalar(name: entry.key, text: scalar.string, place: file, line: entry.value.mark?.line ?? entry.line)
    }

    private func required(
        _ key: String,
        _ values: [String: Scalar],
        _ node: Node
    ) throws(ConfigurationProblem) -> Scalar {
        guard let value = values[key], !value.text.isEmpty else { throw problem(node, "a phone needs ‘\(key)’") }
        return value
    }

    /// Model and version stand in URLs, in a User-Agent and in an Event header.
    private static func isToken(_ text: String) -> Bool {
        text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2D
                    || byte == 0x2E
            }
    }

    /// IFNAMSIZ is 16 with the NUL at its end; a name has no `/` and no blank (netdevice(7)).
    private static func isInterface(_ text: String) -> Bool {
        text.utf8.count < 16 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x2F }
    }
}
