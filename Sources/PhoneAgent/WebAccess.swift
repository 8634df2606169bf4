import Control
import Crypto
import Logging
import PhoneSettings
import Provisioning

/// Who may open the pages of web programming: accounts of all phones, open sessions, wrong tries.
///
/// Passwords are compared here and nowhere else, so that who serves the pages never has one that it was not given.
actor WebAccess {
    /// The password that counts for administrators of phones that have none of their own.
    nonisolated let fallbackPassword: String
    /// Makes digests that nobody outside this process can compare with others.
    private let key = SymmetricKey(size: .bits256)
    private let logger: Logger
    private var phones: [MACAddress: (identity: PhoneIdentity, accounts: WebAccounts)] = [:]
    private var order: [MACAddress] = []
    private var sessions = SessionTable()
    private var limiter = TryLimiter()

    /// The longest name or password that is looked at, in bytes.
    static let maximumBytes = 1024

    init(fallbackPassword: String, logger: Logger) {
        self.fallbackPassword = fallbackPassword
        self.logger = logger
    }

    /// Takes the accounts that a phone's settings have now. A session whose password has changed no longer opens it.
    func update(_ settings: EffectiveSettings, of identity: PhoneIdentity) {
        let accounts = WebAccounts(settings, fallback: fallbackPassword, key: key)
        if phones.updateValue((identity, accounts), forKey: identity.mac) == nil { order.append(identity.mac) }
    }

    /// A phone that the configuration no longer has opens for nobody.
    func forget(_ mac: MACAddress) {
        phones[mac] = nil
        order.removeAll { $0 == mac }
    }

    /// Opens a session on every one of `macs` that the name and password open.
    ///
    /// - Returns: what names the session.
    /// - Throws: ``Control/ControlError``.
    func signIn(_ request: SignInRequest, to macs: [MACAddress], at now: Duration) throws(ControlError) -> String {
        guard Self.isAddress(request.from) else {
            throw .invalidValue(name: "from", reason: "a numeric address is needed")
        }
        if let seconds = limiter.wait(request.from, at: now) { throw .tooManyTries(seconds: seconds) }
        let isShort = max(request.account.utf8.count, request.password.utf8.count) <= Self.maximumBytes
        let digest = WebAccounts.digest(isShort ? request.account : "", isShort ? request.password : "", key)
        var digests: [MACAddress: [UInt8]] = [:]
        for mac in macs where phones[mac]?.accounts.account(with: digest) != nil && isShort { digests[mac] = digest }
        guard !digests.isEmpty else {
            limiter.failed(request.from, at: now)
            logger.warning("web programming: a wrong name or password from \(request.from)")
            throw .signInRefused
        }
        let name = Self.randomName()
        let session = SessionTable.Session(
            account: request.account,
            from: request.from,
            digests: digests,
            begun: now,
            used: now
        )
        sessions.open(name, session)
        logger.notice("web programming: \(Self.plain(request.account)) signed in from \(request.from)")
        return name
    }

    /// Who has signed in.
    ///
    /// - Throws: ``Control/ControlError/sessionEnded``, also when no phone takes the password any more.
    func resume(_ name: String, renew: Bool, at now: Duration) throws(ControlError) -> SignedIn {
        guard let session = sessions.session(name, renew: renew, at: now) else { throw .sessionEnded }
        let open = order.compactMap { mac -> OpenPhone? in
            guard let digest = session.digests[mac], let phone = phones[mac],
                let role = phone.accounts.account(with: digest)?.role
            else { return nil }
            return OpenPhone(mac: mac.upperCase, model: phone.identity.model, role: AccountRole(role))
        }
        guard !open.isEmpty else {
            _ = sessions.close(name)
            throw .sessionEnded
        }
        return SignedIn(account: Self.plain(session.account), from: session.from, phones: open)
    }

    /// Ends a session.
    func signOut(_ name: String) {
        guard let session = sessions.close(name) else { return }
        logger.notice("web programming: \(Self.plain(session.account)) signed out, from \(session.from)")
    }

    /// 258 random bits in the alphabet of base64url (RFC 4648 section 5).
    private static func randomName() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var random = SystemRandomNumberGenerator()
        return String((0..<43).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] })
    }

    /// Without what could pretend to be another line or field of a log.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(64)
            )
        )
    }

    private static func isAddress(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.allSatisfy { $0.isHexDigit || ".:%".contains($0) || $0.isLetter }
            && text.utf8.allSatisfy { $0 < 0x80 }
    }
}

extension AccountRole {
    init(_ role: Access.Role) {
        switch role {
        case .administrator: self = .administrator
        case .user: self = .user
        }
    }
}

extension Access.Role {
    init(_ role: AccountRole) {
        switch role {
        case .administrator: self = .administrator
        case .user: self = .user
        }
    }
}
