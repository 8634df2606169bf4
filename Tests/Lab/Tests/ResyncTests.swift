import Foundation
import LabSupport
import Testing

/// The NOTIFY of a SIP server that makes a phone load its configuration anew.
@Suite("Resynchronisation by NOTIFY")
struct ResyncTests {
    private static let phoneAddress = "198.51.100.50"
    private static let web = "http://198.51.100.1"

    /// A NOTIFY in the odd form that the Administrator Guide prints: no tags, no Subscription-State, a Date, and a branch
    /// without the magic cookie.
    private static func notify(
        _ uri: String = "sip:1001@198.51.100.50:5060",
        event: String = "check-sync",
        callID: String
    ) -> String {
        [
            "NOTIFY \(uri) SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=1-\(callID)",
            "From: \"Server\" <sip:server@198.51.100.1>", "To: <\(uri)>", "Date: Thu, 01 Jan 2015 01:01:01 GMT",
            "Call-ID: \(callID)", "CSeq: 1 NOTIFY", "Contact: <sip:server@198.51.100.1:5060>", "Event: \(event)",
            "Content-Length: 0", "", "",
        ].joined(separator: "\r\n")
    }

    /// The status line of the answer, and when it arrived.
    private static func send(_ notify: String, _ server: LabUDPSocket) async throws -> (line: String, time: Date) {
        try server.send(notify, to: phoneAddress, port: 5060)
        let text = try await PnPScenario.response(on: server)
        return (String(text.prefix { !$0.isNewline }), Date())
    }

    /// What `history --json` tells of a run.
    private struct Run: Decodable, Sendable {
        let number: Int
        let trigger: String
        let outcome: String?
    }

    /// The runs that a NOTIFY began.
    private static func resyncs(_ daemon: Daemon, _ mac: String = "0080F0ABCDEF") async throws -> [Run] {
        struct History: Decodable { let runs: [Run] }
        let history = try await daemon.json(History.self, ["--phone", mac, "history", "--json"])
        return history.runs.filter { $0.trigger == "resync" && $0.outcome != nil }
    }

    /// Waits until so many runs that a NOTIFY began have ended.
    private static func waitForResyncs(
        _ count: Int,
        _ daemon: Daemon,
        _ mac: String = "0080F0ABCDEF"
    ) async throws -> [Run] {
        try await eventually(
            "\(count) runs of \(mac) begun by NOTIFY",
            seen: { (try? daemon.process.transcript) ?? "" }
        ) {
            let runs = try await resyncs(daemon, mac)
            return runs.count >= count ? runs : nil
        }
    }

    /// A phone is told at most once in a second; what comes earlier is answered and left at that.
    private static func waitForTheNextSecond() async throws {
        let told = ContinuousClock.now
        try await eventuallyTrue("a second to pass") { told.duration(to: .now) > .seconds(1) }
    }

