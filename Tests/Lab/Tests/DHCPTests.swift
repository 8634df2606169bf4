import Foundation
import LabSupport
import Testing

/// What a real DHCP server sends, through a real dhclient and the hook as it is installed.
@Suite("DHCP through dhclient and its hook")
struct DHCPTests {
    private static let server = "http://198.51.100.1"
    private static let quick = "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, trySeconds: 2 }"

    /// A server's options, and what comes of them.
    struct Sent: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: [DNSMasq.Option]
        /// The source and the path that is asked for.
        let source: String
        let target: String
        /// What the trace says at a step.
        let step: Int
        let says: String
    }

    @Test(
        "an option is taken as it was meant, and one that cannot be meant is refused with its bytes",
        arguments: [
            Sent(
                testDescription: "66, which dnsmasq ends with a NUL",
                options: [.text(66, "http://198.51.100.1/nul/")],
                source: "dhcp-66",
                target: "/nul/KX-UTG200B.cfg",
                step: 6,
                says: "option 66: http://198.51.100.1/nul/ ("
            ),
            Sent(
                testDescription: "quotes and blanks around it",
                options: [.text(160, "\"http://198.51.100.1/quoted.cfg\" ")],
                source: "dhcp-160",
                target: "/quoted.cfg",
                step: 4,
                says: "quotes around the value"
            ),
            Sent(
                testDescription: "a line break in 160: refused, and 159 is next",
                options: [
                    .text(160, "http://198.51.100.1/a.cfg\nhttp://198.51.100.1/b.cfg"),
                    .text(159, "http://198.51.100.1/next.cfg"),
                ],
                source: "dhcp-159",
                target: "/next.cfg",
                step: 4,
                says: "63 66 67 0a 68 74 74 70"
            ),
            Sent(
                testDescription: "bytes that are no UTF-8 in 160: refused, and 159 is next",
                options: [.bytes(160, [0x68, 0xE9, 0xFF, 0x68, 0x41]), .text(159, "http://198.51.100.1/next.cfg")],
                source: "dhcp-159",
                target: "/next.cfg",
                step: 4,
                says: "68 e9 ff 68 41"
            ),
            Sent(
                testDescription: "an address as four raw bytes",
                options: [.bytes(159, [198, 51, 100, 1])],
                source: "dhcp-159",
                target: "/KX-UTG200B.cfg",
                step: 5,
                says: "four bytes where text belongs"
            ),
            Sent(
                testDescription: "a query with & in it",
                options: [.text(160, "http://198.51.100.1/q?a=1&b=2")],
                source: "dhcp-160",
                target: "/q?a=1&b=2",
                step: 4,
                says: "a=1&b=2"
            ),
            Sent(
                testDescription: "a macro and a password",
                options: [.text(160, "http://id:geheim@198.51.100.1/{mac}.cfg")],
                source: "dhcp-160",
                target: "/0080f0abcdef.cfg",
                step: 4,
                says: "id:***@198.51.100.1"
            ),
        ]
    )
    func values(sent: Sent) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let file = Document.device(registrar: "dhcp.example.com")
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "nul/KX-UTG200B.cfg": file, "quoted.cfg": file, "next.cfg": file, "KX-UTG200B.cfg": file, "q": file,
                    "0080f0abcdef.cfg": file,
                ]
            )
            _ = try await DNSMasq.start(in: lab, .init(options: sent.options))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [Self.quick]))
            _ = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.source == sent.source)
            #expect(try nginx.records.map(\.target).contains(sent.target))
            let said = try await daemon.text(ofStep: sent.step)
            #expect(said.contains(sent.says), "\(said)")
            #expect(try !daemon.process.transcript.contains("geheim"))
        }
    }

    @Test("option 66 with an address as four raw bytes is that address, and is tried by four protocols")
    func rawAddress() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            // dnsmasq takes hex for 66 as text, but puts through what stands between quotes, apart from bytes below 32.
            let raw = try lab.makeDirectory("raw").appending(path: "options")
            try Data(Array("66,\"".utf8) + [198, 51, 100, 100] + Array("\"\n".utf8)).write(to: raw)
            let words = ["ip", "-n", lab.server.name, "addr", "add", "198.51.100.100/24", "dev", LabNetwork.interface]
            try await LabProcess.require(LabCommand(words))
            _ = try await DNSMasq.start(in: lab, .init(lines: ["dhcp-optsfile=\(raw.path(percentEncoded: false))"]))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [Self.quick]))
            let client = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            #expect(try await client.waitForEvent("BOUND")["new_tftp_server_name"] == "\\3063dd")
            #expect(try await daemon.waitForRun(state: "failed").source == "dhcp-66")
            let found = try await daemon.text(ofStep: 6)
            #expect(found.contains("option 66: 198.51.100.100 (") && found.contains("four bytes where text belongs"))
            let tries = try await daemon.text(ofStep: 8)
            for scheme in ["tftp", "http", "https", "ftp"] {
                #expect(tries.contains("\(scheme)://198.51.100.100/KX-UTG200B.cfg"), "\(tries)")
            }
        }
    }

    @Test("a renewal with another URL starts a run while the phone is not provisioned; a release takes the values away")
    func renewAndRelease() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: ["good.cfg": Document.device(registrar: "renewed.example.com")]
            )
            let masq = try await DNSMasq.start(
                in: lab,
                .init(options: [.text(160, "\(Self.server)/bad.cfg")], renewal: .seconds(3))
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            let client = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            _ = try await nginx.waitForRequests("/bad.cfg", within: .seconds(15))
            #expect(try await daemon.waitForRun(state: "failed").source == "dhcp-160")

            try await masq.setOptions([.text(160, "\(Self.server)/good.cfg")])
            #expect(try await client.waitForEvent("RENEW")["new_phone_prov_160"] == "\(Self.server)/good.cfg")
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "renewed.example.com")

            try await client.release()
            try await Self.hears("DHCP RELEASE on eth0", daemon)
            // The address went with the lease; the phone gets one by hand, so that it has nothing to wait for.
            try await Self.setAddress(in: lab)
            let status = try await daemon.provision()
            #expect(status.state == "fallback" && status.source == "none")
            #expect(try await daemon.text(ofStep: 4).contains("there is no DHCP lease"))
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "renewed.example.com")
        }
    }

    @Test("an event that comes while no daemon runs is kept beside the socket, and read at the start")
    func kept() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "kept.example.com")])
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "\(Self.server)/a.cfg")]))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.stop()
            let client = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            _ = try await client.waitForEvent("BOUND")
            try await eventuallyTrue("the event in dhcp/") { try Self.spooled(daemon).count == 1 }

            try await daemon.start()
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
            #expect(try await daemon.text(ofStep: 4).contains("kept while no daemon ran"))
            #expect(try Self.spooled(daemon).isEmpty)

            // The lease is in flash too: a restart without any event knows it.
            try await daemon.crash()
            try await daemon.start()
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
            #expect(try await daemon.text(ofStep: 4).contains("of the lease that flash kept"))
        }
    }

    @Test("an event that is left while the daemon runs is taken at once; what somebody else left is not")
    func leftToARunningDaemon() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "left.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            #expect(try await daemon.waitForRun(state: "failed").source == "none")
            let spool = daemon.directory.appending(path: "run/dhcp").path(percentEncoded: false)

            // Written by anybody who got into the directory: not root, not the daemon's user.
            let foreign = "\(spool)/00000000000000000001-0000000001-0000000001.event"
            try Data("phoneprovd-dhcp-event 1\nreason=BOUND\0interface=eth0\0\0".utf8).write(to: URL(filePath: foreign))
            #expect(chown(foreign, 65_534, 65_534) == 0)

            // Beside the socket of a daemon that is not there, which is where this one reads.
            let words = [
                LabPlaces.programs.appending(path: "phoneprovctl").path(percentEncoded: false), "--socket",
                daemon.directory.appending(path: "run/nobody").path(percentEncoded: false), "dhcp-event",
            ]
            let variables = [
                "reason": "BOUND", "interface": "eth0", "new_phone_prov_160": "\(Self.server)/a.cfg",
                "new_ip_address": "198.51.100.50",
            ]
            try await LabProcess.require(LabCommand(words, in: lab.phone, environment: variables))
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
            #expect(try await daemon.text(ofStep: 4).contains("kept while the daemon did not answer"))
            try await eventuallyTrue("the spool to be empty") { try Self.spooled(daemon).isEmpty }
            #expect(try daemon.process.transcript.contains("it was removed"))

            // A directory that others may write in is not read at all.
            #expect(chmod(spool, 0o777) == 0)
            _ = try await daemon.ctl(["dhcp-event"], environment: variables)
            try await Self.hears("can be written by others (mode 777); chmod 0700 it", daemon)
        }
    }

    @Test("an event that was kept because the daemon hung does not undo a later one")
    func keptAndOvertaken() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "old.cfg": Document.device(registrar: "old.example.com"),
                    "new.cfg": Document.device(registrar: "new.example.com"),
                ]
            )
            let masq = try await DNSMasq.start(
                in: lab,
                .init(options: [.text(160, "\(Self.server)/old.cfg")], renewal: .seconds(3))
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try daemon.process.send(signal: SIGSTOP)
            let client = try DHClient.start(in: lab, binds: try await daemon.hookBinds())
            _ = try await client.waitForEvent("BOUND")
            try await eventuallyTrue("the event in dhcp/") { try Self.spooled(daemon).count == 1 }
            try daemon.process.send(signal: SIGCONT)

            try await masq.setOptions([.text(160, "\(Self.server)/new.cfg")])
            _ = try await client.waitForEvent("RENEW")
            try await Self.hears("option 160 \(Self.server)/new.cfg", daemon)
            _ = try await daemon.provision()
            _ = try await nginx.waitForRequests("/new.cfg")
            await masq.stop()
            await client.stop()

            try await daemon.stop()
            try await daemon.start()
            let status = try await daemon.waitForRun(state: "provisioned")
            #expect(status.url == "\(Self.server)/new.cfg", "the server's last word")
        }
    }

    // MARK: Helpers

    /// The events that wait in dhcp/ beside the control socket.
    private static func spooled(_ daemon: Daemon) throws -> [String] {
        let place = daemon.directory.appending(path: "run/dhcp").path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: place) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: place).filter { !$0.hasPrefix(".") }
    }

    private static func hears(_ text: String, _ daemon: Daemon) async throws {
        try await daemon.process.waitForOutput(text, within: .seconds(15))
    }

    private static func setAddress(in lab: LabNetwork) async throws {
        let words = ["ip", "-n", lab.phone.name, "addr", "replace", "198.51.100.50/24", "dev", LabNetwork.interface]
        try await LabProcess.require(LabCommand(words))
    }
}
