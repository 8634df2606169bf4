/// `SignIn`: opens a session of web programming with the name and password of an account.
public struct SignInRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for every phone that the account opens.
    public var phone: String?
    /// The account's name.
    public var account: String
    /// Its password.
    public var password: String
    /// The numeric address of the browser. Wrong tries are counted by it.
    public var from: String

    /// A call of `SignIn`.
    public init(phone: String? = nil, account: String, password: String, from: String) {
        self.phone = phone
        self.account = account
        self.password = password
        self.from = from
    }

    /// `SignIn`.
    public static let method = ControlMethod.signIn
    /// The parameters of `SignIn`.
    public static let parameterNames = ["phone", "account", "password", "from"]
    /// The session.
    public typealias Reply = SignInReply
}

/// What `SignIn` answers.
public struct SignInReply: Codable, Sendable, Equatable {
    /// What names the session: 43 characters of base64url that nobody can guess. Who has it, has the session.
    public var session: String

    /// A reply of `SignIn`.
    public init(session: String) {
        self.session = session
    }
}

/// `Resume`: from here on this connection acts for a session, and has its rights instead of the caller's own.
public struct ResumeRequest: ControlRequest {
    /// What `SignIn` answered.
    public var session: String
    /// Whether this counts as a sign of life of the person, so that the session does not end for want of one.
    public var renew: Bool

    /// A call of `Resume`.
    public init(session: String, renew: Bool = true) {
        self.session = session
        self.renew = renew
    }

    enum CodingKeys: CodingKey {
        case session, renew
    }

    /// Reads a call; `renew` that is absent or null is `true`.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        session = try container.decode(String.self, forKey: .session)
        renew = try container.decodeIfPresent(Bool.self, forKey: .renew) ?? true
    }

    /// `Resume`.
    public static let method = ControlMethod.resume
    /// The parameters of `Resume`.
    public static let parameterNames = ["session", "renew"]
    /// Who has signed in, and to which phones.
    public typealias Reply = SignedIn
}

/// `SignOut`: ends the session that this connection acts for.
public struct SignOutRequest: ControlRequest {
    /// What `SignIn` answered.
    public var session: String

    /// A call of `SignOut`.
    public init(session: String) {
        self.session = session
    }

    /// `SignOut`.
    public static let method = ControlMethod.signOut
    /// The parameters of `SignOut`.
    public static let parameterNames = ["session"]
    /// Nothing beyond having been done.
    public typealias Reply = EmptyReply
}

/// `WebPassword`: the administrator's password of every phone that has none of its own; for root only.
public struct WebPasswordRequest: ControlRequest {
    /// A call of `WebPassword`.
    public init() {}

    /// `WebPassword`.
    public static let method = ControlMethod.webPassword
    /// It has none.
    public static let parameterNames: [String] = []
    /// The password.
    public typealias Reply = WebPasswordReply
}

/// What `WebPassword` answers.
public struct WebPasswordReply: Codable, Sendable, Equatable {
    /// The password.
    public var password: String

    /// A reply of `WebPassword`.
    public init(password: String) {
        self.password = password
    }
}
