import Control
import HTTPTypes
import Hummingbird

/// Turns what goes wrong into a page that says what happened and what to do.
struct FaultPages: RouterMiddleware {
    typealias Context = WebContext

    let site: Site

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch SiteError.signedOut {
            return signIn(request)
        } catch let error as SiteError {
            let (title, text) = error.sentences
            return page(error.status, title, text, closes: error.endsConnection)
        } catch let error as ControlClientError {
            let fault = DaemonFault(error)
            return page(fault.status, fault.title, fault.text)
        } catch let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed {
            let (title, text) = SiteError.notFound.sentences
            return page(.notFound, title, text)
        } catch {
            site.logger.error("\(request.method) \(Self.plain(request.uri.path)): \(error)")
            return page(.internalServerError, "This page failed", "The journal of phoneprov-web says why.")
        }
    }

    /// To the page for signing in, and from there back to where one wanted to go.
    private func signIn(_ request: Request) -> Response {
        var response = Response(status: .seeOther)
        let path = request.uri.path
        let wanted =
            request.method == .get && path != "/" && Site.isOwnPath(path)
            ? "?next=\(path.percentEncoded)" : ""
        response.headers[.location] = "/sign-in\(wanted)"
        if Cookie.session.value(in: request.headers) != nil { response.headers[.setCookie] = Cookie.session.clearing }
        return response
    }

    private func page(
        _ status: HTTPResponse.Status,
        _ title: String,
        _ text: String,
        closes: Bool = false
    ) -> Response {
        var response = site.page(title: title, template: "message", ["heading": title, "text": text], status: status)
        if closes { response.headers[.connection] = "close" }
        return response
    }

    /// A path without what could pretend to be another line of a log.
    private static func plain(_ text: String) -> String {
        String(text.filter { !$0.isNewline && $0 != "\u{1B}" }.prefix(256))
    }
}

extension SiteError {
    /// Whether the rest of the request is not read.
    fileprivate var endsConnection: Bool {
        switch self {
        case .tooLarge, .tooSlow: true
        default: false
        }
    }
}
