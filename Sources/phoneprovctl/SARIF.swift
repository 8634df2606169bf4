import ConfigurationFile
import Control
import FoundationEssentials

/// A report in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS).
enum SARIF {
    /// Where the rules are described.
    static let manual = "man:phoneprovctl(1)"

    struct Log: Encodable {
        let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
        let version = "2.1.0"
        let runs: [Run]

        enum CodingKeys: String, CodingKey {
            case schema = "$schema"
            case version, runs
        }
    }

    struct Run: Encodable {
        let tool: Tool
        /// Our columns count characters, not UTF-16 units.
        let columnKind = "unicodeCodePoints"
        let invocations: [Invocation]
        let results: [Result]
    }

    struct Tool: Encodable {
        let driver: Driver
    }

    struct Driver: Encodable {
        let name = "phoneprovctl check"
        let version = PhoneprovdVersion.text
        let informationUri = SARIF.manual
        let rules: [Rule]
    }

    struct Rule: Encodable {
        let id: String
        let shortDescription: Text
        let helpUri = SARIF.manual
    }

    struct Text: Encodable {
        let text: String
    }

    /// What servers did wrong is no result in a file: it is noted beside the results.
    struct Invocation: Encodable {
        let executionSuccessful: Bool
        let toolExecutionNotifications: [Notification]
    }

    struct Notification: Encodable {
        let level = "error"
        let message: Text
    }

    struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Text
        let locations: [Location]
        /// Stable while lines move: the rule, what it is about, and which of several of the same.
        let partialFingerprints: [String: String]
    }

    struct Location: Encodable {
        let physicalLocation: PhysicalLocation
    }

    struct PhysicalLocation: Encodable {
        let artifactLocation: ArtifactLocation
        let region: Region?
    }

    struct ArtifactLocation: Encodable {
        let uri: String
    }

    struct Region: Encodable {
        let startLine: Int
        let startColumn: Int?
    }
}

extension SARIF.Log {
    /// The report of one call.
    init(_ report: CheckReport) {
        let rules = ConfigurationRule.all
        let indices = Dictionary(rules.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var seen: [String: Int] = [:]
        let results = report.messages.map { message in
            let about = "\(message.code):\(message.subject)"
            let number = seen["\(message.file) \(about)", default: 0] + 1
            seen["\(message.file) \(about)"] = number
            return SARIF.Result(
                ruleId: message.code,
                ruleIndex: indices[message.code] ?? -1,
                level: message.severity.rawValue,
                message: SARIF.Text(text: message.message),
                locations: [
                    SARIF.Location(
                        physicalLocation: SARIF.PhysicalLocation(
                            artifactLocation: SARIF.ArtifactLocation(uri: Self.uri(message.file)),
                            region: message.position.map {
                                SARIF.Region(startLine: $0.line, startColumn: $0.column)
                            }
                        )
                    )
                ],
                partialFingerprints: ["phoneprovd/v1": "\(about):\(number)"]
            )
        }
        let notifications = report.problems.map {
            SARIF.Notification(message: SARIF.Text(text: "\($0.file): \($0.message)"))
        }
        runs = [
            SARIF.Run(
                tool: SARIF.Tool(
                    driver: SARIF.Driver(
                        rules: rules.map {
                            SARIF.Rule(id: $0.id, shortDescription: SARIF.Text(text: $0.summary))
                        }
                    )
                ),
                invocations: [
                    SARIF.Invocation(
                        executionSuccessful: notifications.isEmpty,
                        toolExecutionNotifications: notifications
                    )
                ],
                results: results
            )
        ]
    }

    /// A path relative to the working directory where it lies below it, percent-encoded (RFC 3986); a URL as it is.
    private static func uri(_ file: String) -> String {
        if file.contains("://") { return file }
        let here = FileManager.default.currentDirectoryPath + "/"
        var path = file.hasPrefix(here) ? String(file.dropFirst(here.count)) : file
        while path.hasPrefix("./") { path.removeFirst(2) }
        var result = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return file.hasPrefix("/") && result.hasPrefix("/") ? "file://" + result : result
    }
}
