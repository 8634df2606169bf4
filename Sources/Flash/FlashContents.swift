import PhoneSettings
import Provisioning

/// A file that flash keeps a copy of.
public enum FlashFile: Sendable, Hashable, CustomStringConvertible {
    /// A configuration file.
    case document(FileRole)
    /// CFG_ROOT_CERTIFICATE_PATH1 to PATH3.
    case rootCertificate(Int)

    /// The name in the store: `initial`, `standard`, `product`, `master`, `root-1`.
    public var description: String {
        switch self {
        case .document(let role): role.rawValue
        case .rootCertificate(let number): "root-\(number)"
        }
    }

    /// Reads a name in the store.
    public init?(_ name: String) {
        if let role = FileRole(rawValue: name) {
            self = .document(role)
        } else if name.hasPrefix("root-"), let number = Int(name.dropFirst(5)) {
            self = .rootCertificate(number)
        } else {
            return nil
        }
    }
}

/// What flash knows of a saved copy, without its content.
public struct SavedFile: Sendable, Hashable {
    /// Which file.
    public let file: FlashFile
    /// Where it came from, credentials included.
    public let url: String
    /// The entity tag that came with it (RFC 9110 8.8.3); `nil` when there was none.
    public let etag: String?
    /// Last-Modified as it came (RFC 9110 8.8.2); `nil` when there was none.
    public let lastModified: String?
    /// SHA-256 of what was received, in hexadecimal.
    public let sha256: String
    /// When it was received.
    public let receivedAt: WallTime
    /// Size in bytes, as received.
    public let bytes: Int

    /// Makes a description of a saved copy.
    public init(
        file: FlashFile,
        url: String,
        etag: String?,
        lastModified: String?,
        sha256: String,
        receivedAt: WallTime,
        bytes: Int
    ) {
        self.file = file
        self.url = url
        self.etag = etag
        self.lastModified = lastModified
        self.sha256 = sha256
        self.receivedAt = receivedAt
        self.bytes = bytes
    }
}

/// What flash holds of one phone.
public struct FlashContents: Sendable {
    /// The settings of every layer but the factory's.
    public let layers: [SettingsLayer: [Setting]]
    /// The saved copies.
    public let files: [FlashFile: SavedFile]
    /// The last DHCP lease, in the form that was given to ``FlashStore/storeLease(_:of:)``.
    public let lease: String?
    /// The number of the last run that was kept; 0 when there was none.
    public let lastRun: Int
    /// Which change by hand each value of the user came from, as far as it was noted.
    public let origins: [ParameterKey: ProgrammingRecord]

    /// What a phone holds as it leaves the factory.
    public static let empty = FlashContents(layers: [:], files: [:], lease: nil, lastRun: 0, origins: [:])
}

/// What takes the place of everything that a phone's user and its servers gave it. It is kept as a whole or not at all.
public struct FlashRestore: Sendable {
    /// The saved copies, with their content as received.
    public let files: [(saved: SavedFile, body: [UInt8])]
    /// The settings of every layer but the factory's.
    public let layers: [SettingsLayer: [Setting]]

    /// What becomes other of the user's settings, for the history.
    public var changes: [ProgrammingRecord] = []

    /// What flash is to hold.
    public init(files: [(saved: SavedFile, body: [UInt8])], layers: [SettingsLayer: [Setting]]) {
        self.files = files
        self.layers = layers
    }
}

/// The results of a run. They are kept together or not at all.
public struct RunResults: Sendable {
    /// Files that came fresh, with their content as received.
    public let files: [(saved: SavedFile, body: [UInt8])]
    /// Saved copies that are to be forgotten.
    public let removed: [FlashFile]
    /// The layers whose settings the run brought, each with all of its settings.
    public let layers: [SettingsLayer: [Setting]]
    /// What the run did.
    public let trace: RunTrace

    /// Makes the results of a run.
    public init(
        files: [(saved: SavedFile, body: [UInt8])],
        removed: [FlashFile] = [],
        layers: [SettingsLayer: [Setting]],
        trace: RunTrace
    ) {
        self.files = files
        self.removed = removed
        self.layers = layers
        self.trace = trace
    }
}
