import Glibc
import Yams

/// What phoneprov-web.yaml says: where the pages are served, and with which certificate.
public struct WebConfiguration: Sendable, Equatable {
    /// The numeric address at which it listens when systemd has not given it a socket.
    public var listenAddress = "127.0.0.1"
    /// The TCP port for that, 0 to 65535; 0 takes any that is free.
    public var listenPort = 8443
    /// The daemon's control socket.
    public var controlSocket = "/run/phoneprovd/io.phoneprovd"
    /// Where the certificate is kept that it makes at its first start.
    public var stateDirectory = "/var/lib/phoneprov-web"
    /// A certificate of one's own, with those that lead to its root: PEM. Empty: one is made.
    public var certificate = ""
    /// The private key for it: PEM, and none but root and phoneprov-web may read it.
    public var privateKey = ""
    /// The names for which the certificate is made that is made; `localhost` and the machine's own come by themselves.
    public var names: [String] = []
    /// A service that systemd starts when somebody comes ends after so many minutes without anybody, 0 to 1440; 0: never.
    public var idleMinutes = 15

    /// The configuration as shipped.
    public init() {}

    /// Where the configuration lies unless an option says otherwise.
    public static let defaultPath = "/etc/phoneprovd/phoneprov-web.yaml"
    /// The longest file that is read, in bytes.
    public static let maximumBytes = 65_536

    /// Why a configuration is not taken.
    public struct Problem: Error, CustomStringConvertible, Equatable {
        /// File, line where it is known, and what is wrong.
        public let description: String
    }

    /// Reads a file.
    ///
    /// - Returns: `nil` when there is none: everything is as shipped then.
    /// - Throws: ``Problem``, with the line.
    public static func load(path: String) throws(Problem) -> WebConfiguration? {
        switch TextFile.read(path, limit: maximumBytes) {
        case .text(let text): try read(text, path: path)
        case .absent: nil
        case .problem(let reason): throw Problem(description: "\(path): \(reason)")
        }
    }

    /// Reads the text of a file.
    ///
    /// - Throws: ``Problem``, with the line.
    public static func read(_ text: String, path: String) throws(Problem) -> WebConfiguration {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw Problem(description: "\(path): \(error)")
        }
        var configuration = WebConfiguration()
        guard let node, node != Node("") else { return configuration }
        guard let mapping = node.mapping else { throw Problem(description: "\(path):1: keys and values are expected") }
        var seen: Set<String> = []
        for (key, value) in mapping {
            let name = key.string ?? ""
            let place = key.mark.map { "\(path):\($0.line): " } ?? "\(path): "
            guard seen.insert(name).inserted else { throw Problem(description: place + "\(name) stands there twice") }
            if let reason = configuration.take(name, value) { throw Problem(description: place + reason) }
        }
        guard configuration.certificate.isEmpty == configuration.privateKey.isEmpty else {
            throw Problem(description: "\(path): certificate and privateKey go together: give both or none")
        }
        return configuration
    }

    /// - Returns: why not, when the key or its value is not taken.
    private mutating func take(_ name: String, _ value: Node) -> String? {
        if name == "names" { return takeNames(value) }
        guard let text = value.scalar?.string else { return "\(name): one value is expected" }
        switch name {
        case "listenAddress":
            guard Self.isNumericAddress(text) else { return "listenAddress: ‘\(text)’ is no numeric address" }
            listenAddress = text
        case "listenPort":
            guard let port = Int(text), (0...65_535).contains(port) else {
                return "listenPort: ‘\(text)’ is not a whole number from 0 to 65535"
            }
            listenPort = port
        case "idleMinutes":
            guard let minutes = Int(text), (0...1_440).contains(minutes) else {
                return "idleMinutes: ‘\(text)’ is not a whole number from 0 to 1440"
            }
            idleMinutes = minutes
        case "controlSocket": return takePath(text, name, \.controlSocket)
        case "stateDirectory": return takePath(text, name, \.stateDirectory)
        case "certificate": return text.isEmpty ? nil : takePath(text, name, \.certificate)
        case "privateKey": return text.isEmpty ? nil : takePath(text, name, \.privateKey)
        default:
            return "\(name) is not known: listenAddress, listenPort, controlSocket, stateDirectory, certificate, "
                + "privateKey, names and idleMinutes are"
        }
        return nil
    }

    private mutating func takePath(
        _ text: String,
        _ name: String,
        _ property: WritableKeyPath<WebConfiguration, String>
    ) -> String? {
        guard text.hasPrefix("/"), text.utf8.count <= 4_096, !text.utf8.contains(0) else {
            return "\(name): ‘\(text)’ is no absolute path"
        }
        self[keyPath: property] = text
        return nil
    }

    private mutating func takeNames(_ value: Node) -> String? {
        guard let list = value.sequence, list.count <= 32 else {
            return "names: a list of at most 32 names is expected"
        }
        for item in list {
            let name = item.scalar?.string ?? ""
            let isName =
                !name.isEmpty && name.utf8.count <= 253
                && name.utf8.allSatisfy { $0 < 0x80 && ($0.isLetterOrDigit || ".-:*".utf8.contains($0)) }
            guard isName else { return "names: ‘\(name)’ is neither a host name nor an address" }
            names.append(name)
        }
        return nil
    }

    private static func isNumericAddress(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
