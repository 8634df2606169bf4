import Foundation
import LabSupport
import Testing

/// What scripts rely on: the exit status of both programs, and a message that says what to do.
@Suite("Exit statuses and messages")
struct CommandLineTests {
    @Test("wrong use is status 2, what did not come true is status 1, and each says why")
    func refusals() async throws {
        let cases: [(words: [String], status: Int32, says: String)] = [
            (["--phone", "0080F0000001", "get", "CFG_CYCLIC"], 2, "There is no phone 0080F0000001"),
            (["--phone", "nonsense", "status"], 2, "Known phones: 0080F0ABCDEF"),
            (["get", "CFG_CYCLICAL"], 2, "Did you mean CFG_CYCLIC"),
            (["set", "SIP_RGSTR_ADDR_7", "a"], 2, "SIP_RGSTR_ADDR_7"),
            (["get", "SIP_RGSTR_ADDR"], 2, "write SIP_RGSTR_ADDR_1 for line 1"),
            (["set", "CFG_CYCLIC", "perhaps"], 2, "CFG_CYCLIC cannot have this value"),
            (["set", "CFG_CYCLIC_INTVL", "999999"], 2, "CFG_CYCLIC_INTVL cannot have this value"),
            (["set", "CFG_CYCLIC"], 2, "Missing expected argument"),
            (["set", "SYSLOG_PORT", "-1"], 2, "SYSLOG_PORT cannot have this value"),
            (["set", "SYSLOG_PORT", "-1", "--phone", "0080F0000001"], 2, "There is no phone 0080F0000001"),
            (["unset", "CFG_CYCLICAL"], 2, "Did you mean CFG_CYCLIC"),
            (["explain", "--run", "4711"], 1, "no run 4711"),
            (["--nonsense"], 2, "Unknown option"),
            (["status", "--nonsense"], 2, "Unknown option"),
            (["nonsense"], 2, "nonsense"),
            (["wait", "--state", "happy"], 2, "happy"),
            (["wait", "--timeout", "-1"], 2, "timeout"),
            (["factory-reset"], 2, "--yes"),
            (["check", "/none.cfg"], 2, "/none.cfg cannot be read"),
            (["wait", "--state", "provisioned", "--timeout", "1"], 1, "did not come within 1"),
            (["dhcp-event"], 2, "this is no event of a DHCP client"),
        ]
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let daemon = try await Daemon.start(in: lab)
            for (words, status, says) in cases {
                let done = try await daemon.ctl(words)
                #expect(done.exit == .status(status), "phoneprovctl \(words): \(done.errors)")
                #expect(done.errors.contains(says), "phoneprovctl \(words): \(done.errors)")
                #expect(!done.errors.contains("\\u{"), "for people to read: \(done.errors)")
            }
            #expect(try await daemon.value(of: "CFG_CYCLIC") == "N", "what was refused has changed nothing")
            for words in [["--help"], ["--version"], ["status"], ["status", "--json"], ["history"], ["get"]] {
                let done = try await daemon.ctl(words)
                #expect(done.exit == .status(0) && !done.output.isEmpty, "phoneprovctl \(words): \(done.errors)")
            }
        }
    }

    @Test("wait with a time-out ends when the time is over, not before and not much later")
    func wait() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let daemon = try await Daemon.start(in: lab)
            let clock = ContinuousClock()
            let began = clock.now
            #expect(try await daemon.ctl(["wait", "--timeout", "1"]).exit == .status(1))
            let spent = began.duration(to: clock.now)
            #expect(spent >= .seconds(1) && spent < .seconds(2))
        }
    }

    @Test("without a daemon every command that needs one is status 3, and dhcp-event keeps its event")
    func noDaemon() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let daemon = try await Daemon.start(in: lab)
            for ending in ["stopped", "killed"] {
                if ending == "stopped" { try await daemon.stop() } else { try await daemon.crash() }
                for words in [
                    ["status"], ["wait", "--timeout", "1"], ["explain"], ["history"], ["provision"], ["reboot"],
                    ["factory-reset", "--yes"], ["get", "CFG_CYCLIC"], ["set", "CFG_CYCLIC", "Y"],
                    ["unset", "CFG_CYCLIC"],
                ] {
                    let done = try await daemon.ctl(words)
                    #expect(done.exit == .status(3), "\(ending), \(words): \(done.errors)")
                    #expect(done.errors.contains("Start it"), "\(ending), \(words): \(done.errors)")
                }
                if ending == "stopped" { try await daemon.start() }
            }
            let event = ["reason": "BOUND", "interface": "eth0", "new_phone_prov_160": "http://198.51.100.1/"]
            #expect(try await daemon.ctl(["dhcp-event"], environment: event).exit == .status(0))
            let kept = daemon.directory.appending(path: "run/dhcp").path(percentEncoded: false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: kept).count == 1)

            // A file is checked without any daemon.
            let good = daemon.directory.appending(path: "good.cfg")
            try Data(Document.device(registrar: "a.example.com").utf8).write(to: good)
            let bad = daemon.directory.appending(path: "bad.cfg")
            try Data("<PANASIPPhoneConfig>\n<Device>\n".utf8).write(to: bad)
            let (goodPath, badPath) = (good.path(percentEncoded: false), bad.path(percentEncoded: false))
            #expect(try await daemon.ctl(["check", goodPath]).exit == .status(0))
            let refused = try await daemon.ctl(["check", goodPath, badPath])
            #expect(refused.exit == .status(1) && refused.output.contains("\(badPath):3:"), "\(refused.output)")
        }
    }

    @Test("--check-config tells what is wrong, with the line, and ends with status 2")
    func checkConfig() async throws {
        let phone = """
            phones:
              - mac: "0080F0ABCDEF"
                model: KX-UTG200B
                softwareVersion: "03.131"
                interface: eth0

            """
        let cases: [(text: String, status: Int32, says: String)] = [
            (phone, 0, "1 phone, nothing wrong"),
            ("", 2, "it is empty"),
            ("stateDirectory: /tmp\n", 2, "it lists no phone"),
            (phone + "nonsense: 1\n", 2, ":6: the key ‘nonsense’ is not known"),
            (
                phone + "sipPnP: { timeoutSeconds: 6 }\n", 2,
                ":6: sipPnP.timeoutSeconds: ‘6’ is not a whole number from 1 to 5"
            ),
            (phone + "sipPnP: { group: 198.51.100.1 }\n", 2, "is no IPv4 multicast address"),
            (phone + "controlSocket: relative\n", 2, "is no absolute path"),
            (phone + "http: { authentication: digest }\n", 2, "is none of any, basic"),
            (phone.replacing("0080F0ABCDEF", with: "0080F0"), 2, ":2: mac: ‘0080F0’ is no hardware address"),
            (phone.replacing("KX-UTG200B", with: "KX UTG"), 2, ":3: model: ‘KX UTG’ is no model"),
            (phone.replacing("eth0", with: "far-too-long-a-name"), 2, "is no name of a network interface"),
            (phone.replacing("    interface: eth0\n", with: ""), 2, "a phone needs ‘interface’"),
            (phone + phone.replacing("phones:\n", with: ""), 2, "in the list twice"),
            (phone + phone, 2, "phones"),
            ("phones: [\n", 2, ":"),
            ("phones: \u{FFFE}\u{0}\n", 2, ":"),
        ]
        try LabPlaces.requireReady()
        let place = FileManager.default.temporaryDirectory.appending(path: "phoneprovd-check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: place) }
        let file = place.appending(path: "phoneprovd.yaml")
        for (text, status, says) in cases {
            try Data(text.utf8).write(to: file)
            let done = try await Self.phoneprovd(["--check-config", "--config", file.path(percentEncoded: false)])
            #expect(done.exit == .status(status), "\(text): \(done.output)\(done.errors)")
            let said = status == 0 ? done.output : done.errors
            #expect(said.contains(says) && said.contains("phoneprovd.yaml:"), "\(text): \(said)")
            // Started with it, the daemon ends the same way, and does not begin anything.
            guard status != 0 else { continue }
            let started = try await Self.phoneprovd(["--config", file.path(percentEncoded: false)])
            #expect(started.exit == .status(2) && started.errors == done.errors)
        }
        let missing = try await Self.phoneprovd([
            "--check-config", "--config", place.path(percentEncoded: false) + "/none",
        ])
        #expect(missing.exit == .status(2) && missing.errors.contains("No such file"))
    }

    @Test("the environment stands over the file, and is checked as the file is")
    func environment() async throws {
        try LabPlaces.requireReady()
        let example = LabPlaces.repository.appending(path: "etc/phoneprovd/phoneprovd.yaml").path(percentEncoded: false)
        let words = ["--check-config", "--config", example]
        #expect(try await Self.phoneprovd(words).exit == .status(0), "the file as it is shipped")
        let port = try await Self.phoneprovd(words, ["PHONEPROVD_SIP_PNP_LOCAL_PORT": "70000"])
        #expect(port.exit == .status(2))
        #expect(port.errors.contains("PHONEPROVD_SIP_PNP_LOCAL_PORT: sipPnP.localPort: ‘70000’"), "\(port.errors)")
        let slip = try await Self.phoneprovd(words, ["PHONEPROVD_SIP_PNP_LOCALPORT": "5070"])
        #expect(slip.exit == .status(0) && slip.output.hasSuffix("nothing wrong\n"), "\(slip.output)")
        let meant = "phoneprovd: warning: PHONEPROVD_SIP_PNP_LOCALPORT: no key has this variable, so it sets nothing:"
        #expect(slip.errors == "\(meant) did you mean PHONEPROVD_SIP_PNP_LOCAL_PORT?\n", "\(slip.errors)")
    }

    @Test("phoneprov-web --check-config tells a file that is not there from one with nothing wrong in it")
    func checkWebConfig() async throws {
        try LabPlaces.requireReady()
        let example = LabPlaces.repository.appending(path: "etc/phoneprovd/phoneprov-web.yaml")
        let cases = [
            (example.path(percentEncoded: false), "nothing wrong"),
            ("/none.yaml", "there is no such file: everything is as shipped"),
        ]
        for (file, says) in cases {
            let done = try await Self.phoneprovd(["--check-config", "--config", file], program: "phoneprov-web")
            #expect(done.exit == .status(0) && done.output == "\(file): \(says)\n", "\(done.output)\(done.errors)")
        }
    }

    private static func phoneprovd(
        _ words: [String],
        _ environment: [String: String] = [:],
        program name: String = "phoneprovd"
    ) async throws -> LabProcess.Finished {
        let program = LabPlaces.programs.appending(path: name).path(percentEncoded: false)
        return try await LabProcess.run(LabCommand([program] + words, environment: environment))
    }
}
