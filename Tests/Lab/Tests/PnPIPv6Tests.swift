import Foundation
import LabSupport
import Synchronization
import Testing

/// SIP PnP over IPv6, where `sipPnP.group6` is set.
@Suite("SIP PnP over IPv6")
struct PnPIPv6Tests {
    private static let group = "ff02::db8:0:4b"
    private static let web = "http://[2001:db8::1]"
    private static let web4 = "http://198.51.100.1"

    /// A NOTIFY of a server that the test plays itself, in answer to `subscribe`.
    private static func notify(to subscribe: LabDatagram, host: String, body: String) throws -> String {
        let callID = try #require(SIPText.header("Call-ID", of: subscribe.text))
        let from = try #require(SIPText.header("From", of: subscribe.text))
        return [
            "NOTIFY sip:\(subscribe.address.contains(":") ? "[\(subscribe.address)]" : subscribe.address) SIP/2.0",
            "Via: SIP/2.0/UDP \(host):5060;branch=z9hG4bKhand", "From: <sip:pnp@\(host)>;tag=hand", "To: \(from)",
            "Call-ID: \(callID)", "CSeq: 1 NOTIFY", "Event: ua-profile",
            "Subscription-State: terminated;reason=timeout", "Content-Type: application/url",
            "Content-Length: \(body.utf8.count)", "", body,
        ].joined(separator: "\r\n")
    }

