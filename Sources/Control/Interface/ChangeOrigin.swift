/// Which way a user programs a phone (Administrator Guide, "Programming").
public enum Programming: String, Codable, Sendable, CaseIterable {
    /// Phone programming: at the phone itself, which is `phoneprovctl` here.
    case phone
    /// Web programming: in a browser.
    case web
}

/// Who asks for a change, and which way: what a caller says of itself. Only who may change a phone is believed.
public struct ChangeOrigin: Codable, Sendable, Equatable {
    /// The longest ``who``, in bytes of UTF-8.
    public static let maximumWhoBytes = 128

    /// Which way.
    public var programming: Programming
    /// Who, in a few words without control characters, as `root` or `admin from 192.0.2.9`; without it the calling
    /// process's user.
    @Nullable public var who: String?

    /// An origin from its parts.
    public init(programming: Programming, who: String? = nil) {
        self.programming = programming
        self.who = who
    }

    /// Whether ``who`` can stand in a line of a log.
    public var isPrintable: Bool {
        guard let who else { return true }
        return !who.isEmpty && who.utf8.count <= Self.maximumWhoBytes
            && who.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.value != 0x2028 }
    }
}

/// What a user did to a phone by hand.
public enum UserAction: String, Codable, Sendable, CaseIterable {
    /// A parameter was set.
    case set
    /// What had been set was taken back.
    case unset
    /// All that had been set was forgotten.
    case factoryReset
}

/// A change that a user made by hand, as `history` shows it.
public struct ProgrammedChange: Codable, Sendable, Equatable {
    /// When, RFC 3339 in UTC.
    public var at: String
    /// Which way.
    public var programming: Programming
    /// Who.
    public var who: String
    /// What.
    public var action: UserAction
    /// The parameter's name, or `nil` when the change concerns all of them.
    @Nullable public var name: String?
    /// What the user had set before, or `nil` when nothing; `***` for a secret.
    @Nullable public var old: String?
    /// What the user has set now, or `nil` when nothing; `***` for a secret.
    @Nullable public var new: String?

    /// A change from its parts; each is described at its property.
    public init(
        at: String,
        programming: Programming,
        who: String,
        action: UserAction,
        name: String?,
        old: String?,
        new: String?
    ) {
        self.at = at
        self.programming = programming
        self.who = who
        self.action = action
        self.name = name
        self.old = old
        self.new = new
    }
}

/// Who set the value that counts, which way and when.
public struct SettingOrigin: Codable, Sendable, Equatable {
    /// Which way.
    public var programming: Programming
    /// Who.
    public var who: String
    /// When, RFC 3339 in UTC.
    public var at: String

    /// An origin from its parts; each is described at its property.
    public init(programming: Programming, who: String, at: String) {
        self.programming = programming
        self.who = who
        self.at = at
    }
}
