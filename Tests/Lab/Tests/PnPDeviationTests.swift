import Foundation
import LabSupport
import Testing

/// What servers in use do otherwise than the RFCs say: the phone takes the URL all the same, or it does not, and
/// `explain` names what was odd.
@Suite("PnP servers that break the rules")
struct PnPDeviationTests {
    /// A server that SIPp plays, and what has to come of it.
    private struct Played {
        /// The name of the scenario.
        let scenario: String
        /// The body, where the scenario leaves it open, as it does the next three.
        var body: String?
        var event = "Event: ua-profile;profile-type=\"device\""
        var state = "Subscription-State: terminated;reason=timeout"
        var number = 1
        /// The URL that the phone takes.
        let url: String
        /// What `explain` says of the server's messages.
        let notes: [String]

        init(_ scenario: String, file: String? = nil, _ notes: [String]) {
            self.scenario = scenario
            url = "\(PnPDeviationTests.web)/\(file ?? "\(scenario).cfg")"
            self.notes = notes
        }

        init(body: String, as url: String, _ notes: [String] = []) {
            scenario = "notify"
            self.body = body
            self.url = url
            self.notes = notes
        }

        init(
            event: String = "Event: ua-profile;profile-type=\"device\"",
            state: String = "Subscription-State: terminated;reason=timeout",
            number: Int = 1,
            _ notes: [String] = []
        ) {
            self.init(body: "\(PnPDeviationTests.web)/notify.cfg", as: "\(PnPDeviationTests.web)/notify.cfg", notes)
            self.event = event
            self.state = state
            self.number = number
        }
    }

    private static let web = "http://198.51.100.1"

    private static let servers: [Played] = [
        // Responses and dialogs.
        Played(
            "mikopbx",
            [
                "response without To tag", "Contact empty or the phone's own", "the phone's own Via reused",
                "From and To not swapped", "To without tag",
            ]
        ),
        Played(
            "zerotouchsip",
            [
                "response without To tag", "Contact empty or the phone's own", "the phone's own Via reused",
                "From and To not swapped", "To without tag",
            ]
        ),
        Played(
            "pmps",
            [
                "response without To tag", "response with another CSeq", "the phone's own Via reused",
                "From and To not swapped", "To without tag",
            ]
        ),
        Played(
            "sark",
            [
                "response without To tag", "Via without branch", "multicast address in Via",
                "Request-URI without scheme",
            ]
        ),
        Played("other-from-tag", ["From tag differs from the response's To tag", "To without tag"]),
        Played(
            "tagless",
            [
                "branch without z9hG4bK", "From without tag", "To without tag", "no Subscription-State",
                "blanks after the URL",
            ]
        ),
        // Bodies.
        Played(
            "kgzcaps",
            file: "kgzcaps/0080F0ABCDEF.cfg",
            ["From and To not swapped", "To without tag", "no Subscription-State", "Content-Length too small"]
        ),
        Played("content-length-too-large", ["Content-Length too large"]),
        Played("external-body", ["URL in Content-Type", "Content-Type is not application/url"]),
        // Header fields of the NOTIFY.
        Played(event: "Event: ua-profile"),
        Played(event: "Event: ua-profile;profile-type=\"device\";vendor=\"OEM\";model=\"OEM\";version=\"7.1.19\""),
        Played(event: "Event: ua-profile;effective-by=0"),
        Played(event: "Event: check-sync", ["Event is not ua-profile"]),
        Played(event: "Allow-Events: ua-profile", ["no Event"]),
        Played(state: "Allow-Events: ua-profile", ["no Subscription-State"]),
        Played(state: "Subscription-State: terminated;reason=noresource"),
        Played(state: "Subscription-State: active;expires=3600", ["subscription not terminated"]),
        Played(number: 2), Played(number: 10),
        // What the body may be.
        Played(body: "\(web)/query.cfg?mac={mac}", as: "\(web)/query.cfg?mac=0080f0abcdef"),
        Played(body: "\(web)/{MODEL}.cfg", as: "\(web)/KX-UTG200B.cfg"),
        Played(body: "\(web)/folder/", as: "\(web)/folder/KX-UTG200B.cfg"),
        Played(body: "\(web)/$mac.cfg", as: "\(web)/$mac.cfg"),
        Played(body: "tftp://198.51.100.1", as: "tftp://198.51.100.1/KX-UTG200B.cfg"),
    ]

