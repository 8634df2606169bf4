import Foundation
import LabSupport
import Testing

/// Every DHCP client against ISC's server and against Kea.
@Suite("Every DHCP client with ISC's server and with Kea", .serialized)
struct DHCPServerTests {
    private typealias Kind = DHCPClientUnderTest.Kind
    private static let server = "http://198.51.100.1"
    private static let quick = "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, trySeconds: 2 }"
    private static let documents = ["a.cfg": Document.device(registrar: "a.example.com")]
    static let kinds: [DHCPClientUnderTest.Kind] = [
        .dhclient, .dhcpcd, .udhcpc, .networkManager, .networkManagerDhclient, .networkd,
    ]

    /// The clients whose hook tells of everything; of the others a change is learnt by asking.
    private static func tells(_ kind: DHCPClientUnderTest.Kind) -> Bool {
        [.dhclient, .dhcpcd, .udhcpc].contains(kind)
    }

    @Test("ISC's server: BOUND, a RENEW with a change, and EXPIRE when it is gone", arguments: kinds)
    func isc(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            func configuration(_ path: String) -> ISCServer.Configuration {
                .init(
                    options: [160: Array("\(Self.server)\(path)".utf8)],
                    lease: .seconds(10),
                    renewal: .seconds(3)
                )
            }
            let first = try await ISCServer.start(in: lab, configuration("/none.cfg"))
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, helper.line()])
            )
            let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            #expect(try await daemon.waitForRun(state: "failed").source == "dhcp-160")

            let second = try await first.restarted(configuration("/a.cfg"))
            try await client.renew()
            let way = Self.tells(kind) ? "DHCP RE" : "DHCPINFORM on eth0: 198.51.100.1 gives option 160"
            try await Self.hears(way, daemon)
            try await Self.hears("option 160 \(Self.server)/a.cfg", daemon)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")

            await second.stop()
            // dhcpcd takes a lease for no less than 20 seconds.
            if Self.tells(kind) { try await Self.hears("DHCP EXPIRE on eth0", daemon, within: 45) }
            try await eventuallyTrue("the address to go", within: .seconds(45), seen: { client.process.transcript }) {
                try await !DHCPClientTests.hasAddress(lab)
            }
        }
    }

    @Test("Kea: BOUND, a RENEW with the option gone, and the lease given back", arguments: kinds)
    func kea(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            let url = Array("\(Self.server)/a.cfg".utf8)
            let first = try await KeaServer.start(in: lab, .ipv4([160: url]), lease: 60, renewal: 3)
            let helper = try await InformHelper.start(in: lab)
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, helper.line()])
            )
            let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            #expect(try await daemon.waitForRun(state: "provisioned").source == "dhcp-160")

            _ = try await first.restarted(.ipv4([:]))
            try await client.renew()
            let way = Self.tells(kind) ? "the DHCP client's hook): " : "DHCPINFORM on eth0: 198.51.100.1 gives "
            try await Self.hears(way + "no provisioning option", daemon)

            try await client.release()
            try await eventuallyTrue("the address to go", within: .seconds(15), seen: { client.process.transcript }) {
                try await !DHCPClientTests.hasAddress(lab)
            }
            #expect(try await daemon.ctl(["provision"]).status == 0)
            try await eventuallyTrue("the phone to wait for an address") {
                try await daemon.ctl(["status"]).output.contains("waiting for an address on eth0")
            }
        }
    }

    @Test(
        "Kea by DHCPv6: BOUND6 brings option 17, RENEW6 takes it away and brings another, RELEASE6 ends it",
        arguments: [DHCPClientUnderTest.Kind.dhclient6, .dhcpcd6]
    )
    func kea6(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(ipv6: true)) { lab in
            _ = try await Nginx.start(in: lab, files: Self.documents)
            let none = "http://198.51.100.1/none.cfg"
            let first = try await KeaServer.start(in: lab, .ipv6(enterprise: 258, none), lease: 60, renewal: 3)
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, "dhcp: { inform: never }"])
            )
            let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
            try await Self.hears("DHCP BOUND6 on eth0 (the DHCP client's hook): option DHCPv6 17 \(none)", daemon)
            try await Self.reaches("dhcpv6", "failed", daemon)

            let second = try await first.restarted(.ipv6(enterprise: 258, nil))
            try await Self.hears("DHCP RENEW6 on eth0 (the DHCP client's hook): no provisioning option", daemon)
            let url = "http://198.51.100.1/a.cfg"
            _ = try await second.restarted(.ipv6(enterprise: 258, url))
            try await Self.hears("DHCP RENEW6 on eth0 (the DHCP client's hook): option DHCPv6 17 \(url)", daemon)
            try await Self.reaches("dhcpv6", "provisioned", daemon)

            try await client.release()
            try await Self.hears("DHCP RELEASE6 on eth0 (the DHCP client's hook): no provisioning option", daemon)
        }
    }

    @Test("Kea by DHCPv6: EXPIRE6 when the server is gone")
    func kea6Gone() async throws {
        try await LabNetwork.with(.init(ipv6: true)) { lab in
            let none = "http://198.51.100.1/none.cfg"
            let server = try await KeaServer.start(in: lab, .ipv6(enterprise: 258, none), lease: 8, renewal: 3)
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, "dhcp: { inform: never }"])
            )
            _ = try DHCPClientUnderTest.start(.dhclient6, in: lab, binds: try await daemon.hookBinds())
            try await Self.hears("DHCP BOUND6 on eth0 (the DHCP client's hook): option DHCPv6 17 \(none)", daemon)
            await server.stop()
            try await Self.hears("DHCP EXPIRE6 on eth0 (the DHCP client's hook): no provisioning option", daemon)
        }
    }

    private static func reaches(_ source: String, _ state: String, _ daemon: Daemon) async throws {
        try await eventuallyTrue("\(state) from \(source)", within: .seconds(20)) {
            try await daemon.status().contains { $0.source == source && $0.state == state }
        }
    }

    private static func hears(_ text: String, _ daemon: Daemon, within seconds: Int = 20) async throws {
        try await daemon.process.waitForOutput(text, within: .seconds(seconds))
    }
}
