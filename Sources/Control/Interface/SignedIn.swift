/// The two accounts of web programming (Administrator Guide, "Web User Interface Programming").
public enum AccountRole: String, Codable, Sendable, CaseIterable {
    /// USER_ID and USER_PASS: sees and changes what `access` grants the user.
    case user
    /// ADMIN_ID and ADMIN_PASS: sees and changes what `access` grants the administrator, and maintains the phone.
    case administrator
}

extension AccountRole: Comparable {
    /// The user's rights are less than the administrator's.
    public static func < (left: AccountRole, right: AccountRole) -> Bool { left == .user && right == .administrator }
}

/// A phone that an account opens.
public struct OpenPhone: Codable, Sendable, Equatable {
    /// The phone's MAC address, twelve hexadecimal digits in capitals.
    public var mac: String
    /// The phone's model, as `KX-UTG200B`.
    public var model: String
    /// What the account is on this phone.
    public var role: AccountRole

    /// An open phone from its parts.
    public init(mac: String, model: String, role: AccountRole) {
        self.mac = mac
        self.model = model
        self.role = role
    }
}

/// Who has signed in, and to which phones: each phone has accounts of its own.
///
/// A connection of the control interface that has resumed a session acts for it, and only for it: whatever the caller's
/// own rights are, the connection has those of the account from then on.
public struct SignedIn: Codable, Sendable, Equatable {
    /// The account's name, as ADMIN_ID or USER_ID has it.
    public var account: String
    /// Where the person is: the numeric address of the browser.
    public var from: String
    /// The phones that the account opens, in the order of the configuration.
    public var phones: [OpenPhone]

    /// A session's account, place and phones.
    public init(account: String, from: String, phones: [OpenPhone]) {
        self.account = account
        self.from = from
        self.phones = phones
    }

    /// What the account is on a phone; `nil` when it does not open it.
    ///
    /// - Parameter mac: Twelve hexadecimal digits in capitals.
    public func role(on mac: String) -> AccountRole? { phones.first { $0.mac == mac }?.role }

    /// `admin from 192.0.2.9`, for the journal and the history.
    public var who: String { "\(account) from \(from)" }
}

extension ControlMethod {
    /// The account that a call on behalf of a session needs on the phone that is meant; `nil`: no session may call it.
    public var requiredRole: AccountRole? {
        switch self {
        case .status, .wait, .explain, .history, .get, .set, .unset, .export, .importArchive, .resume, .signOut: .user
        case .provision, .reboot, .factoryReset, .capture, .savedFiles, .savedDocument: .administrator
        case .dhcpEvent, .reload, .signIn, .webPassword: nil
        }
    }
}
