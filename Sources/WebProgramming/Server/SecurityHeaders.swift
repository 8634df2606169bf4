import HTTPTypes
import Hummingbird

/// What every answer says to the browser, so that a page can do what it needs and nothing else.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = WebContext

    private static let fields: [(String, String)] = [
        // Scripts and styles from our own files only: what a file or a user has written into a value never runs.
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
                + "trusted-types phoneprov"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        // Not no-referrer: with that a browser says of our own forms that they come from nowhere (Fetch, Origin: null).
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Strict-Transport-Security", "max-age=31536000"),
    ]

    private static let named: [HTTPField] = fields.compactMap { name, value in
        HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
    }

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for field in Self.named { response.headers.append(field) }
        // A page shows what one account may see: no cache keeps it. Files of the site say themselves that they may be kept.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
