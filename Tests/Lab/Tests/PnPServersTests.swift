import Foundation
import LabSupport
import Testing

/// Several PnP servers on one network.
@Suite("Several PnP servers")
struct PnPServersTests {
    private static let web = "http://198.51.100.1"

    /// A NOTIFY of a server that the test plays itself, in answer to `subscribe`.
    private static func notify(to subscribe: String, body: String) throws -> String {
        let callID = try #require(SIPText.header("Call-ID", of: subscribe))
        let from = try #require(SIPText.header("From", of: subscribe))
        return [
            "NOTIFY sip:198.51.100.50:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.1:1036;branch=z9hG4bKhand",
            "From: <sip:pnp@198.51.100.1>;tag=hand", "To: \(from)", "Call-ID: \(callID)", "CSeq: 1 NOTIFY",
            "Event: ua-profile", "Subscription-State: terminated;reason=timeout", "User-Agent: by hand",
            "Content-Type: application/url", "Content-Length: \(body.utf8.count)", "", body,
        ].joined(separator: "\r\n")
    }

    /// Starts SIPp with the scenario of a faultless server, which waits for a SUBSCRIBE on a port of its own and answers
    /// to the phone: port 5060 is the other servers'.
    private static func sipp(in lab: LabNetwork) async throws -> LabProcess {
        let keys = [
            "event": "Event: ua-profile", "state": "Subscription-State: terminated\r\nUser-Agent: SIPp", "number": "1",
            "body": "\(web)/sipp.cfg",
        ]
        return try await PnPScenario.start("notify", in: lab, keys: keys, port: 5070, answersTo: "198.51.100.50:5060")
    }

    /// The servers of one network: Kamailio, one that the test plays on port 1036, and SIPp on port 5070.
    private struct Servers {
        let kamailio: KamailioPnP
        let byHand: LabUDPSocket
        let sipp: LabProcess
        /// Hears the group for those who have no socket on port 5060.
        let listening: LabUDPSocket
        let daemon: Daemon

        /// Starts them, and then the daemon. Each has a configuration file that takes a second to load.
        init(in lab: LabNetwork, _ behavior: KamailioPnP.Behavior) async throws {
            let names = ["kamailio", "sipp", "hand"]
            let document = Document.device(registrar: "pnp.example.com")
            _ = try await Nginx.start(
                in: lab,
                files: Dictionary(uniqueKeysWithValues: names.map { ("\($0).cfg", document) }),
                rules: names.map { NginxRule("/\($0).cfg", .slow(bytesPerSecond: document.utf8.count)) }
            )
            listening = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            byHand = try LabUDPSocket(in: lab.server, port: 1036)
            kamailio = try await KamailioPnP.start(in: lab, behavior)
            sipp = try await PnPServersTests.sipp(in: lab)
            daemon = try await Daemon.start(in: lab)
        }

        /// Hands the SUBSCRIBE to SIPp and waits until it has had the 200 for its NOTIFY.
        func letSIPpAnswer(_ subscribe: LabDatagram) async throws {
            try listening.send(subscribe.bytes, to: LabNetwork.serverAddress, port: 5070)
            #expect(try await sipp.waitForExit() == .status(0), "\(sipp.transcript)")
        }

        func answerByHand(_ subscribe: LabDatagram, body: String) async throws {
            let notify = try PnPServersTests.notify(to: subscribe.text, body: body)
            try byHand.send(notify, to: subscribe.address, port: subscribe.port)
            #expect(try await PnPScenario.response(on: byHand).hasPrefix("SIP/2.0 200 "))
        }
    }

