import Provisioning

/// Message identifiers of the journal: one for each kind of event that matters (sd-id128(3)). They never change.
///
/// phoneprovd.catalog says of each what it means and what to do (`journalctl -x`).
enum MessageID {
    /// A setting has another value, by a run or by hand.
    static let settingChanged = "63d11dd4cbc34603a46f2c6f9b3ca78d"
    /// Flash was damaged and starts empty, or cannot be kept.
    static let storeDamaged = "89b198865ecf4a77b21ba0b0b4d39104"
    /// Flash was brought from an older version to today's.
    static let storeMigrated = "a9d2e8b498744a4293736769cd489dc6"
    /// PnP servers gave a phone different URLs.
    static let pnpConflict = "b470b48f3bdf4a1ea2e80c2ffb9b80ff"
    /// A changed configuration is in force.
    static let reloaded = "201b220d0119475481935b746c67380c"
    /// A changed configuration was refused, and the one before stays in force.
    static let reloadRefused = "1e64d30829304e43a9d1372c3a597908"
    /// Somebody asked over the control socket for what is not his to ask for.
    static let callRefused = "c2fcc3e4979949cea9fae6e5ae2b3ef0"

    /// A run has ended: well, with saved copies, or without settings.
    static func runEnded(_ outcome: Outcome?) -> String {
        switch outcome {
        case .provisioned, .disabled, nil: "995d9b3283c6407b93a2d11d0c24b973"
        case .fallback, .partial: "99f8a10dc33646b7a18bf8879dcb803e"
        case .failed: "e13428f7767a42f7a421676751c8f400"
        }
    }
}
