/// A status that this user agent answers with, and the header fields that belong to it.
enum SIPAnswer: Hashable, Sendable {
    case ok
    case options
    case badRequest(String)
    case notFound
    /// 403: a resync NOTIFY of somebody whom the phone does not trust.
    case forbidden
    case methodNotAllowed
    case unsupportedScheme
    case badExtension(String)
    case noSubscription
    case noTransaction(of: SIPMethod)
    case loopDetected
    case badEvent
    case notImplemented
    case unsupportedVersion

    var status: Int {
        switch self {
        case .ok, .options: 200
        case .badRequest: 400
        case .notFound: 404
        case .forbidden: 403
        case .methodNotAllowed: 405
        case .unsupportedScheme: 416
        case .badExtension: 420
        case .noSubscription, .noTransaction: 481
        case .loopDetected: 482
        case .badEvent: 489
        case .notImplemented: 501
        case .unsupportedVersion: 505
        }
    }

    var reason: String {
        switch self {
        case .ok, .options: "OK"
        case .badRequest(let reason): reason
        case .notFound: "Not Found"
        case .forbidden: "Forbidden"
        case .methodNotAllowed: "Method Not Allowed"
        case .unsupportedScheme: "Unsupported URI Scheme"
        case .badExtension: "Bad Extension"
        case .noSubscription: "Subscription Does Not Exist"
        case .noTransaction: "Call/Transaction Does Not Exist"
        case .loopDetected: "Loop Detected"
        case .badEvent: "Bad Event"
        case .notImplemented: "Not Implemented"
        case .unsupportedVersion: "Version Not Supported"
        }
    }

    /// Header fields beside those that every response has.
    var headers: [(name: String, value: String)] {
        switch self {
        case .options: [("Allow", Self.allow), ("Accept", "application/url, message/external-body"), Self.allowEvents]
        case .methodNotAllowed, .notImplemented: [("Allow", Self.allow)]
        case .badExtension(let unsupported): [("Unsupported", unsupported)]
        case .badEvent: [Self.allowEvents]
        case .ok, .badRequest, .notFound, .forbidden, .unsupportedScheme, .noSubscription, .noTransaction,
            .loopDetected,
            .unsupportedVersion:
            []
        }
    }

    private static let allow = "NOTIFY, OPTIONS"
    private static let allowEvents = (name: "Allow-Events", value: "ua-profile")
}