    @Test("the first valid URL wins; every NOTIFY gets its 200, and the trace names each server")
    func firstValid() async throws {
        try await LabNetwork.with { lab in
            let servers = try await Servers(in: lab, .init(url: "\(Self.web)/kamailio.cfg"))
            let subscribe = try await servers.listening.receive()
            try await servers.answerByHand(subscribe, body: "file:///etc/passwd")
            try await eventuallyTrue("Kamailio to see the 200", seen: { servers.kamailio.process.transcript }) {
                servers.kamailio.notifyStatuses == [200]
            }
            try await servers.letSIPpAnswer(subscribe)
            let status = try await servers.daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == "\(Self.web)/kamailio.cfg")
            let said = try await servers.daemon.text(ofStep: 3)
            let lines = [
                #"NOTIFY from 198.51.100.1:1036 \(by hand\), .*: no valid URL: scheme "file""#,
                #"NOTIFY from 198.51.100.1:5060 \(kamailio .*: http://198.51.100.1/kamailio.cfg\n"#,
                #"NOTIFY from 198.51.100.1:[0-9]+ \(SIPp\), .*: http://198.51.100.1/sipp.cfg, not used: another URL came first"#,
            ]
            for line in lines { #expect(said.contains(try Regex(line)), "\(said)") }
        }
    }

    /// A body that no phone can use, and what the trace says of it.
    private struct Unusable: Sendable, CustomTestStringConvertible {
        let body: String
        let reason: String
        var testDescription: String { reason }
    }

    private static let unusable = [
        Unusable(body: "file:///etc/passwd", reason: #"scheme "file" is none of"#),
        Unusable(
            body: "\(web)/" + String(repeating: "a", count: 10_240),
            reason: "10260 bytes, more than the limit of 2048"
        ),
    ]

    @Test(
        "an unusable URL does not end the wait: the next server's wins, and the trace says of both what became of them",
        arguments: unusable
    )
    private func unusableFirst(_ unusable: Unusable) async throws {
        try await LabNetwork.with { lab in
            let document = Document.device(registrar: "pnp.example.com")
            let nginx = try await Nginx.start(in: lab, files: ["sipp.cfg": document])
            let listening = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let byHand = try LabUDPSocket(in: lab.server, port: 1036)
            let sipp = try await Self.sipp(in: lab)
            let daemon = try await Daemon.start(in: lab)
            let subscribe = try await listening.receive(within: .seconds(15))
            try byHand.send(
                try Self.notify(to: subscribe.text, body: unusable.body),
                to: subscribe.address,
                port: subscribe.port
            )
            #expect(try await PnPScenario.response(on: byHand).hasPrefix("SIP/2.0 200 "))
            #expect(try await daemon.status().first?.state == "provisioning", "the phone waits on")
            try listening.send(subscribe.bytes, to: LabNetwork.serverAddress, port: 5070)
            #expect(try await sipp.waitForExit() == .status(0), "\(sipp.transcript)")
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == "\(Self.web)/sipp.cfg")
            #expect(try nginx.records.map(\.target) == ["/sipp.cfg"])
            let said = try await daemon.text(ofStep: 3)
            let refused = try #require(said.firstRange(of: "NOTIFY from 198.51.100.1:1036 (by hand)"), "\(said)")
            // The first is the outcome of the step, above the notes.
            let taken = try #require(said.ranges(of: ": \(Self.web)/sipp.cfg").last, "\(said)")
            #expect(refused.lowerBound < taken.lowerBound, "\(said)")
            #expect(said.contains("no valid URL: \(unusable.reason)") && said.contains("(SIPp)"), "\(said)")
        }
    }

    @Test("a server that refuses does not end the wait for the others")
    func refusedByOne() async throws {
        try await LabNetwork.with { lab in
            let servers = try await Servers(
                in: lab,
                .init(status: 503, notifies: false, url: "\(Self.web)/kamailio.cfg")
            )
            let subscribe = try await servers.listening.receive()
            try await eventuallyTrue("Kamailio to have answered") { !servers.kamailio.requests.isEmpty }
            try await servers.letSIPpAnswer(subscribe)
            try await servers.answerByHand(subscribe, body: "\(Self.web)/hand.cfg")
            let status = try await servers.daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == "\(Self.web)/sipp.cfg")
            let said = try await servers.daemon.text(ofStep: 3)
            let lines = [
                #"503 OK from 198.51.100.1:5060 \(kamailio"#,
                #"NOTIFY from 198.51.100.1:[0-9]+ \(SIPp\), .*: http://198.51.100.1/sipp.cfg"#,
                #"NOTIFY from 198.51.100.1:1036 \(by hand\), .*: http://198.51.100.1/hand.cfg, not used: another URL came first"#,
            ]
            for line in lines { #expect(said.contains(try Regex(line)), "\(said)") }
        }
    }
}
