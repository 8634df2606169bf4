import Glibc
import Provisioning
import SIP
import Yams

/// Why a configuration is not taken. Nothing of it is in force then.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, or the name of the environment variable.
    public let place: String
    /// The line, from 1; `nil` when it is about the file as a whole.
    public let line: Int?
    /// What is wrong, and what would be right.
    public let message: String
    /// What else is wrong, in the order of the file.
    public let others: [ConfigurationProblem]

    /// A problem at a place.
    public init(place: String, line: Int?, message: String, others: [ConfigurationProblem] = []) {
        self.place = place
        self.line = line
        self.message = message
        self.others = others
    }

    /// The first of these in the order of the file, with the others; `nil` when there is none.
    init?(all problems: [ConfigurationProblem]) {
        // Equal lines stay in the order in which they were found.
        let sorted = problems.enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
        guard let first = sorted.first else { return nil }
        self.init(place: first.place, line: first.line, message: first.message, others: Array(sorted.dropFirst()))
    }

    /// `file:line: message`, one line for each problem.
    public var description: String {
        let own = line.map { "\(place):\($0): \(message)" } ?? "\(place): \(message)"
        return ([own] + others.map(\.description)).joined(separator: "\n")
    }
}

extension DaemonConfiguration {
    /// The largest file that is read, in bytes. Ten thousand phones need less than half of it.
    public static let maximumFileBytes = 4 << 20

    /// Reads the configuration file, and the environment over it.
    ///
    /// Every scalar key can be set by a variable: `sipPnP.localPort` is `PHONEPROVD_SIP_PNP_LOCAL_PORT`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - environment: The environment's variables.
    ///   - credentials: Values that stand over the file, each by its key: `redirection.url`. The environment stands over
    ///     them.
    /// - Throws: ``ConfigurationProblem``, with the line.
    public static func load(
        path: String,
        environment: [String: String],
        credentials: [String: String] = [:]
    ) throws(ConfigurationProblem) -> DaemonConfiguration {
        var variables = environment
        for (key, value) in credentials {
            guard YAMLReader.scalars[key] != nil else {
                throw ConfigurationProblem(
                    place: "the credential phoneprovd.\(key)",
                    line: nil,
                    message: "there is no such key"
                )
            }
            let name = YAMLReader.variable(key)
            if variables[name] == nil { variables[name] = value }
        }
        return try read(contents(of: path), path: path, environment: variables)
    }

    /// The same with those of its phones alone that are on one interface.
    ///
    /// - Throws: ``ConfigurationProblem`` when there is none.
    public func only(on interface: String, path: String) throws(ConfigurationProblem) -> DaemonConfiguration {
        var result = self
        result.phones = phones.filter { $0.interface == interface }
        guard result.phones.isEmpty else { return result }
        throw ConfigurationProblem(place: path, line: nil, message: "no phone is on the interface \(interface)")
    }

    /// Reads the text of a configuration file, and the environment over it.
    ///
    /// - Throws: ``ConfigurationProblem``, with the line.
    public static func read(
        _ text: String,
        path: String,
        environment: [String: String] = [:]
    ) throws(ConfigurationProblem) -> DaemonConfiguration {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
        } catch {
            throw ConfigurationProblem(place: path, line: (error as? YamlError)?.line, message: "\(error)")
        }
        var configuration = DaemonConfiguration()
        var reader = YAMLReader(file: path, environment: environment)
        if let root, root != Node("") {
            let top = try reader.mapping(root, named: "the configuration")
            try reader.read(top, into: &configuration)
        } else {
            try reader.overlayOnly(&configuration)
        }
        return configuration
    }

    private static func contents(of path: String) throws(ConfigurationProblem) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ConfigurationProblem(
                place: path,
                line: nil,
                message: "cannot be read: \(String(cString: strerror(errno)))"
            )
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw ConfigurationProblem(
                    place: path,
                    line: nil,
                    message: "cannot be read: \(String(cString: strerror(errno)))"
                )
            }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= maximumFileBytes else {
                throw ConfigurationProblem(place: path, line: nil, message: "has more than \(maximumFileBytes) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationProblem(place: path, line: nil, message: "is not UTF-8")
        }
        return text
    }
}

extension YamlError {
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: nil
        }
    }
}
