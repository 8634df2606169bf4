import Control

/// Who looks at a page: a session that the daemon has confirmed, and the connection that acts for it.
struct Visitor: Sendable {
    /// What names the session.
    let session: String
    /// Who has signed in, and to which phones.
    let signedIn: SignedIn
    /// Every call over it has the account's rights, and no others.
    let daemon: ControlClient

    /// The token of this session's forms.
    var token: String { FormToken.of(session) }
}

/// A phone of the visitor's.
struct VisitedPhone: Sendable {
    let visitor: Visitor
    let phone: OpenPhone

    var mac: String { phone.mac }
    var isAdministrator: Bool { phone.role == .administrator }
    /// The path of the phone's pages.
    var path: String { "/phones/\(phone.mac)" }

    func ask<Request: ControlRequest>(_ request: Request) async throws(ControlClientError) -> Request.Reply {
        try await visitor.daemon.call(request)
    }
}
