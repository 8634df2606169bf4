import Foundation
import LabSupport
import Testing

/// Asking by DHCPINFORM: when it is asked, how long it is waited for, and what is said of it.
@Suite("DHCPINFORM", .serialized)
struct InformTests {
    private static let server = "http://198.51.100.1"
    private static let quick = "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, trySeconds: 2 }"
    private static let documents = ["a.cfg": Document.device(registrar: "a.example.com")]

    @Test("An address that no DHCP client told of is asked for: a lease older than the installation")
    func olderLease() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(lines: [helper.line()]))
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-66")
            let said = try await daemon.text(ofStep: 6)
            #expect(said.contains("asked for by DHCPINFORM, answered by 198.51.100.1"), "\(said)")
            #expect(said.contains("1 NUL byte"), "what dnsmasq ends it with")
        }
    }

    @Test("Never means never; a server that is silent costs no more than the wait for a PnP server")
    func silence() async throws {
        try await LabNetwork.with { lab in
            let helper = try await InformHelper.start(in: lab)
            let capture = try await LabCapture.start(in: lab, on: lab.server, filter: "udp port 67")
            let never = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [helper.line("never")]))
            _ = try await never.waitForRun(state: "failed")
            #expect(try await capture.text().isEmpty)
            try await never.stop()

            let daemon = try await Daemon.start(in: lab, .init(lines: [helper.line()]))
            _ = try await daemon.waitForRun(state: "failed")
            let steps = try await daemon.explain()
            let said = try await daemon.text(ofStep: 4)
            #expect(said.contains("no DHCP server answered") && said.contains("DHCPINFORMs within 4.25 s"), "\(said)")
            let waited = steps.first { $0.step == 4 }?.milliseconds ?? 0
            print("lab: with a silent DHCP server, step 4 was waited for \(waited) ms beside the 5 s of step 3")
            try await eventuallyTrue("the datagrams in the capture") {
                try await capture.text().components(separatedBy: "BOOTP/DHCP, Request").count >= 3
            }
            // RFC 2131 section 4.4.3: from the client's port, to all servers, with the address that it has.
            let frames = try await capture.text(["-v"])
            #expect(frames.contains("198.51.100.50.68 > 255.255.255.255.67") && frames.contains("Inform"), "\(frames)")
            #expect(frames.contains("Client-IP 198.51.100.50") && frames.contains("\"Panasonic\""), "\(frames)")
        }
    }

    @Test("Without a helper the run goes on, and says what to do")
    func noHelper() async throws {
        try await LabNetwork.with { lab in
            let line = "dhcp: { informSocket: \(lab.directory.path(percentEncoded: false))/nobody }"
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [line]))
            _ = try await daemon.waitForRun(state: "failed")
            let said = try await daemon.text(ofStep: 4)
            #expect(said.contains("systemctl enable --now phoneprov-inform.socket"), "\(said)")
        }
    }

    @Test("A hundred phones that ask at the same time are a handful of questions, and all have the answer")
    func together() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let capture = try await LabCapture.start(in: lab, on: lab.server, filter: "udp port 67")
            let phones = (100..<200).map { DaemonConfiguration.Phone(mac: "0080F0000\($0)") }
            let daemon = try await Daemon.start(
                in: lab,
                .init(phones: phones, pnpTimeoutSeconds: 2, lines: [helper.line()])
            )
            _ = try await daemon.waitForRun(state: "provisioned", seconds: 30)
            #expect(try await daemon.status().allSatisfy { $0.source == "dhcp-66" })
            let questions = try await capture.text().components(separatedBy: "BOOTP/DHCP, Request").count - 1
            print("lab: \(phones.count) phones asked the DHCP server by \(questions) DHCPINFORM(s)")
            #expect((1...10).contains(questions))
        }
    }

    @Test("Without SIP PnP the answer is waited for before step 4")
    func withoutPnP() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [helper.line("always")]))
            #expect(try await daemon.ctl(["set", "SIPPNP_ENABLE", "N"]).status == 0)
            let words = ["ip", "-n", lab.phone.name, "addr", "add", "198.51.100.50/24", "dev", LabNetwork.interface]
            try await LabProcess.require(LabCommand(words))
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
        }
    }

    @Test("What udhcpc makes of a URL in option 66 is named, and the server is asked for it")
    func udhcpcsBad() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let never = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [helper.line("never")]))
            _ = try DHCPClientUnderTest.start(.udhcpc, in: lab, binds: try await never.hookBinds())
            _ = try await never.waitForRun(state: "failed")
            #expect(try await never.text(ofStep: 6).contains("udhcpc put the word \"bad\" in its place"))
        }
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [helper.line()]))
            _ = try DHCPClientUnderTest.start(.udhcpc, in: lab, binds: try await daemon.hookBinds())
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-66")
        }
    }

    @Test("What dhcpcd makes of a URL in option 66 without our lines is named, with what to do")
    func dhcpcdsName() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(66, "\(Self.server)/a.cfg")]))
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [helper.line("never")]))
            _ = try DHCPClientUnderTest.start(.dhcpcdPlain, in: lab, binds: try await daemon.hookBinds())
            _ = try await daemon.waitForRun(state: "failed")
            let said = try await daemon.text(ofStep: 6)
            #expect(said.contains("lines of /etc/phoneprovd/dhcp/dhcpcd.conf into dhcpcd.conf"), "\(said)")
        }
    }
}
