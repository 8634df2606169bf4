import Foundation
import LabSupport
import Testing

/// How the daemon starts and ends, and what outlives it.
@Suite("The daemon's life")
struct LifecycleTests {
    private static let web = "http://198.51.100.1"
    private static let odd = "http://198.51.100.1:8080"

    // MARK: Ending

    /// What the daemon is about when SIGTERM comes.
    enum Situation: String, CaseIterable, Sendable {
        case waitingForAnAddress, insideThePnPWindow, downloadThatHangs, idle
    }

    @Test("SIGTERM ends it within a second, with exit status 0, whatever it is doing", arguments: Situation.allCases)
    func sigterm(situation: Situation) async throws {
        let address = situation == .waitingForAnAddress ? nil : "198.51.100.50"
        try await LabNetwork.with(.init(phoneAddress: address)) { lab in
            let odd = try OddServer(in: lab, port: 8080)
            defer { odd.stop() }
            let window = situation == .insideThePnPWindow ? 5 : 1
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: window))
            switch situation {
            case .waitingForAnAddress, .insideThePnPWindow:
                let phone = try #require(try await daemon.status().first)
                #expect(phone.state == "provisioning" && phone.step == 3)
            case .downloadThatHangs:
                _ = try await daemon.waitForRun()
                try await daemon.set("USR_PROV_SVR_URL", "\(Self.odd)/silent.cfg")
                _ = try await daemon.ctl(["provision"])
                try await eventuallyTrue("the download") { try await daemon.status().first?.step == 8 }
            case .idle:
                #expect(try await daemon.waitForRun().state == "failed")
            }
            try await Self.expectQuickEnd(of: daemon.process)
            // Nothing is left of it at the socket.
            #expect(try await daemon.ctl(["status"]).status == 3)
        }
    }

    @Test("SIGTERM right after the start ends it too, with exit status 0")
    func sigtermAtOnce() async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab)
            try await daemon.stop()
            let socket = daemon.controlSocket
            // From the first line of its log on, and from the moment on at which the control socket is there.
            for _ in 0..<5 {
                let process = try daemon.launch(in: lab)
                try await process.waitForOutput("flash")
                try await Self.expectQuickEnd(of: process)
                let second = try daemon.launch(in: lab)
                try await second.waitUntil("the control socket") { FileManager.default.fileExists(atPath: socket) }
                try await Self.expectQuickEnd(of: second)
            }
        }
    }

    @Test("a client that waits does not hold the daemon back")
    func sigtermWithClients() async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab)
            async let waiting = daemon.ctl(["wait", "--state", "provisioned", "--timeout", "60"])
            async let watching = daemon.ctl(["status", "--watch"])
            try await daemon.process.waitForOutput("SIP on eth0")
            try await eventuallyTrue("both clients to be connected") { try Self.connections(of: daemon) >= 2 }
            try await Self.expectQuickEnd(of: daemon.process)
            #expect(try await waiting.status == 3)
            #expect(try await watching.status == 3)
        }
    }

    // MARK: The interface

    @Test("an interface that does not exist is waited for; when it appears, the phone goes on")
    func interface() async throws {
        struct Answer: Decodable {
            struct Phone: Decodable {
                let state: String
                let detail: String
            }
            let phones: [Phone]
        }
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "late.example.com")])
            let configuration = DaemonConfiguration(phones: [.init(interface: "phone7")], pnpTimeoutSeconds: 1)
            let daemon = try await Daemon.start(in: lab, configuration)
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            let waiting = try #require(try await daemon.json(Answer.self, ["status", "--json"]).phones.first)
            #expect(waiting.state == "provisioning")
            #expect(waiting.detail == "waiting for the interface phone7, which does not exist")
            let explained = try await daemon.ctl(["explain"])
            #expect(explained.output.contains("waiting for the interface phone7, which does not exist"))
            #expect(explained.output.contains("What to do: Attach phone7, or name one that ip link lists"))

            func ip(_ host: LabNamespace, _ words: String) async throws {
                let words = ["ip", "-n", host.name] + words.split(separator: " ").map(String.init)
                try await LabProcess.require(LabCommand(words))
            }
            try await ip(lab.phone, "link add phone7 type veth peer name phone7s netns \(lab.server.name)")
            try await eventuallyTrue("the daemon to see it") {
                try await daemon.json(Answer.self, ["status", "--json"]).phones.first?.detail
                    == "waiting for an address on phone7"
            }
            try await ip(lab.server, "addr add 203.0.113.1/24 dev phone7s")
            try await ip(lab.server, "link set phone7s up")
            try await ip(lab.phone, "link set phone7 up")
            try await ip(lab.phone, "addr add 203.0.113.50/24 dev phone7")
            try await ip(lab.phone, "route add 198.51.100.0/24 via 203.0.113.1")
            _ = try await daemon.waitForRun()
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "late.example.com")

            // And it may go again: what the phone has stays, and the next run waits as the first one did.
            try await ip(lab.phone, "link delete phone7")
            _ = try await daemon.ctl(["provision"])
            let gone = try #require(try await daemon.json(Answer.self, ["status", "--json"]).phones.first)
            #expect(gone.detail == "waiting for the interface phone7, which does not exist")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "late.example.com")
        }
    }

    @Test("a second daemon on the same socket, or on the same flash, is refused, and the first one goes on")
    func second() async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab)
            let state = try lab.makeDirectory("second").path(percentEncoded: false)
            let onSocket = try daemon.launch(in: lab, environment: ["PHONEPROVD_STATE_DIRECTORY": state])
            #expect(try await onSocket.waitForExit() == .status(1))
            let sentence = "Another daemon listens at \(daemon.controlSocket). End it, or choose another path."
            #expect(onSocket.transcript.contains(sentence), "\(onSocket.transcript)")

            let socket = ["PHONEPROVD_CONTROL_SOCKET": "\(state)/io.phoneprovd"]
            let onFlash = try daemon.launch(in: lab, environment: socket)
            #expect(try await onFlash.waitForExit() == .status(1))
            #expect(onFlash.transcript.contains("is in use by another process"), "\(onFlash.transcript)")
            #expect(try daemon.process.exit == nil)
            #expect(try await daemon.status().count == 1)
        }
    }

    // MARK: Helpers

    private static func expectQuickEnd(of process: LabProcess) async throws {
        let clock = ContinuousClock()
        let asked = clock.now
        process.send(signal: SIGTERM)
        let exit = try await process.waitForExit()
        let spent = asked.duration(to: clock.now)
        #expect(exit == .status(0), "\(process.transcript)")
        #expect(spent < .seconds(1), "\(process.transcript)")
    }

    /// How many clients are connected to the control socket (proc(5), /proc/net/unix: state 03 is connected).
    private static func connections(of daemon: Daemon) throws -> Int {
        let table = try String(contentsOfFile: "/proc/\(try daemon.process.pid)/net/unix", encoding: .utf8)
        return table.split(separator: "\n").filter {
            let fields = $0.split(separator: " ")
            return fields.count > 7 && fields[7] == daemon.controlSocket && fields[5] == "03"
        }.count
    }
}
