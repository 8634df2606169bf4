/// One SUBSCRIBE of one phone and what came of it: the client transaction (RFC 3261 section 17.1.2) and the wait for
/// the NOTIFY (RFC 6665 section 4.1.2).
struct PnPExchange: Sendable {
    /// The client transaction.
    enum Transaction: Hashable, Sendable {
        /// The SUBSCRIBE is sent again and again; the next interval follows.
        case trying(interval: Duration)
        /// A provisional response came; sent again every T2.
        case proceeding
        /// A final response came; more of them are taken until timer K.
        case completed
        /// Responses are not taken any more.
        case terminated
    }

    /// The wait for the URL.
    enum Window: Hashable, Sendable {
        /// The phone waits.
        case open
        /// A valid URL came and was handed over.
        case found
        /// The phone waits no more.
        case closed
    }

    /// A server that answered: what is told of it, and what its next datagram is compared with.
    struct Answerer: Hashable, Sendable {
        var server: PnPServer
        /// To tag of its response; nil before one came.
        var responseTag: String?
        var hasNotified = false
    }

    let serial: UInt64
    let mac: String
    let identifiers: PnPIdentifiers
    let requestURI: String
    let userAgent: String
    let localAddress: SIPAddress
    let destination: SIPAddress
    /// The SUBSCRIBE. Retransmissions are the same bytes.
    let request: [UInt8]
    let startedAt: Duration

    var attempts = 1
    var transaction = Transaction.trying(interval: SIPTimers.t1)
    var window = Window.open
    var answerers: [Answerer] = []
    /// Call-ID of the NOTIFY that brought the URL, when it was not the SUBSCRIBE's: its repetitions are answered too.
    var foreignCallID: String?
    var isToldOfFlood = false
    var notes = NoteBudget(limit: SIPLimits.maximumExchangeNotes)

    func timer(_ kind: SIPUserAgent.TimerID.Kind) -> SIPUserAgent.TimerID {
        SIPUserAgent.TimerID(exchange: serial, kind: kind)
    }

    /// Position of the server in `answerers`; nil when the table is full of others.
    mutating func answerer(_ address: SIPAddress, at now: Duration) -> Int? {
        if let index = answerers.firstIndex(where: { $0.server.address == address }) { return index }
        guard answerers.count < SIPLimits.maximumServers else { return nil }
        let server = PnPServer(address: address, product: "", delay: now - startedAt, deviations: [])
        answerers.append(Answerer(server: server))
        return answerers.count - 1
    }
}

extension SubscribeRequest {
    /// The SUBSCRIBE, in the order of header fields that servers depend on which read by line number: Event is the
    /// seventh line (measured with pnpserv); branch is the first Via parameter.
    func message(from local: SIPAddress, group: SIPAddress) -> (uri: String, bytes: [UInt8]) {
        let uri = "sip:\(userForm.rawValue)\(mac)@\(host ?? group.uriHost)"
        var writer = SIPMessageWriter(method: "SUBSCRIBE", requestURI: uri)
        writer.add("Via", "SIP/2.0/UDP \(local);branch=\(identifiers.branch);rport")
        writer.add("From", "<\(uri)>;tag=\(identifiers.fromTag)")
        writer.add("To", "<\(uri)>")
        writer.add("Call-ID", identifiers.callID)
        writer.add("CSeq", "1 SUBSCRIBE")
        writer.add(
            "Event",
            "ua-profile;profile-type=\"device\";vendor=\"\(Self.quotable(vendor))\";model=\"\(Self.quotable(model))\";"
                + "version=\"\(Self.quotable(version))\""
        )
        writer.add("Expires", "0")
        writer.add("Accept", "application/url")
        writer.add("Contact", "<sip:\(local)>")
        writer.add("User-Agent", userAgent)
        writer.add("Max-Forwards", "70")
        return (uri, writer.finish())
    }

    /// Backslashes before what would end a quoted string (RFC 3261 section 25.1, `quoted-pair`).
    private static func quotable(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { result.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result
    }
}
