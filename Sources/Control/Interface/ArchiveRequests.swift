/// `Export`: what a phone holds, as one tar archive.
public struct ExportRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// A call of `Export`.
    public init(phone: String? = nil) {
        self.phone = phone
    }

    /// `Export`.
    public static let method = ControlMethod.export
    /// The parameters of `Export`.
    public static let parameterNames = ["phone"]
    /// The archive.
    public typealias Reply = ExportReply
}

/// What `Export` answers.
public struct ExportReply: Codable, Sendable, Equatable {
    /// The phone's MAC address.
    public var mac: String
    /// The tar archive, in base64 (RFC 4648 section 4). It holds passwords.
    public var archive: String

    /// A reply of `Export`.
    public init(mac: String, archive: String) {
        self.mac = mac
        self.archive = archive
    }
}

/// `Import`: puts an archive of `Export` in place of what the phone holds, and starts the phone anew.
public struct ImportRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// The tar archive, in base64 (RFC 4648 section 4).
    public var archive: String
    /// Whether an archive of another phone is taken.
    public var fromOtherPhone: Bool

    /// A call of `Import`.
    public init(phone: String? = nil, archive: String, fromOtherPhone: Bool = false) {
        self.phone = phone
        self.archive = archive
        self.fromOtherPhone = fromOtherPhone
    }

    enum CodingKeys: CodingKey {
        case phone, archive, fromOtherPhone
    }

    /// Reads a call; `fromOtherPhone` that is absent or null is `false`.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        phone = try container.decodeIfPresent(String.self, forKey: .phone)
        archive = try container.decode(String.self, forKey: .archive)
        fromOtherPhone = try container.decodeIfPresent(Bool.self, forKey: .fromOtherPhone) ?? false
    }

    /// `Import`.
    public static let method = ControlMethod.importArchive
    /// The parameters of `Import`.
    public static let parameterNames = ["phone", "archive", "fromOtherPhone"]
    /// What was put in place.
    public typealias Reply = ImportReply
}

/// What `Import` answers.
public struct ImportReply: Codable, Sendable, Equatable {
    /// How many settings of the user the phone has now.
    public var settings: Int
    /// The saved files that the phone has now: `initial`, `standard`, `product`, `master`, `root-1` to `root-3`.
    public var files: [String]

    /// A reply of `Import`.
    public init(settings: Int, files: [String]) {
        self.settings = settings
        self.files = files
    }
}
