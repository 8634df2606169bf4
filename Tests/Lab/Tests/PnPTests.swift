import Foundation
import LabSupport
import Testing

/// SIP PnP of the daemon, datagram by datagram.
@Suite("SIP PnP on the wire")
struct PnPTests {
    private static let group = "224.0.1.75"

    /// A NOTIFY as a PnP server sends it, in answer to `subscribe`.
    private static func notify(to subscribe: String, body: String, type: String = "application/url") throws -> String {
        let callID = try #require(SIPText.header("Call-ID", of: subscribe))
        return """
            NOTIFY sip:198.51.100.50:5060 SIP/2.0\r
            Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKserver\(UInt32.random(in: 1 ... .max))\r
            From: <sip:pnp@198.51.100.1>;tag=server\r
            To: <sip:phone@198.51.100.50>\r
            Call-ID: \(callID)\r
            CSeq: 1 NOTIFY\r
            Event: ua-profile;effective-by=0\r
            Subscription-State: terminated;reason=timeout\r
            Content-Type: \(type)\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
    }

    @Test("a run that is cut short leaves nothing in the trace of the next one")
    func cutShort() async throws {
        try await LabNetwork.with { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: Self.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 2))
            _ = try await server.receive()
            #expect(try await daemon.ctl(["reboot"]).exit == .status(0))
            _ = try await daemon.waitForRun(state: "failed")
            let said = try await daemon.text(ofStep: 3)
            #expect(said.components(separatedBy: "no server answered").count == 2, "once, of its own: \(said)")
        }
    }

    @Test("the SUBSCRIBE has the form that every known server takes, and is sent at 0, 0.5, 1.5 and 3.5 s")
    func subscribe() async throws {
        try await LabNetwork.with { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: Self.group)
            // Listening before the daemon is there: a datagram is timed when it is received.
            async let heard = Self.datagrams(4, on: server)
            let daemon = try await Daemon.start(in: lab)
            let datagrams = try await heard
            let text = datagrams[0].text
            #expect(datagrams.allSatisfy { $0.text == text && $0.address == "198.51.100.50" && $0.port == 5060 })
            let lines = text.components(separatedBy: "\r\n")
            #expect(lines[0] == "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0")
            #expect(lines[1].hasPrefix("Via: SIP/2.0/UDP 198.51.100.50:5060;branch=z9hG4bK"))
            #expect(lines[1].hasSuffix(";rport"))
            #expect(lines[2].hasPrefix("From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag="))
            #expect(lines[3] == "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>")
            #expect(lines[5] == "CSeq: 1 SUBSCRIBE")
            let event =
                "ua-profile;profile-type=\"device\";vendor=\"Panasonic\";model=\"KX-UTG200B\";version=\"03.131\""
            #expect(lines[6] == "Event: " + event)
            #expect(SIPText.header("Expires", of: text) == "0")
            #expect(SIPText.header("Accept", of: text) == "application/url")
            #expect(SIPText.header("Contact", of: text) == "<sip:198.51.100.50:5060>")
            let gaps = zip(datagrams, datagrams.dropFirst()).map { $0.time.duration(to: $1.time) }
            for (gap, expected) in zip(gaps, [0.5, 1.0, 2.0]) {
                #expect(abs(gap / .seconds(1) - expected) < 0.3, "\(gaps)")
            }
            #expect(try await server.receiveIfAny(within: .seconds(2)) == nil, "the window is 5 s")
            let status = try await daemon.waitForRun()
            #expect(status.state == "failed")
        }
    }

    private static func datagrams(_ count: Int, on socket: LabUDPSocket) async throws -> [LabDatagram] {
        var datagrams: [LabDatagram] = []
        while datagrams.count < count { datagrams.append(try await socket.receive(within: .seconds(15))) }
        return datagrams
    }

    @Test("a NOTIFY before the 200 counts; its 200 goes to the datagram's source; repeats are answered later too")
    func notifyFirst() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "a.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: Self.group)
            let other = try LabUDPSocket(in: lab.server, port: 1036)
            async let starting = Daemon.start(in: lab)
            let subscribe = try await server.receive(within: .seconds(15))
            let notify = try Self.notify(to: subscribe.text, body: "http://198.51.100.1/\r\n")
            try other.send(notify, to: subscribe.address, port: subscribe.port)
            let answer = try await other.receive()
            #expect(answer.text.hasPrefix("SIP/2.0 200 "))
            #expect(SIPText.header("Via", of: answer.text) == SIPText.header("Via", of: notify))
            let daemon = try await starting
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
            try other.send(notify, to: subscribe.address, port: subscribe.port)
            #expect(try await other.receive().text.hasPrefix("SIP/2.0 200 "))
        }
    }

    @Test(
        "a NOTIFY without a usable URL is answered, and the phone goes on waiting",
        arguments: [
            "", "file:///etc/passwd", "http://h/" + String(repeating: "a", count: 10_000), "http://h/\u{1}\u{2}",
            "gopher://h/", "two words",
        ]
    )
    func badURL(body: String) async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["good.cfg": Document.device(registrar: "good.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: Self.group)
            async let starting = Daemon.start(in: lab)
            let subscribe = try await server.receive(within: .seconds(15))
            let bad = try Self.notify(to: subscribe.text, body: body)
            try server.send(bad, to: subscribe.address, port: subscribe.port)
            #expect(try await nextResponse(server).hasPrefix("SIP/2.0 200 "))
            let good = try Self.notify(to: subscribe.text, body: "http://198.51.100.1/good.cfg")
            try server.send(good, to: subscribe.address, port: subscribe.port)
            let daemon = try await starting
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.url == "http://198.51.100.1/good.cfg")
            let notes = try await daemon.text(ofStep: 3)
            #expect(notes.components(separatedBy: "NOTIFY from").count >= 3, "both are in the trace: \(notes)")
        }
    }

    /// The phone may repeat its SUBSCRIBE in between.
    private func nextResponse(_ socket: LabUDPSocket) async throws -> String {
        while true {
            let text = try await socket.receive().text
            if text.hasPrefix("SIP/2.0") { return text }
        }
    }

    @Test("a NOTIFY with another Call-ID gives no URL")
    func forged() async throws {
        try await LabNetwork.with { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: Self.group)
            async let starting = Daemon.start(in: lab, .init(pnpTimeoutSeconds: 2))
            let subscribe = try await server.receive(within: .seconds(15))
            let callID = try #require(SIPText.header("Call-ID", of: subscribe.text))
            let notify = try Self.notify(to: subscribe.text, body: "http://198.51.100.1/evil.cfg")
                .replacing(callID, with: "forged")
            try server.send(notify, to: subscribe.address, port: subscribe.port)
            #expect(try await nextResponse(server).hasPrefix("SIP/2.0 481 "))
            let daemon = try await starting
            #expect(try await daemon.waitForRun().state == "failed")
        }
    }
}
