import Crypto
import PhoneSettings

/// The accounts with which one phone's pages are opened, as far as anybody else must know: digests, never passwords.
struct WebAccounts: Sendable, Equatable {
    /// A name and a password, as a keyed digest that only this process can make.
    struct Account: Sendable, Equatable {
        let name: String
        let digest: [UInt8]
    }

    /// The parameters that they are made of.
    static let parameters: [ParameterKey] = [.adminID, .adminPassword, .userID, .userPassword]

    let administrator: Account
    /// `nil` while it is closed: until USER_PASS has been set.
    let user: Account?

    /// The accounts of a phone.
    ///
    /// The factory's passwords are known to all and open nothing. Where the administrator has no other, `fallback` counts.
    init(_ settings: EffectiveSettings, fallback: String, key: SymmetricKey) {
        let adminName = settings.text(.adminID)
        administrator = Account(
            name: adminName,
            digest: Self.digest(adminName, Self.own(.adminPassword, settings) ?? fallback, key)
        )
        let userName = settings.text(.userID)
        user = Self.own(.userPassword, settings).map {
            Account(name: userName, digest: Self.digest(userName, $0, key))
        }
    }

    /// The password that was set for this phone; `nil` when none was, or the factory's, or an empty one.
    private static func own(_ key: ParameterKey, _ settings: EffectiveSettings) -> String? {
        guard let value = settings.value(key), !value.isEmpty, value != settings.dictionary.defaultValue(of: key) else {
            return nil
        }
        return value
    }

    /// The digest by which names and passwords are compared: of the same length whatever they are.
    static func digest(_ name: String, _ password: String, _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array((name + "\0" + password).utf8), using: key))
    }

    /// Which of the accounts has this digest. Both are compared, and every byte of them, so that the time tells nothing.
    func account(with digest: [UInt8]) -> (role: Access.Role, account: Account)? {
        let isAdministrator = Self.isEqual(administrator.digest, digest)
        let isUser = user.map { Self.isEqual($0.digest, digest) } ?? false
        if isAdministrator { return (.administrator, administrator) }
        if isUser, let user { return (.user, user) }
        return nil
    }

    private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
