/// The attribute `perm` of a parameter (Administrator Guide, "Permission of parameters").
public struct Permission: Hashable, Sendable, Codable {
    /// Whether the user may change the parameter: not with `R`.
    public let userMayChange: Bool
    /// Whether the value of the file beats what the user has set: with `!`.
    public let overridesUser: Bool

    /// The user may change the parameter, and the change stands: no attribute, an empty one, or `RW`.
    public static let readWrite = Permission(userMayChange: true, overridesUser: false)
    /// `R`.
    public static let readOnly = Permission(userMayChange: false, overridesUser: false)
    /// `!` or `!RW`.
    public static let override = Permission(userMayChange: true, overridesUser: true)
    /// `!R`.
    public static let overrideReadOnly = Permission(userMayChange: false, overridesUser: true)

    /// A permission from its two halves.
    public init(userMayChange: Bool, overridesUser: Bool) {
        self.userMayChange = userMayChange
        self.overridesUser = overridesUser
    }

    /// Reads the attribute's text; `nil` for any text that is not `""`, `RW`, `R`, `!`, `!R` or `!RW`.
    public init?(attribute: String) {
        switch attribute {
        case "", "RW": self = .readWrite
        case "R": self = .readOnly
        case "!", "!RW": self = .override
        case "!R": self = .overrideReadOnly
        default: return nil
        }
    }

    /// The attribute's text in its full form: `RW`, `R`, `!RW` or `!R`.
    public var attribute: String { (overridesUser ? "!" : "") + (userMayChange ? "RW" : "R") }
}

/// The attribute `access` of a parameter (Administrator Guide, version 2015-01): who sees, changes, imports and
/// exports it in web and phone programming. Raw values are the attribute's text.
public enum Access: String, Hashable, Sendable, Codable {
    /// `A`: the administrator.
    case administrator = "A"
    /// `U`: the user.
    case user = "U"
    /// `AU`: both.
    case both = "AU"

    /// Who is signed in to web or phone programming.
    public enum Role: String, Hashable, Sendable, Codable {
        /// Signed in with `ADMIN_ID`.
        case administrator
        /// Signed in with `USER_ID`.
        case user
    }

    /// Whether someone in `role` sees and changes the parameter.
    public func admits(_ role: Role) -> Bool {
        switch self {
        case .both: true
        case .administrator: role == .administrator
        case .user: role == .user
        }
    }
}
