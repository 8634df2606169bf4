/// What happened on the wire, for the trace and the log: one line that a VoIP engineer understands.
public enum SIPNote: Hashable, Sendable, CustomStringConvertible {
    /// A SUBSCRIBE went out; `attempt` counts from 1.
    case subscribeSent(requestURI: String, to: SIPAddress, attempt: Int)
    /// No SUBSCRIBE could be sent.
    case notSubscribed(Obstacle)
    /// A response to the SUBSCRIBE came.
    case responseReceived(status: Int, reason: String, server: PnPServer)
    /// A NOTIFY with a valid URL came. `used`: the phone takes it; not when it has one already or waits no more.
    case notifyReceived(url: String, used: URLUse, server: PnPServer)
    /// A NOTIFY without a valid URL came; it is answered 200, and the phone goes on waiting.
    case notifyWithoutURL(PnPURLProblem, server: PnPServer)
    /// A NOTIFY of the same server came once more, because the answer was lost or the server does not read it.
    case notifyRepeated(server: PnPServer)
    /// A NOTIFY was used that could not be answered, as it has no Via.
    case notifyUnanswerable(from: SIPAddress)
    /// The window is closed. `servers` answered in it.
    case windowClosed(servers: Int, found: Bool)
    /// So many datagrams come that for a second only those with a Call-ID of the phones are read.
    case flood
    /// The transaction timed out (timer F) before the caller closed the window.
    case transactionTimedOut
    /// A resync NOTIFY came and was answered 200.
    case resyncReceived(event: String, requestURI: String, from: SIPAddress)
    /// The same resync NOTIFY came once more: answered again, acted on once.
    case resyncRepeated(from: SIPAddress)
    /// A request that belongs to no exchange was answered.
    case answered(method: String, from: SIPAddress, status: Int, reason: String, why: String)
    /// A datagram was dropped.
    case dropped(DropReason, from: SIPAddress)
    /// That many notes were left out before this one, to keep the log bounded.
    case suppressed(count: Int)
    /// A note, and how many were left out before it, to keep the log short.
    indirect case withSuppressed(SIPNote, count: Int)
    /// A phone was not taken, as the socket already has `limit` of them.
    case phoneRefused(limit: Int)

    /// Why no SUBSCRIBE was sent.
    public enum Obstacle: Hashable, Sendable {
        /// The phone was not added to this socket.
        case unknownPhone
        /// The interface has no address.
        case noLocalAddress
        /// The Call-ID is in use.
        case callIDInUse
    }

    /// What became of a URL.
    public enum URLUse: Hashable, Sendable {
        /// The phone takes it.
        case taken
        /// Another server was first, or this one sent two.
        case notFirst
        /// The phone waits no more.
        case tooLate
    }

    /// Why a datagram was dropped.
    public enum DropReason: Hashable, Sendable {
        /// It is not a SIP message.
        case unreadable(SIPParseError)
        /// A response to nothing that was sent.
        case strayResponse(status: Int)
        /// A response with several Vias: meant for somebody else (RFC 3261 section 8.1.3.3).
        case misdirectedResponse(status: Int)
        /// An ACK is never answered.
        case ack
        /// A request to the group that is no business of a phone.
        case notForPhones(method: String)
        /// A request without a Via: there is no way to answer it.
        case requestWithoutVia(method: String)
        /// Too many requests in this second.
        case tooManyRequests
        /// UDP port 0, which no answer can go to (RFC 768).
        case fromPortZero
    }

    /// One line.
    public var description: String {
        switch self {
        case .subscribeSent(let uri, let address, let attempt):
            "→ SUBSCRIBE \(uri.printable()) to \(address) (try \(attempt))"
        case .notSubscribed(.unknownPhone): "no SUBSCRIBE sent: the phone does not use this socket"
        case .notSubscribed(.noLocalAddress): "no SUBSCRIBE sent: the interface has no address yet"
        case .notSubscribed(.callIDInUse): "no SUBSCRIBE sent: the Call-ID is already in use"
        case .responseReceived(let status, let reason, let server):
            "← \(status) \(reason.printable()) from \(server)"
        case .notifyReceived(let url, .taken, let server): "← NOTIFY from \(server): \(url.printable())"
        case .notifyReceived(let url, .notFirst, let server):
            "← NOTIFY from \(server): \(url.printable()), not used: another URL came first"
        case .notifyReceived(let url, .tooLate, let server):
            "← NOTIFY from \(server): \(url.printable()), not used: too late"
        case .notifyWithoutURL(let problem, let server): "← NOTIFY from \(server): no valid URL: \(problem)"
        case .notifyRepeated(let server): "← NOTIFY repeated by \(server)"
        case .notifyUnanswerable(let source): "NOTIFY from \(source) not answered: it has no Via"
        case .windowClosed(let servers, let found):
            servers == 0
                ? "SIP PnP: no server answered"
                : "SIP PnP: \(servers) server(s) answered, \(found ? "URL found" : "none with a valid URL")"
        case .flood:
            "more than \(SIPLimits.maximumStrangersPerSecond) datagrams a second that belong to no exchange: only answers "
                + "with the phone's Call-ID are read while they last"
        case .transactionTimedOut: "SIP PnP: SUBSCRIBE timed out"
        case .resyncReceived(let event, let uri, let source):
            "← NOTIFY \(uri.printable()) from \(source), Event \(event.printable()): 200, loading the configuration anew"
        case .resyncRepeated(let source): "← NOTIFY repeated by \(source): 200, already being acted on"
        case .answered(let method, let source, let status, let reason, let why):
            "← \(method.printable()) from \(source): \(status) \(reason)" + (why.isEmpty ? "" : " (\(why.printable()))")
        case .dropped(let reason, let source): "datagram from \(source) dropped: \(reason)"
        case .suppressed(let count): "\(count) more of these were not written"
        case .withSuppressed(let note, let count): "\(note); \(count) others before it were not written"
        case .phoneRefused(let limit): "phone not added: the socket already has \(limit) phones, the limit"
        }
    }
}

extension SIPNote.DropReason: CustomStringConvertible {
    /// A few words.
    public var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .strayResponse(let status): "response \(status) to nothing that was sent"
        case .misdirectedResponse(let status): "response \(status) with several Vias is meant for somebody else"
        case .ack: "an ACK is never answered"
        case .notForPhones(let method): "\(method.printable()) to the group is not for phones"
        case .requestWithoutVia(let method): "\(method.printable()) without a Via cannot be answered"
        case .fromPortZero: "its source port is 0, where no answer can go"
        case .tooManyRequests: "more than \(SIPLimits.maximumStrangerAnswersPerSecond) requests in this second"
        }
    }
}
