import Foundation
import LabSupport
import Testing

/// Every DHCP client that a Linux machine has, with its hook as installed, against real DHCP servers.
@Suite("Every DHCP client", .serialized)
struct DHCPClientTests {
    private static let server = "http://198.51.100.1"
    private static let quick = "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, trySeconds: 2 }"
    private static let documents = [
        "a.cfg": Document.device(registrar: "a.example.com"), "b.cfg": Document.device(registrar: "b.example.com"),
    ]

    /// Clients whose hooks tell of everything themselves.
    private static let telling: [DHCPClientUnderTest.Kind] = [.dhcpcd, .udhcpc]
    /// Clients of which a change is only learnt by asking.
    private static let asked: [DHCPClientUnderTest.Kind] = [.networkManager, .networkManagerDhclient, .networkd]

    @Test("BOUND, a RENEW with a change, a RENEW with the option gone, RELEASE: dnsmasq", arguments: telling)
    func told(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            let masq = try await DNSMasq.start(
                in: lab,
                .init(options: [.text(160, "\(Self.server)/none.cfg")], renewal: .seconds(3))
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [Self.quick]))
            let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            try await Self.hears(
                "DHCP BOUND on eth0 (the DHCP client's hook): option 160 \(Self.server)/none.cfg",
                daemon
            )
            #expect(try await daemon.waitForRun(state: "failed").source == "dhcp-160")

            try await masq.setOptions([.text(159, "\(Self.server)/a.cfg"), .text(66, "198.51.100.1")])
            try await client.renew()
            try await Self.hears("RENEW on eth0 (the DHCP client's hook): option 159 \(Self.server)/a.cfg", daemon)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-159")
            #expect(try await daemon.text(ofStep: 4).contains("the lease has no option 160 (RE"))

            try await masq.setOptions([])
            try await client.renew()
            try await Self.hears("DHCP client's hook): no provisioning option", daemon)

            try await client.release()
            // dhcpcd 9.4.1 gives a lease back with STOP, and udhcpc has one word for every end.
            try await Self.hears("DHCP \(kind == .dhcpcd ? "STOP" : "EXPIRE") on eth0", daemon)
        }
    }

    @Test("An address, a change at a renewal, the option gone, the lease given back: by DHCPINFORM", arguments: asked)
    func asks(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            let masq = try await DNSMasq.start(
                in: lab,
                .init(options: [.text(160, "\(Self.server)/none.cfg")], renewal: .seconds(3))
            )
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, helper.line()])
            )
            let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            #expect(try await daemon.waitForRun(state: "failed").source == "dhcp-160")
            if kind != .networkManagerDhclient {
                let said = try await daemon.text(ofStep: 4)
                #expect(said.contains("asked for by DHCPINFORM, answered by 198.51.100.1"), "\(said)")
            }

            try await masq.setOptions([.text(159, "\(Self.server)/a.cfg")])
            try await Self.hears("DHCPINFORM on eth0: 198.51.100.1 gives option 159 \(Self.server)/a.cfg", daemon)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-159")

            try await masq.setOptions([])
            try await Self.hears("DHCPINFORM on eth0: 198.51.100.1 gives no provisioning option", daemon)

            try await client.release()
            try await eventuallyTrue("the address to go", within: .seconds(15), seen: { client.process.transcript }) {
                try await !Self.hasAddress(lab)
            }
            #expect(try await daemon.ctl(["provision"]).status == 0)
            try await eventuallyTrue("the phone to wait for an address") {
                try await daemon.ctl(["status"]).output.contains("waiting for an address on eth0")
            }
        }
    }

    @Test("An event that comes while no daemon runs is taken at the start", arguments: telling)
    func kept(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "\(Self.server)/a.cfg")]))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.stop()
            _ = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            try await eventuallyTrue("an address", within: .seconds(15)) { try await Self.hasAddress(lab) }
            let place = daemon.directory.appending(path: "run/dhcp").path(percentEncoded: false)
            try await eventuallyTrue("the event in dhcp/", within: .seconds(10)) {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
                return try names.contains { name in
                    guard !name.hasPrefix(".") else { return false }
                    return try String(contentsOfFile: "\(place)/\(name)", encoding: .utf8).contains("reason=BOUND")
                }
            }
            try await daemon.start()
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")
            #expect(
                try await daemon.text(ofStep: 4).contains("BOUND by the DHCP client's hook, kept while no daemon ran")
            )
        }
    }

    // MARK: Helpers

    private static func hears(_ text: String, _ daemon: Daemon) async throws {
        try await daemon.process.waitForOutput(text, within: .seconds(20))
    }

    static func hasAddress(_ lab: LabNetwork) async throws -> Bool {
        let words = ["ip", "-n", lab.phone.name, "-4", "-o", "addr", "show", "dev", LabNetwork.interface]
        return try await LabProcess.require(LabCommand(words)).contains("inet ")
    }
}
