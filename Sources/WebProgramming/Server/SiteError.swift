import Control
import HTTPTypes

/// Why a page cannot be shown, in words for the person who looks.
enum SiteError: Error {
    /// There is no such page, or not for this account.
    case notFound
    /// The page is not for this account.
    case forbidden(String)
    /// The form was not sent by our own page.
    case foreignForm
    /// The form cannot be read.
    case badForm(String)
    /// More than this was sent.
    case tooLarge(limit: Int)
    /// It took longer than is waited for.
    case tooSlow
    /// Nobody has signed in, or the session has ended.
    case signedOut
    /// Too many pages are watched at the same time.
    case tooManyWatchers

    var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .forbidden, .foreignForm: .forbidden
        case .badForm: .badRequest
        case .tooLarge: .contentTooLarge
        case .tooSlow: .requestTimeout
        case .signedOut: .seeOther
        case .tooManyWatchers: .serviceUnavailable
        }
    }

    /// What happened, then what to do.
    var sentences: (title: String, text: String) {
        switch self {
        case .notFound: ("There is no such page", "It may have been another phone's, or a run that is no longer kept.")
        case .forbidden(let reason): ("This is not yours to do", reason)
        case .foreignForm:
            (
                "The form was not accepted",
                "It did not come from a page of this phone, or that page is older than your session. Go back, load it "
                    + "again, and send it again."
            )
        case .badForm(let reason): ("The form was not understood", reason)
        case .tooLarge(let limit): ("That is too much", "At most \(limit) bytes are taken here. Nothing was changed.")
        case .tooSlow: ("That took too long", "The form did not arrive in time. Nothing was changed: send it again.")
        case .signedOut: ("Sign in", "The session has ended.")
        case .tooManyWatchers:
            (
                "Too many pages are watched at the same time",
                "Close some, or load this one again to see how things stand."
            )
        }
    }
}

/// An error of the daemon in the words of a page.
struct DaemonFault {
    let status: HTTPResponse.Status
    let title: String
    let text: String

    init(_ error: ControlClientError) {
        switch error {
        case .control(let refusal):
            (status, title) =
                switch refusal {
                case .noSuchPhone, .ambiguousPhone, .noSuchParameter, .noSuchRun: (.notFound, "There is no such page")
                case .invalidValue, .notChangeable: (.badRequest, "The value is not taken")
                case .notPermitted: (.forbidden, "This is not yours to do")
                case .tooManyTries: (.tooManyRequests, "Too many wrong tries")
                case .busy, .shuttingDown: (.serviceUnavailable, "The phone is busy")
                case .signInRefused, .sessionEnded: (.forbidden, "Sign in")
                default: (.internalServerError, "The phone could not do that")
                }
            text = "\(refusal)"
        case .noDaemon, .refused, .connectionClosed:
            status = .serviceUnavailable
            title = "The phone is not running"
            text = "phoneprovd does not answer. Start it, on the machine itself: systemctl start phoneprovd"
        case .permissionDenied:
            status = .serviceUnavailable
            title = "The phone cannot be reached"
            text =
                "phoneprov-web may not use the daemon's control socket. Its user has to be a member of the group phoneprovd."
        default:
            status = .serviceUnavailable
            title = "The phone does not answer"
            text = "\(error)"
        }
    }
}
