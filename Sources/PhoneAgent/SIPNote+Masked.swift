import Provisioning
import SIP

extension SIPNote {
    /// The note as everybody may read it: a URL that a server gave may hold a password.
    var masked: String { "\(withoutSecrets)" }

    private var withoutSecrets: SIPNote {
        switch self {
        case .notifyReceived(let url, let used, let server):
            .notifyReceived(url: ProvisioningURL.masked(url), used: used, server: server)
        case .withSuppressed(let note, let count): .withSuppressed(note.withoutSecrets, count: count)
        default: self
        }
    }
}
