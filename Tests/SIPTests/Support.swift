import Testing

@testable import SIP

/// The bytes of a message written as text: every line end becomes CRLF, and the text ends with one.
func wire(_ text: String) -> [UInt8] {
    Array(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n").utf8) + [0x0D, 0x0A]
}

/// The bytes of a message without body: header fields and the empty line.
func wireWithoutBody(_ text: String) -> [UInt8] {
    wire(text + "\n")
}

func parsed(_ bytes: [UInt8]) throws -> SIPMessage {
    try SIPMessage.parse(bytes)
}

let mac = "0080F0ABCDEF"
let phoneAddress = SIPAddress(host: "198.51.100.50", port: 5060)
let serverAddress = SIPAddress(host: "198.51.100.1", port: 5060)
let strangerAddress = SIPAddress(host: "203.0.113.9", port: 40_000)
let ourCallID = "c0ffee00c0ffee00c0ffee00c0ffee00"
let ourBranch = "z9hG4bK0123456789abcdef"
let ourTag = "tag0123456789"

func subscribeRequest(
    mac: String = mac,
    callID: String = ourCallID,
    userForm: SubscribeRequest.UserForm = .escapedLowercase,
    host: String? = nil,
    vendor: String = "Panasonic"
) throws -> SubscribeRequest {
    try SubscribeRequest(
        mac: mac,
        vendor: vendor,
        model: "KX-UTG200B",
        version: "03.131",
        userForm: userForm,
        host: host,
        userAgent: "Panasonic_KX-UTG200B/03.131 (0080f0abcdef)",
        identifiers: PnPIdentifiers(callID: callID, branch: ourBranch, fromTag: ourTag)
    )
}

/// A user agent with what it answered, in the manner of a phone on a desk.
struct Desk {
    var agent: SIPUserAgent
    var now = Duration.seconds(1_000)

    init(
        allowForeignCallID: Bool = false,
        phones: [SIPUserAgent.Phone] = [SIPUserAgent.Phone(mac: mac, resyncEvent: "check-sync", resyncUsers: ["1001"])],
        callIDPrefix: String = ""
    ) {
        agent = SIPUserAgent(
            configuration: .init(
                userAgent: "Panasonic",
                allowForeignCallID: allowForeignCallID,
                callIDPrefix: callIDPrefix,
                tagSeed: 7
            )
        )
        for phone in phones { _ = agent.handle(.phoneAdded(phone), at: now) }
        _ = agent.handle(.localAddressChanged(phoneAddress), at: now)
    }

    /// With an open window.
    static func waiting(allowForeignCallID: Bool = false) throws -> Desk {
        var desk = Desk(allowForeignCallID: allowForeignCallID)
        _ = desk.agent.handle(.subscribe(try subscribeRequest()), at: desk.now)
        desk.now += .milliseconds(3)
        return desk
    }

    mutating func receive(_ bytes: [UInt8], from source: SIPAddress = serverAddress) -> Reaction {
        Reaction(actions: agent.handle(.datagram(bytes, from: source), at: now))
    }

    mutating func fire(_ timer: SIPUserAgent.TimerID) -> Reaction {
        Reaction(actions: agent.handle(.timerFired(timer), at: now))
    }
}

/// The actions of one event, by kind.
struct Reaction {
    let actions: [SIPUserAgent.Action]

    /// What was sent, and where to.
    var sent: [(bytes: [UInt8], to: SIPAddress)] {
        actions.compactMap { if case .send(let bytes, let to) = $0 { (bytes, to) } else { nil } }
    }

    var statuses: [Int] { sent.compactMap { try? SIPMessage.parse($0.bytes).status } }

    var urls: [String] { actions.compactMap { if case .pnpFound(_, let url, _) = $0 { url } else { nil } } }

    var server: PnPServer? {
        for action in actions {
            switch action {
            case .pnpFound(_, _, let server), .pnpRefused(_, _, _, let server): return server
            case .note(_, .notifyReceived(_, _, let server)), .note(_, .notifyWithoutURL(_, let server)),
                .note(_, .responseReceived(_, _, let server)), .note(_, .notifyRepeated(let server)):
                return server
            default: continue
            }
        }
        return nil
    }

    var deviations: Set<SIPDeviation> { server?.deviations ?? [] }

    var resynced: [String] { actions.compactMap { if case .resync(let mac, _, _, _) = $0 { mac } else { nil } } }

    var admissions: [SIPAdmission] {
        actions.compactMap { if case .admit(let admission) = $0 { admission } else { nil } }
    }

    var notes: [SIPNote] { actions.compactMap { if case .note(_, let note) = $0 { note } else { nil } } }

    func answer() throws -> SIPMessage {
        let first = try #require(sent.first, "nothing was sent")
        return try SIPMessage.parse(first.bytes)
    }
}

/// A NOTIFY as RFC 6665 has it, of which each test changes one thing.
func notify(
    requestURI: String = "sip:198.51.100.50:5060",
    via: String = "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKserver1",
    from: String = "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=server",
    to: String = "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=\(ourTag)",
    callID: String = "Call-ID: \(ourCallID)",
    cseq: String = "CSeq: 1 NOTIFY",
    event: String = "Event: ua-profile",
    state: String = "Subscription-State: terminated;reason=timeout",
    contentType: String = "Content-Type: application/url",
    contentLength: String? = nil,
    extra: String = "",
    body: String = "http://198.51.100.1/{MODEL}.cfg"
) -> [UInt8] {
    let length = contentLength ?? "Content-Length: \(body.utf8.count)"
    let lines = [
        "NOTIFY \(requestURI) SIP/2.0", via, "Max-Forwards: 70", from, to, callID, cseq, event, state, extra,
        contentType, length,
    ]
    return Array((lines.filter { !$0.isEmpty }.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
}

/// A 200 to our SUBSCRIBE, correct in all.
func accepted(
    status: String = "200 OK",
    toTag: String = ";tag=server",
    cseq: String = "CSeq: 1 SUBSCRIBE",
    contact: String = "Contact: <sip:198.51.100.1:5060>",
    extra: String = "",
    ending: String = "\r\n\r\n"
) -> [UInt8] {
    let lines = [
        "SIP/2.0 \(status)", "Via: SIP/2.0/UDP 198.51.100.50:5060;branch=\(ourBranch);rport=5060",
        "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=\(ourTag)",
        "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>\(toTag)", "Call-ID: \(ourCallID)", cseq, contact, extra,
        "Expires: 0", "Content-Length: 0",
    ]
    return Array((lines.filter { !$0.isEmpty }.joined(separator: "\r\n") + ending).utf8)
}