    @Test("the phone takes the URL of every odd server, answers its NOTIFY, and explain names what was odd")
    func odd() async throws {
        try await LabNetwork.with { lab in
            let document = Document.device(registrar: "pnp.example.com")
            let files = [
                "query.cfg", "KX-UTG200B.cfg", "folder/KX-UTG200B.cfg", "$mac.cfg", "kgzcaps/0080F0ABCDEF.cfg",
            ]
            let names = files + Set(Self.servers.map(\.scenario)).map { "\($0).cfg" }
            _ = try await Nginx.start(in: lab, files: Dictionary(names.map { ($0, document) }) { $1 })
            _ = try await TFTPD.start(in: lab, files: ["KX-UTG200B.cfg": document])
            let member = try LabUDPSocket(in: lab.server, port: 0, group: PnPScenario.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            #expect(try await daemon.waitForRun().state == "failed", "nobody is there yet")
            for server in Self.servers {
                let keys = [
                    "event": server.event, "state": server.state, "number": "\(server.number)",
                    "body": server.body ?? "",
                ]
                let told = server.body == nil ? "\(server.scenario)" : "\(server.scenario) \(keys)"
                let sipp = try await PnPScenario.start(server.scenario, in: lab, keys: server.body == nil ? [:] : keys)
                let status = try await daemon.provision()
                let said = try await daemon.text(ofStep: 3)
                #expect(status.source == "sip-pnp" && status.state == "provisioned", "\(told): \(status)\n\(said)")
                #expect(status.url == server.url, "\(told)")
                for note in server.notes { #expect(said.contains(note), "\(told): \(said)") }
                // A deviation that a server does not have must not be laid at its door.
                if server.notes.isEmpty { #expect(!said.contains("deviations:"), "\(told): \(said)") }
                #expect(try await sipp.waitForExit() == .status(0), "\(told): \(sipp.transcript)")
            }
            withExtendedLifetime(member) {}
        }
    }

    @Test("a server that refuses, says nothing or answers with a foreign Call-ID gives no URL, and explain says so")
    func nothing() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(
                in: lab,
                files: ["foreign-call-id.cfg": Document.device(registrar: "x.example.com")]
            )
            let member = try LabUDPSocket(in: lab.server, port: 0, group: PnPScenario.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            #expect(try await daemon.waitForRun().state == "failed", "nobody is there yet")
            let servers = [
                ("refusing", "← 404 Not Found from 198.51.100.1:5060 (snompnpd)"),
                ("silent", "SIP PnP: no server answered"),
                ("foreign-call-id", "SIP PnP: 1 server(s) answered, none with a valid URL"),
            ]
            for (scenario, message) in servers {
                let sipp = try await PnPScenario.start(scenario, in: lab)
                let status = try await daemon.provision()
                #expect(
                    status.state == "failed" && status.source == "none" && status.url == nil,
                    "\(scenario): \(status)"
                )
                let said = try await daemon.text(ofStep: 3)
                #expect(said.contains(message), "\(scenario): \(said)")
                // The status that the scenario ends with is 481 for the foreign Call-ID.
                #expect(try await sipp.waitForExit() == .status(0), "\(scenario): \(sipp.transcript)")
            }

            try await daemon.stop()
            let file = daemon.directory.appending(path: "phoneprovd.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let allowing = text.replacing("sipPnP:\n", with: "sipPnP:\n  allowForeignCallID: true\n")
            try Data(allowing.utf8).write(to: file)
            let sipp = try await PnPScenario.start("foreign-call-id-allowed", in: lab)
            try await daemon.start()
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp", "it is allowed now")
            let said = try await daemon.text(ofStep: 3)
            for note in ["foreign Call-ID", "no Content-Type", "no Subscription-State", "From without tag"] {
                #expect(said.contains(note), "\(said)")
            }
            #expect(try await sipp.waitForExit() == .status(0), "\(sipp.transcript)")
            withExtendedLifetime(member) {}
        }
    }

    /// A server of the test's own: what it answers is beyond SIPp.
    private struct HandMade: Sendable {
        let name: String
        /// The port that its answers come from.
        let port: UInt16
        /// Its answers, made from the SUBSCRIBE.
        let answers: @Sendable (String) throws -> [String]
        let notes: [String]
    }

    private static func copied(_ subscribe: String, _ names: [String]) -> String {
        names.compactMap { name in SIPText.header(name, of: subscribe).map { "\(name): \($0)\r\n" } }.joined()
    }

    private static let handMade: [HandMade] = [
        HandMade(
            name: "pnpserv",
            port: 1036,
            answers: { subscribe in
                let dialog = copied(subscribe, ["Via", "From", "To", "Call-ID"])
                let url = "\(web)/KX-UTG200B.cfg"
                return [
                    "SIP/2.0 200 OK\r\n\(dialog)CSeq: 1 SUBSCRIBE\r\nExpires: 0\r\nContent-Length: 0\r\n",
                    """
                    NOTIFY sip:198.51.100.50:5060 SIP/2.0\r
                    \(dialog)CSeq: 3 NOTIFY\r
                    Event: ua-profile;profile-type="device";vendor="OEM";model="OEM";version="7.1.19"\r
                    Subscription-State: terminated;reason=timeout\r
                    Content-Type: application/url\r
                    Content-Length: \(url.utf8.count)\r
                    \r
                    \(url)
                    """,
                ]
            },
            notes: ["no empty line after the headers", "the phone's own Via reused", "From and To not swapped"]
        ),
        HandMade(
            name: "lines that end in LF alone, blanks after the URL, a From without @",
            port: 5060,
            answers: { subscribe in
                let callID = try #require(SIPText.header("Call-ID", of: subscribe))
                return [
                    """
                    NOTIFY sip:198.51.100.50:5060 SIP/2.0
                    Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKtool
                    From: <sip:MAC%3a0080F0ABCDEF224.0.1.75>;tag=tool
                    To: <sip:MAC%3a0080F0ABCDEF224.0.1.75>
                    Call-ID: \(callID)
                    CSeq: 3 NOTIFY
                    Event: ua-profile
                    Subscription-State: terminated;reason=timeout
                    Content-Type: application/url
                    Content-Length: 40

                    \(web)/KX-UTG200B.cfg    \n\n
                    """
                ]
            },
            notes: ["lines end in bare LF", "blanks after the URL"]
        ),
        HandMade(
            name: "one line to everybody, then an answer to everything",
            port: 5060,
            answers: { subscribe in
                let dialog = copied(subscribe, ["Via", "From", "To", "Call-ID"])
                let ok = "SIP/2.0 200 OK\r\n\(dialog)CSeq: 1 SUBSCRIBE\r\nContent-Length: 0\r\n\r\n"
                let url = "\(web)/KX-UTG200B.cfg"
                let notify = """
                    NOTIFY 198.51.100.50:5060 SIP/2.0\r
                    \(dialog)CSeq: 2 NOTIFY\r
                    Content-Type: application/url\r
                    Content-Length: \(url.utf8.count)\r
                    \r
                    \(url)
                    """
                return ["NOTIFY 224.0.1.75:5060 SIP/2.0\n", ok, ok, notify, ok]
            },
            notes: ["Request-URI without scheme", "no Subscription-State", "no Event"]
        ),
        HandMade(
            name: "a NOTIFY by way of a proxy",
            port: 5060,
            answers: { subscribe in
                let callID = try #require(SIPText.header("Call-ID", of: subscribe))
                let from = try #require(SIPText.header("From", of: subscribe))
                let url = "\(web)/KX-UTG200B.cfg"
                return [
                    """
                    NOTIFY sip:198.51.100.50:5060 SIP/2.0\r
                    Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKproxy\r
                    Via: SIP/2.0/TCP 192.0.2.1:2048;branch=z9hG4bKserver;rport=2048\r
                    Record-Route: <sip:198.51.100.1;lr>\r
                    Record-Route: <sip:198.51.100.1;transport=tcp;lr>\r
                    From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=server\r
                    To: \(from)\r
                    Call-ID: \(callID)\r
                    CSeq: 1 NOTIFY\r
                    Event: ua-profile\r
                    Subscription-State: terminated;reason=timeout\r
                    Content-Type: application/url\r
                    Content-Length: \(url.utf8.count)\r
                    \r
                    \(url)
                    """
                ]
            },
            notes: []
        ),
    ]

    @Test("messages that are not even whole are taken as far as they are clear; every NOTIFY gets its own Vias back")
    func handMade() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "pnp.example.com")])
            let listening = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await listening.receive()
            #expect(try await daemon.waitForRun().state == "failed", "nobody answered yet")
            for server in Self.handMade {
                // What was sent and repeated so far is of no interest any more.
                while try await listening.receiveIfAny(within: .milliseconds(1)) != nil {}
                let sending = server.port == 5060 ? listening : try LabUDPSocket(in: lab.server, port: server.port)
                _ = try await daemon.ctl(["provision"])
                let subscribe = try await listening.receive()
                let answers = try server.answers(subscribe.text)
                for answer in answers { try sending.send(answer, to: subscribe.address, port: subscribe.port) }
                let response = try await PnPScenario.response(on: sending)
                let status = try await daemon.waitForRun()
                let said = try await daemon.text(ofStep: 3)
                #expect(status.source == "sip-pnp" && status.state == "provisioned", "\(server.name): \(said)")
                for note in server.notes { #expect(said.contains(note), "\(server.name): \(said)") }
                if server.notes.isEmpty { #expect(!said.contains("deviations:"), "\(server.name): \(said)") }
                #expect(response.hasPrefix("SIP/2.0 200 "), "\(server.name)")
                let notify = try #require(answers.first { $0.hasPrefix("NOTIFY sip:") || $0.contains("\(Self.web)/") })
                let vias = Self.values("Via", response)
                let sent = Self.values("Via", notify)
                // An rport without a value is filled in, and `received` follows (RFC 3581 section 4).
                #expect(vias.count == sent.count && zip(vias, sent).allSatisfy { $0.hasPrefix($1) }, "\(response)")
                #expect(Self.values("Record-Route", response) == Self.values("Record-Route", notify), "\(response)")
                #expect(
                    try await sending.receiveIfAny(within: .milliseconds(100)) == nil,
                    "\(server.name): one answer, to the NOTIFY; a response is never answered"
                )
            }
        }
    }

    /// The values of all header fields `name`, in their order.
    private static func values(_ name: String, _ message: String) -> [String] {
        message.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("\(name):") }.map(String.init)
    }
}