    @Test("Kamailio gives a phone without IPv4 its URL; a resync NOTIFY is heard there, and tshark reads the capture")
    func alone() async throws {
        // Kamailio cannot be in a group of link-local scope.
        let group = "ff05::db8:0:4b"
        try await LabNetwork.with(.init(phoneAddress: nil, ipv6: true)) { lab in
            let document = Document.device(registrar: "six.example.com")
            let nginx = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": document], listeners: [.http6()])
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "\(Self.web)/"), group6: group)
            let daemon = try await Daemon.start(in: lab, .init(pnpGroup6: group))
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == "\(Self.web)/KX-UTG200B.cfg")
            #expect(try nginx.records.map(\.address) == ["2001:db8::50"])
            try await eventuallyTrue("Kamailio to see the 200") { kamailio.notifyStatuses == [200] }
            let lines = try #require(kamailio.requests.first).message.components(separatedBy: "\r\n")
            #expect(lines[0] == "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@[\(group)] SIP/2.0")
            #expect(lines[1].hasPrefix("Via: SIP/2.0/UDP [2001:db8::50]:5060;branch=z9hG4bK"))
            #expect(lines[3] == "To: <sip:MAC%3a0080F0ABCDEF@[\(group)]>")
            #expect(lines.contains("Contact: <sip:[2001:db8::50]:5060>"))
            let said = try await daemon.text(ofStep: 3)
            #expect(said.contains("asking over IPv6 alone, as sipPnP.group6 is set"), "\(said)")
            #expect(said.contains("NOTIFY from [2001:db8::1]:5060 (kamailio"), "\(said)")

            let file = lab.directory.appending(path: "run.pcapng").path
            #expect(try await daemon.ctl(["capture", "--output", file]).status == 0)
            let words = [
                "tshark", "-n", "-r", file, "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|",
                "-e", "sip.Method", "-e", "ipv6.src", "-e", "ipv6.dst", "-e", "_ws.expert.severity", "-e",
                "_ws.malformed",
            ]
            let read = try await lab.run(LabCommand(words, in: lab.phone, insideRoot: true))
            let packets = read.output.split(separator: "\n").map(String.init)
            #expect(packets.first == "SUBSCRIBE|2001:db8::50|\(group)|1048576|", "\(read.output)\(read.errors)")
            #expect(packets.contains("NOTIFY|2001:db8::1|2001:db8::50|1048576|"), "\(read.output)")
            #expect(packets.count >= 4 && packets.allSatisfy { $0.hasSuffix("|1048576|") }, "\(read.output)")

            let server = try LabUDPSocket(in: lab.server, port: 0, address: LabNetwork.serverAddress6)
            let resync = [
                "NOTIFY sip:1001@[2001:db8::50]:5060 SIP/2.0", "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=1-resync",
                "From: \"Server\" <sip:server@[2001:db8::1]>", "To: <sip:1001@[2001:db8::50]>",
                "Date: Thu, 01 Jan 2015 01:01:01 GMT", "Call-ID: resync@2001", "CSeq: 1 NOTIFY",
                "Contact: <sip:server@[2001:db8::1]:5060>", "Event: check-sync", "Content-Length: 0", "", "",
            ].joined(separator: "\r\n")
            try server.send(resync, to: LabNetwork.phoneAddress6, port: 5060)
            #expect(try await PnPScenario.response(on: server).hasPrefix("SIP/2.0 200 "))
            try await eventuallyTrue("the run that the NOTIFY began") {
                try await daemon.ctl(["history"]).output.contains("resync")
            }
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
        }
    }

    @Test(
        "both families are asked at once: the first URL wins, ends the other's wait, and every NOTIFY gets its 200",
        arguments: ["IPv4", "IPv6"]
    )
    func both(first family: String) async throws {
        try await LabNetwork.with(.init(ipv6: true)) { lab in
            let document = Document.device(registrar: "pnp.example.com")
            // A second for the file, so that the other family's NOTIFY comes during the run.
            let names = ["four.cfg", "six.cfg"]
            _ = try await Nginx.start(
                in: lab,
                files: Dictionary(uniqueKeysWithValues: names.map { ($0, document) }),
                rules: names.map { NginxRule("/\($0)", .slow(bytesPerSecond: document.utf8.count)) },
                listeners: [.http(), .http6()]
            )
            let four = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let six = try LabUDPSocket(in: lab.server, port: 5060, address: "::", group: Self.group)
            async let starting = Daemon.start(in: lab, .init(pnpGroup6: Self.group))
            let subscribes = (try await four.receive(within: .seconds(15)), try await six.receive(within: .seconds(15)))
            #expect(subscribes.0.address == "198.51.100.50" && subscribes.1.address == "2001:db8::50")
            #expect(subscribes.0.text.hasPrefix("SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 "))
            #expect(subscribes.1.text.hasPrefix("SUBSCRIBE sip:MAC%3a0080F0ABCDEF@[\(Self.group)] "))
            let callIDs = [subscribes.0, subscribes.1].map { SIPText.header("Call-ID", of: $0.text) }
            #expect(callIDs[0] != callIDs[1])

            let servers = [
                (four, subscribes.0, "198.51.100.1", "\(Self.web4)/four.cfg"),
                (six, subscribes.1, "[2001:db8::1]", "\(Self.web)/six.cfg"),
            ]
            let order = family == "IPv4" ? servers : servers.reversed()
            for (socket, subscribe, host, url) in order {
                let notify = try Self.notify(to: subscribe, host: host, body: url)
                try socket.send(notify, to: subscribe.address, port: subscribe.port)
                #expect(try await PnPScenario.response(on: socket).hasPrefix("SIP/2.0 200 "))
            }
            let daemon = try await starting
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == order[0].3)
            let said = try await daemon.text(ofStep: 3)
            let lines = said.split(separator: "\n")
            let taken = "NOTIFY from \(order[0].2):5060"
            #expect(lines.contains { $0.contains(taken) && $0.hasSuffix(order[0].3) }, "\(said)")
            #expect(
                lines.contains {
                    $0.contains("NOTIFY from \(order[1].2):5060")
                        && $0.hasSuffix("\(order[1].3), not used: another URL came first")
                },
                "\(said)"
            )
            #expect(lines.contains { $0.contains("\(family): SIP PnP: 1 server(s) answered, URL found") }, "\(said)")
            let log = try daemon.process.transcript
            #expect(log.contains("PnP servers do not agree"), "\(log)")
            // What was sent until then is there; the next would come 3.5 seconds after the first.
            for socket in [four, six] { while try await socket.receiveIfAny(within: .zero) != nil {} }
            async let overFour = four.receiveIfAny(within: .seconds(3))
            async let overSix = six.receiveIfAny(within: .seconds(3))
            let heard = (try await overFour, try await overSix)
            #expect(heard.0 == nil && heard.1 == nil, "nobody is asked once more")
        }
    }

    @Test("the IPv6 port is another one when 5060 is taken, and a server may have a link-local address alone")
    func linkLocal() async throws {
        try await LabNetwork.with(.init(ipv6: true)) { lab in
            let document = Document.device(registrar: "pnp.example.com")
            _ = try await Nginx.start(in: lab, files: ["a.cfg": document], listeners: [.http6()])
            let taken = try LabUDPSocket(in: lab.phone, port: 5060, address: LabNetwork.phoneAddress6)
            let six = try LabUDPSocket(in: lab.server, port: 5060, address: "::", group: Self.group)
            // Made of the hardware address (RFC 4291 appendix A).
            let answering = try LabUDPSocket(in: lab.server, port: 5060, address: "fe80::200:5eff:fe00:5301")
            async let starting = Daemon.start(in: lab, .init(pnpGroup6: Self.group))
            let subscribe = try await six.receive(within: .seconds(15))
            #expect(subscribe.address == LabNetwork.phoneAddress6 && subscribe.port != 5060)
            #expect(SIPText.header("Contact", of: subscribe.text) == "<sip:[2001:db8::50]:\(subscribe.port)>")
            let notify = try Self.notify(to: subscribe, host: "[fe80::200:5eff:fe00:5301]", body: "\(Self.web)/a.cfg")
            try answering.send(notify, to: subscribe.address, port: subscribe.port)
            #expect(try await PnPScenario.response(on: answering).hasPrefix("SIP/2.0 200 "))
            let daemon = try await starting
            #expect(try await daemon.waitForRun(state: "provisioned").url == "\(Self.web)/a.cfg")
            let log = try daemon.process.transcript
            let warning = "UDP port 5060 of 2001:db8::50 is taken, SIP uses \(subscribe.port) instead"
            #expect(log.contains(warning), "\(log)")
            withExtendedLifetime(taken) {}
        }
    }

    @Test("a phone without IPv4 waits until its IPv6 address is known to be nobody else's")
    func tentative() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil, ipv6: true)) { lab in
            func ip(_ words: String...) async throws {
                try await LabProcess.require(LabCommand(["ip", "-n", lab.phone.name, "-6"] + words))
            }
            try await ip("addr", "del", "\(LabNetwork.phoneAddress6)/64", "dev", LabNetwork.interface)
            let setting = "/proc/sys/net/ipv6/conf/\(LabNetwork.interface)/accept_dad"
            try lab.phone.enter { try Data("1".utf8).write(to: URL(filePath: setting)) }
            let document = Document.device(registrar: "pnp.example.com")
            _ = try await Nginx.start(in: lab, files: ["a.cfg": document], listeners: [.http6()])
            let six = try LabUDPSocket(in: lab.server, port: 5060, address: "::", group: Self.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpGroup6: Self.group))
            try await ip("addr", "add", "\(LabNetwork.phoneAddress6)/64", "dev", LabNetwork.interface)
            let subscribe = try await six.receive(within: .seconds(15))
            let notify = try Self.notify(to: subscribe, host: "[2001:db8::1]", body: "\(Self.web)/a.cfg")
            try six.send(notify, to: subscribe.address, port: subscribe.port)
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == "sip-pnp" && status.url == "\(Self.web)/a.cfg")
            let log = try daemon.process.transcript
            #expect(!log.contains("cannot be opened"), "\(log)")
        }
    }

    /// What a phone sent in UDP.
    private struct Sent: Sendable {
        var four = 0
        /// The IPv6 frames, from their Ethernet header on.
        var six: [[UInt8]] = []
    }

    @Test("without the setting no IPv6 datagram leaves; a reload with it takes it over, with a hop limit of 1")
    func off() async throws {
        try await LabNetwork.with(.init(ipv6: true, wire: true)) { lab in
            let sent = Mutex(Sent())
            let wire = try #require(lab.wire)
            wire.filter { frame in
                guard frame.direction == .toServer, frame.bytes.count > 54 else { return true }
                sent.withLock { sent in
                    if frame.bytes[12...13].elementsEqual([0x86, 0xDD]), frame.bytes[20] == 17 {
                        sent.six.append(frame.bytes)
                    } else if frame.bytes[12...13].elementsEqual([0x08, 0x00]), frame.bytes[23] == 17 {
                        sent.four += 1
                    }
                }
                return true
            }
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 2))
            #expect(try await daemon.waitForRun().state == "failed", "there is no server")
            let before = sent.withLock { $0 }
            #expect(before.four == 3 && before.six.isEmpty, "\(before)")
            let log = try daemon.process.transcript
            #expect(!log.contains("SIP on eth0: ["), "\(log)")

            let file = daemon.directory.appending(path: "phoneprovd.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("group6: \"\"", with: "group6: \(Self.group)").utf8).write(to: file)
            let reload = try await daemon.ctl(["reload"])
            #expect(reload.status == 0, "\(reload.errors)")
            try await eventuallyTrue("the IPv6 socket", seen: { (try? daemon.process.transcript) ?? "" }) {
                try daemon.process.transcript.contains("SIP on eth0: [2001:db8::50]:5060")
            }
            #expect(try await daemon.provision().state == "failed")
            let after = sent.withLock { $0 }
            #expect(after.four == 6 && after.six.count == 3, "\(after)")
            for frame in after.six {
                #expect(frame[0...5].elementsEqual([0x33, 0x33, 0, 0, 0, 0x4B]) && frame[21] == 1, "\(frame)")
            }
            let said = try await daemon.text(ofStep: 3)
            for family in ["IPv4", "IPv6"] {
                #expect(said.contains("\(family): SIP PnP: no server answered"), "\(said)")
            }
        }
    }
}
