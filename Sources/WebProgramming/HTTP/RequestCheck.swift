import HTTPTypes
import Hummingbird

/// What has to be true of a request that changes something, beside the form's token.
enum RequestCheck {
    /// Whether the browser says that another site's page sent it (Fetch Metadata, Sec-Fetch-Site; RFC 6454, Origin).
    static func isFromElsewhere(_ request: Request) -> Bool {
        let site = request.headers.first { $0.name.canonicalName == "sec-fetch-site" }?.value
        if let site, site != "same-origin", site != "none" { return true }
        guard let origin = request.headers[.origin] else { return false }
        guard let host = request.head.authority else { return true }
        return origin.lowercased() != "https://" + host.lowercased()
    }
}
