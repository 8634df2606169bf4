/// `SavedFiles`: the copies of files that the phone keeps.
public struct SavedFilesRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// A call of `SavedFiles`.
    public init(phone: String? = nil) {
        self.phone = phone
    }

    /// `SavedFiles`.
    public static let method = ControlMethod.savedFiles
    /// The parameters of `SavedFiles`.
    public static let parameterNames = ["phone"]
    /// The files.
    public typealias Reply = SavedFilesReply
}

/// What `SavedFiles` answers.
public struct SavedFilesReply: Codable, Sendable, Equatable {
    /// The files, in the order in which the phone fetches them.
    public var files: [SavedFileSummary]

    /// A reply of `SavedFiles`.
    public init(files: [SavedFileSummary]) {
        self.files = files
    }
}

/// What is known of a saved copy.
public struct SavedFileSummary: Codable, Sendable, Equatable {
    /// Which file: `initial`, `standard`, `product`, `master`, `root-1` to `root-3`.
    public var file: String
    /// Where it came from, with credentials masked.
    public var url: String
    /// Its size in bytes, as received.
    public var bytes: Int
    /// SHA-256 of what was received, in lower-case hexadecimal digits.
    public var sha256: String
    /// When it was received, RFC 3339 in UTC.
    public var receivedAt: String

    /// A summary from its parts; each is described at its property.
    public init(file: String, url: String, bytes: Int, sha256: String, receivedAt: String) {
        self.file = file
        self.url = url
        self.bytes = bytes
        self.sha256 = sha256
        self.receivedAt = receivedAt
    }
}

/// `SavedDocument`: a saved configuration file as a person reads it.
public struct SavedDocumentRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// Which file: `initial`, `standard`, `product` or `master`.
    public var file: String

    /// A call of `SavedDocument`.
    public init(phone: String? = nil, file: String) {
        self.phone = phone
        self.file = file
    }

    /// `SavedDocument`.
    public static let method = ControlMethod.savedDocument
    /// The parameters of `SavedDocument`.
    public static let parameterNames = ["phone", "file"]
    /// The document.
    public typealias Reply = SavedDocumentReply
}

/// What `SavedDocument` answers.
public struct SavedDocumentReply: Codable, Sendable, Equatable {
    /// What is known of the copy.
    public var file: SavedFileSummary
    /// How it was encrypted, in words, or `nil` when it was not.
    @Nullable public var encryption: String?
    /// Its text, decrypted, with `***` in place of every secret. It has as many lines as the file.
    public var text: String
    /// What there is to say about it, in the order of its lines.
    public var messages: [DocumentMessage]

    /// A reply of `SavedDocument`.
    public init(file: SavedFileSummary, encryption: String?, text: String, messages: [DocumentMessage]) {
        self.file = file
        self.encryption = encryption
        self.text = text
        self.messages = messages
    }
}

/// Something that is wrong or odd in a configuration file.
public struct DocumentMessage: Codable, Sendable, Equatable {
    /// The line, counted from 1, or `nil` when it concerns no line.
    @Nullable public var line: Int?
    /// `error`: a setting was left out. `warning`: none was.
    public var severity: String
    /// What was found, and what came of it.
    public var message: String

    /// A message from its parts; each is described at its property.
    public init(line: Int?, severity: String, message: String) {
        self.line = line
        self.severity = severity
        self.message = message
    }
}
