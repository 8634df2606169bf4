import Provisioning
import SIP

extension SIPNote {
    /// The note as everybody may read it: a URL that a server gave may hold a password.
    var masked: String {
        if case .notifyReceived(let url, let used, let server) = self {
            return "\(SIPNote.notifyReceived(url: ProvisioningURL.masked(url), used: used, server: server))"
        }
        return "\(self)"
    }
}
