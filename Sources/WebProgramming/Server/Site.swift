import Control
import HTTPTypes
import Hummingbird
import Logging

/// The pages: which there are, who may see them, and what happens when something goes wrong.
struct Site: Sendable {
    let controlSocket: String
    let templates: Templates
    let logger: Logger
    let watchers = ConnectionCount()

    /// How many bytes a form may have.
    static let maximumFormBytes = 64 * 1024
    /// How long a form may take to arrive.
    static let formTimeout = Duration.seconds(30)

    /// - Throws: when a template is wrong.
    init(controlSocket: String, logger: Logger) throws {
        self.controlSocket = controlSocket
        self.logger = logger
        templates = try Templates()
    }

    /// What answers requests.
    var responder: RouterResponder<WebContext> {
        let router = Router(context: WebContext.self)
        router.middlewares.add(SecurityHeaders())
        router.middlewares.add(FaultPages(site: self))
        for asset in Assets.all {
            router.get(RouterPath(asset.path)) { _, _ in Assets.response(asset) }
        }
        addSignIn(to: router)
        addOverview(to: router)
        addPhone(to: router)
        addProvisioning(to: router)
        addSettings(to: router)
        addFiles(to: router)
        addHistory(to: router)
        addMaintenance(to: router)
        addArchive(to: router)
        addEvents(to: router)
        return router.buildResponder()
    }

    // MARK: Who visits

    /// Connects to the daemon as the visitor whose cookie came.
    ///
    /// - Throws: ``SiteError/signedOut``, `ControlClientError`.
    func visitor(_ request: Request, renew: Bool = true) async throws -> Visitor {
        guard let session = Cookie.session.value(in: request.headers) else { throw SiteError.signedOut }
        let daemon = try await ControlClient.connect(to: controlSocket)
        do {
            let signedIn = try await daemon.call(ResumeRequest(session: session, renew: renew))
            return Visitor(session: session, signedIn: signedIn, daemon: daemon)
        } catch {
            await daemon.close()
            if case .control(.sessionEnded) = error { throw SiteError.signedOut }
            throw error
        }
    }

    /// Shows something to a visitor.
    func visit(
        _ request: Request,
        _ body: (Visitor) async throws -> Response
    ) async throws -> Response {
        let visitor = try await visitor(request)
        do {
            let response = try await body(visitor)
            await visitor.daemon.close()
            return response
        } catch {
            await visitor.daemon.close()
            throw error
        }
    }

    /// Shows something about the phone that the path names.
    func visitPhone(
        _ request: Request,
        _ context: WebContext,
        as role: AccountRole = .user,
        _ body: (VisitedPhone) async throws -> Response
    ) async throws -> Response {
        let mac = try context.parameters.require("mac")
        return try await visit(request) { visitor in
            guard let phone = visitor.signedIn.phones.first(where: { $0.mac == mac }) else { throw SiteError.notFound }
            guard phone.role >= role else { throw SiteError.forbidden("Sign in as the phone's administrator for it.") }
            return try await body(VisitedPhone(visitor: visitor, phone: phone))
        }
    }

    /// Takes a form about the phone that the path names. Nothing but our own page can have sent it.
    func changePhone(
        _ request: Request,
        _ context: WebContext,
        as role: AccountRole = .user,
        _ body: (VisitedPhone, FormFields) async throws -> Response
    ) async throws -> Response {
        try await visitPhone(request, context, as: role) { phone in
            let form = try await form(of: request)
            try check(form["csrf"], of: phone.visitor.session, request)
            return try await body(phone, form)
        }
    }

    /// - Throws: ``SiteError/foreignForm``.
    func check(_ token: String, of cookie: String, _ request: Request) throws(SiteError) {
        guard !RequestCheck.isFromElsewhere(request), FormToken.isRight(token, for: cookie) else {
            throw .foreignForm
        }
    }

    /// The fields of a form.
    ///
    /// - Throws: ``SiteError``.
    func form(of request: Request) async throws -> FormFields {
        guard let type = request.headers[.contentType], type.hasPrefix("application/x-www-form-urlencoded") else {
            throw SiteError.badForm("It is not of the kind that a page of this phone sends.")
        }
        let bytes = try await Self.body(of: request, limit: Self.maximumFormBytes)
        guard let text = String(validating: bytes, as: UTF8.self), let form = FormFields(text) else {
            throw SiteError.badForm("Its fields cannot be read. Go back, load the page again, and send it again.")
        }
        return form
    }

    /// What was sent, up to a limit of bytes and of time.
    ///
    /// - Throws: ``SiteError``.
    static func body(of request: Request, limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw SiteError.tooLarge(limit: limit)
        }
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                for try await chunk in body {
                    guard bytes.count + chunk.readableBytes <= limit else { throw SiteError.tooLarge(limit: limit) }
                    bytes += chunk.readableBytesView
                }
                return bytes
            }
            group.addTask {
                try await Task.sleep(for: formTimeout)
                throw SiteError.tooSlow
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
