import ConfigurationFile
import PhoneSettings

/// What a check has found.
struct CheckReport: Encodable {
    /// A file that was read, or could not be had.
    struct File: Encodable {
        let file: String
        let role: ConfigurationRole
        let refused: Bool
    }

    /// What went wrong outside of files: a server that gave none.
    struct Problem: Encodable {
        let file: String
        let message: String
    }

    var files: [File] = []
    /// In the order in which it was found; each file's in the order of its lines.
    var messages: [CheckMessage] = []
    var problems: [Problem] = []
    private var settings: [CheckSetting]?

    init() {}

    /// The same report with what the phone would be set to.
    init(_ report: CheckReport, settings: [CheckSetting]?) {
        self = report
        self.settings = settings
    }

    /// Adds what `other` has found since it was the same as `common`.
    mutating func add(_ other: CheckReport, since common: CheckReport) {
        files += other.files.dropFirst(common.files.count)
        messages += other.messages.dropFirst(common.messages.count)
        problems += other.problems.dropFirst(common.problems.count)
    }

    /// Whether the phone would miss something.
    func isBad(strict: Bool) -> Bool {
        files.contains(where: \.refused) || !problems.isEmpty
            || messages.contains { strict || $0.severity == .error }
    }

    enum CodingKeys: CodingKey {
        case files, refused, messages, problems, settings
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(files, forKey: .files)
        try container.encode(files.filter(\.refused).map(\.file), forKey: .refused)
        try container.encode(messages, forKey: .messages)
        try container.encode(problems, forKey: .problems)
        try container.encodeIfPresent(settings, forKey: .settings)
    }
}

/// One message, as a compiler has them.
struct CheckMessage: Encodable {
    let file: String
    let position: SourcePosition?
    let severity: ConfigurationDiagnostic.Severity
    let code: String
    /// The parameter or element that it is about; empty for the file as a whole.
    let subject: String
    let message: String

    init(
        file: String,
        position: SourcePosition?,
        severity: ConfigurationDiagnostic.Severity,
        code: String,
        subject: String,
        message: String
    ) {
        self.file = file
        self.position = position
        self.severity = severity
        self.code = code
        self.subject = subject
        self.message = message
    }

    init(file: String, _ diagnostic: ConfigurationDiagnostic) {
        self.init(
            file: file,
            position: diagnostic.position,
            severity: diagnostic.severity,
            code: diagnostic.code,
            subject: diagnostic.subject,
            message: diagnostic.message
        )
    }

    init(file: String, _ error: ConfigurationFileError) {
        self.init(
            file: file,
            position: error.position,
            severity: .error,
            code: error.code,
            subject: "",
            message: error.message
        )
    }

    /// `file:line:column: severity: message [code]`.
    var text: String {
        let place = [file, position.map { "\($0.line)" }, position?.column.map(String.init)].compactMap(\.self)
        return "\(place.joined(separator: ":")): \(severity.rawValue): \(message) [\(code)]"
    }

    enum CodingKeys: CodingKey {
        case file, line, column, severity, code, parameter, message
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encode(position?.line, forKey: .line)
        try container.encode(position?.column, forKey: .column)
        try container.encode(severity, forKey: .severity)
        try container.encode(code, forKey: .code)
        try container.encode(subject.isEmpty ? nil : subject, forKey: .parameter)
        try container.encode(message, forKey: .message)
    }
}

/// A value that the phone would have.
struct CheckSetting: Encodable {
    let name: String
    /// `***` for a secret.
    let value: String
    let layer: String
    let file: String
    let line: Int?

    /// `NAME=value  (file:line)`.
    var text: String { "\(name)=\(value)  (\(file)\(line.map { ":\($0)" } ?? ""))" }
}
