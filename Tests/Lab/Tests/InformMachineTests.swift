import Foundation
import LabSupport
import Testing

/// DHCPINFORM with the units as installed, on a whole machine whose DHCP client is systemd-networkd.
@Suite("DHCPINFORM under systemd", .serialized)
struct InformMachineTests {
    @Test("networkd's lease provisions the phone through the helper's socket, which is the daemon's alone")
    func networkd() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let document = Document.device(registrar: "sip.example.com")
            _ = try await Nginx.start(in: lab, files: ["start.cfg": document, "next.cfg": document])
            let masq = try await DNSMasq.start(
                in: lab,
                .init(options: [.text(160, "http://198.51.100.1/start.cfg")], renewal: .seconds(3))
            )
            let machine = try await Machine.boot(in: lab)
            try await machine.install()
            try await machine.write(
                "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n",
                to: "/etc/systemd/network/eth0.network"
            )
            try await machine.require(["systemctl", "start", "phoneprovd"])
            // The helper is there before anybody has asked for it.
            #expect(try await machine.require(["systemctl", "is-active", "phoneprov-inform.socket"]) == "active\n")
            try await machine.require(["systemctl", "start", "systemd-networkd"])
            try await machine.require(["phoneprovctl", "wait", "--state", "provisioned", "--timeout", "30"])
            let explained = try await machine.require(["phoneprovctl", "explain"])
            #expect(explained.contains("asked for by DHCPINFORM, answered by 198.51.100.1"), "\(explained)")

            // A renewal is noticed by the address being set once more.
            try await masq.setOptions([.text(160, "http://198.51.100.1/next.cfg")])
            try await eventuallyTrue("the answer after a renewal", within: .seconds(20)) {
                try await machine.journal("-u", "phoneprovd").contains {
                    $0.message.contains("198.51.100.1 gives option 160 http://198.51.100.1/next.cfg")
                }
            }

            // A helper for each question, none left, none failed; nothing that it was not allowed.
            let units = try await machine.require(["systemctl", "list-units", "--all", "--plain", "phoneprov-inform@*"])
            #expect(!units.contains("failed"), "\(units)")
            let said = try await machine.journal("-t", "phoneprov-inform")
            #expect(said.isEmpty, "\(said)")

            let mode = try await machine.require(["stat", "-c", "%U:%G %a", "/run/phoneprov-inform.sock"])
            #expect(mode == "phoneprovd:phoneprovd 600\n")
            let curl = ["curl", "-s", "-m", "2", "--unix-socket", "/run/phoneprov-inform.sock", "http://helper/"]
            #expect(try await machine.run(curl, as: "nobody").status == 7, "another user cannot connect")
            let pid = try await machine.require(["systemctl", "show", "--value", "-p", "MainPID", "phoneprovd"])
            let status = try await machine.require([
                "cat", "/proc/\(pid.trimmingCharacters(in: .whitespacesAndNewlines))/status",
            ])
            for set in ["CapEff", "CapPrm", "CapBnd", "CapAmb"] {
                #expect(status.contains("\(set):\t0000000000000000"), "the daemon keeps no capability")
            }
        }
    }
}