/// The scenarios beside this file.
enum PnPScenario {
    static let group = "224.0.1.75"

    /// Starts SIPp as a PnP server for one SUBSCRIBE. Another socket of the host must be in the group.
    /// - Parameters:
    ///   - keys: what stands in the scenario as `[name]`.
    ///   - phone: address and port that it sends to, when a SUBSCRIBE is to reach it by way of another socket.
    static func start(
        _ name: String,
        in lab: LabNetwork,
        keys: [String: String] = [:],
        port: UInt16 = 5060,
        answersTo phone: String? = nil
    ) async throws -> LabProcess {
        let file = LabPlaces.repository.appending(path: "Tests/Lab/Tests/SIPp/\(name).xml")
        var words = keys.sorted { $0.key < $1.key }.flatMap { ["-key", $0.key, $0.value] }
        if let phone { words += ["-rsa", phone] }
        let process = try SIPp.start(
            in: lab,
            on: lab.server,
            scenario: try String(contentsOf: file, encoding: .utf8),
            arguments: words + ["-i", "0.0.0.0", "-p", "\(port)", "-m", "1", "-timeout", "20"]
        )
        try await process.waitUntil("SIPp to listen on UDP port \(port)") { try lab.server.listens(udp: port) }
        return process
    }

    /// The next response that arrives; the phone may repeat its SUBSCRIBE in between.
    static func response(on socket: LabUDPSocket) async throws -> String {
        while true {
            let text = try await socket.receive().text
            if text.hasPrefix("SIP/2.0") { return text }
        }
    }
}
