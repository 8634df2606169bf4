/// A configuration file's part in a run.
public enum FileRole: String, Sendable, Hashable, Codable, CaseIterable {
    /// The file at the provisioning URL.
    case initial
    /// For one device.
    case standard
    /// For one model.
    case product
    /// For all.
    case master

    /// The files that an initial file names, in the order of their download (Administrator Guide 2015-01, p. 56).
    public static let deviceFiles: [FileRole] = [.standard, .product, .master]
}

/// What became of a file in a run.
public enum FileDisposition: String, Sendable, Hashable, Codable, CaseIterable {
    /// Downloaded, and other than the saved copy.
    case fresh
    /// Asked for, and the same as the saved copy.
    case unchanged
    /// It could not be had; the saved copy stays in force.
    case saved
    /// It could not be had, and there is no saved copy.
    case missing

    /// Its settings are in force.
    public var isInForce: Bool { self != .missing }
    /// The server gave it, or confirmed it, in this run.
    public var isFresh: Bool { self == .fresh || self == .unchanged }
}

/// One file in a run's trace.
public struct FileReport: Sendable, Hashable, Codable {
    /// Its part.
    public let role: FileRole
    /// What became of it.
    public let disposition: FileDisposition
    /// Where it came from, or was asked for, without credentials.
    public let url: String
    /// Size in bytes; 0 when it is missing.
    public let bytes: Int
    /// SHA-256 in hexadecimal; empty when it is missing.
    public let sha256: String
    /// One sentence: the status, or why it could not be had.
    public let detail: String
    /// Whether settings are expected of it: true of device files; of an initial file when it has a device part.
    public let carriesSettings: Bool

    /// Makes a report.
    public init(
        role: FileRole,
        disposition: FileDisposition,
        url: String,
        bytes: Int,
        sha256: String,
        detail: String,
        carriesSettings: Bool
    ) {
        self.role = role
        self.disposition = disposition
        self.url = url
        self.bytes = bytes
        self.sha256 = sha256
        self.detail = detail
        self.carriesSettings = carriesSettings
    }
}

extension [FileReport] {
    /// Why no saved settings take the place of what could not be had: there is no saved copy, or it has no settings.
    public var lackOfSavedCopies: String {
        // Of an initial file alone, which has only the paths of others: a saved device file has settings.
        if contains(where: { $0.disposition == .saved }) { return "the saved copy of the initial file has no settings" }
        let missing = filter { $0.disposition == .missing }
        guard !missing.isEmpty, !missing.contains(where: { $0.role == .initial }) else {
            return "there is no saved copy"
        }
        return "there is no saved copy of the \(missing.map { "\($0.role.rawValue) file" }.joined(separator: ", "))"
    }
}