    @Test("it is answered 200, and the run begins within 100 ms; sent twice it counts once")
    func begins() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.waitForRun().state == "failed", "the first run began before the URL was set")
            #expect(try await daemon.provision().state == "provisioned")
            let before = try nginx.records.count
            let notify = Self.notify(callID: "one@198.51.100.1")
            let (line, answered) = try await Self.send(notify, server)
            #expect(line == "SIP/2.0 200 OK")
            let run = try #require(try await Self.waitForResyncs(1, daemon).first)
            let request = try #require(try await nginx.waitForRequests("/a.cfg", count: before + 1).last)
            let asked = try #require(TimeInterval(request.time)) - answered.timeIntervalSince1970
            #expect(asked < 0.1, "its first request reached nginx \(asked) s after the 200")
            #expect(run.outcome == "provisioned")
            #expect(try await daemon.text(ofStep: 1).contains("NOTIFY from 198.51.100.1:5060 for sip:1001@"))

            #expect(try await Self.send(notify, server).line == "SIP/2.0 200 OK", "a repetition has its answer too")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await Self.resyncs(daemon).count == 1)
        }
    }

    @Test("one that comes during a run is answered 200 and merged into it")
    func merged() async throws {
        try await LabNetwork.with { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 3, lines: Self.often))
            #expect(try await daemon.waitForRun().state == "failed")
            while try await server.receiveIfAny(within: .milliseconds(1)) != nil {}
            #expect(try await Self.send(Self.notify(callID: "one"), server).line == "SIP/2.0 200 OK")
            // The second and third SUBSCRIBE come after 0.5 and 1.5 s, while the run waits for a PnP server.
            var subscribes = 0
            while subscribes < 3 { subscribes += try await server.receive().text.hasPrefix("SUBSCRIBE ") ? 1 : 0 }
            #expect(try await Self.send(Self.notify(callID: "two"), server).line == "SIP/2.0 200 OK")
            #expect(try await daemon.waitForRun().state == "failed")
            #expect(try await Self.resyncs(daemon).count == 1)
            let said = try await daemon.text(ofStep: 3)
            #expect(
                said.contains("NOTIFY from 198.51.100.1:5060 for sip:1001@198.51.100.50:5060: merged into this run")
            )
        }
    }

    /// A phone that may be told again and again.
    private static let often = ["resync:", "  minimumSeconds: 0"]

    @Test("another Event is answered 489; CFG_RESYNC_FROM_SIP of a configuration file or of the user is what counts")
    func events() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: Self.often))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            var sent = 0
            func answer(_ event: String) async throws -> String {
                sent += 1
                return try await Self.send(Self.notify(event: event, callID: "events-\(sent)"), server).line
            }
            let (ok, bad) = ("SIP/2.0 200 OK", "SIP/2.0 489 Bad Event")
            #expect(try await answer("resync") == bad, "as shipped it is check-sync")
            #expect(try await answer("check-sync;reboot=false") == ok, "parameters of Event do not count")
            _ = try await Self.waitForResyncs(1, daemon)
            try await Self.waitForTheNextSecond()

            let changed = Document.device(
                registrar: "a.example.com",
                prov: "<CFG_RESYNC_FROM_SIP>resync</CFG_RESYNC_FROM_SIP>"
            )
            try nginx.put("a.cfg", changed)
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await answer("check-sync") == bad, "the configuration file says resync")
            #expect(try await answer("resync") == ok)
            _ = try await Self.waitForResyncs(2, daemon)
            try await Self.waitForTheNextSecond()

            try await daemon.set("CFG_RESYNC_FROM_SIP", "reload")
            #expect(try await answer("resync") == bad, "the user says reload")
            #expect(try await answer("reload") == ok)
            _ = try await Self.waitForResyncs(3, daemon)

            try await daemon.set("CFG_RESYNC_FROM_SIP", "")
            for event in ["check-sync", "resync", "reload", ""] {
                #expect(try await answer(event).hasPrefix(event.isEmpty ? "SIP/2.0 4" : bad), "none: \(event)")
            }
            #expect(try await Self.resyncs(daemon).count == 3)
        }
    }

    @Test("the Request-URI tells which of several phones is meant: by MAC address, PHONE_NUMBER or SIP_URI")
    func severalPhones() async throws {
        let macs = ["0080F0ABCDEF", "0080F0ABCDF0", "0080F0ABCDF1"]
        let phones = macs.map { DaemonConfiguration.Phone(mac: $0) }
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060)
            let configuration = DaemonConfiguration(phones: phones, pnpTimeoutSeconds: 1, lines: Self.often)
            let daemon = try await Daemon.start(in: lab, configuration)
            let settings = [
                (macs[0], "PHONE_NUMBER_1", "1001"), (macs[1], "SIP_URI_2", "sip:bob@example.com"),
                (macs[1], "PHONE_NUMBER_6", "600"), (macs[2], "PHONE_NUMBER_1", "600"),
            ]
            for setting in macs.map({ ($0, "USR_PROV_SVR_URL", "\(Self.web)/a.cfg") }) + settings {
                let done = try await daemon.ctl(["--phone", setting.0, "set", setting.1, setting.2])
                #expect(done.status == 0, "\(setting): \(done.errors)")
            }
            for mac in macs {
                let done = try await daemon.ctl(["--phone", mac, "wait", "--timeout", "10"])
                #expect(done.status == 0, "\(done.errors)")
            }
            var runs = [0, 0, 0]
            let rounds: [[(uri: String, phones: [Int])]] = [
                [
                    ("sip:1001@198.51.100.50:5060", [0]), ("sip:bob@example.com", [1]),
                    ("sip:0080f0abcdf1@198.51.100.50", [2]), ("sip:1002@198.51.100.50:5060", []),
                    ("sip:198.51.100.50:5060", []), ("sip:0080F0ABCDF2@198.51.100.50", []),
                ],
                [("sip:MAC%3a0080F0ABCDEF@198.51.100.50", [0]), ("sip:bob@198.51.100.50:5060", [1])],
                [("sip:600@198.51.100.50;transport=udp", [1, 2])],
            ]
            for requests in rounds {
                for request in requests {
                    let (line, _) = try await Self.send(Self.notify(request.uri, callID: request.uri), server)
                    #expect(line == (request.phones.isEmpty ? "SIP/2.0 404 Not Found" : "SIP/2.0 200 OK"), "\(request)")
                    for phone in request.phones {
                        runs[phone] += 1
                        _ = try await Self.waitForResyncs(runs[phone], daemon, macs[phone])
                    }
                }
                try await Self.waitForTheNextSecond()
            }
            for (mac, count) in zip(macs, runs) {
                #expect(try await Self.resyncs(daemon, mac).count == count, "\(mac): no run but those it was told")
            }
        }
    }

    @Test("a NOTIFY begins a run only so long after the last one that a NOTIFY began: a minute as shipped")
    func minimum() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let server = try LabUDPSocket(in: lab.server, port: 5060)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            _ = try await daemon.waitForRun()
            #expect(try await Self.send(Self.notify(callID: "one"), server).line == "SIP/2.0 200 OK")
            _ = try await Self.waitForResyncs(1, daemon)
            try await Self.waitForTheNextSecond()
            #expect(try await Self.send(Self.notify(callID: "two"), server).line == "SIP/2.0 200 OK")
            try await daemon.process.waitForOutput("answered, but a NOTIFY started a run less than 60")
            #expect(try await Self.resyncs(daemon).count == 1)
            #expect(try await daemon.status().first?.state == "provisioned")

            try await daemon.stop()
            let file = daemon.directory.appending(path: "phoneprovd.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data((text + "resync:\n  minimumSeconds: 2\n").utf8).write(to: file)
            try await daemon.start()
            _ = try await daemon.waitForRun(state: "provisioned")
            #expect(try await Self.send(Self.notify(callID: "three"), server).line == "SIP/2.0 200 OK")
            _ = try await Self.waitForResyncs(2, daemon)
            var sent = 0
            let runs = try await eventually("a run begun by a later NOTIFY", within: .seconds(5)) {
                sent += 1
                #expect(try await Self.send(Self.notify(callID: "more-\(sent)"), server).line == "SIP/2.0 200 OK")
                let runs = try await Self.resyncs(daemon)
                return runs.count >= 3 ? runs : nil
            }
            #expect(sent > 3 && runs.count == 3, "\(sent) were sent, \(runs)")
            // The last two requests are those of the runs that NOTIFYs began.
            let times = try nginx.records.suffix(2).compactMap { TimeInterval($0.time) }
            #expect(try #require(times.last) - #require(times.first) > 1.9, "\(times)")
        }
    }
}
