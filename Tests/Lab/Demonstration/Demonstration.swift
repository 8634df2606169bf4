import Foundation
import Glibc
import LabSupport

/// `make run`: a phone provisions itself three times, against real servers, in a network of its own.
@main
struct Demonstration {
    static func main() async {
        do {
            try LabPlaces.requireReady()
            let began = ContinuousClock.now
            try await LabNetwork.with(.init(phoneAddress: nil)) { network in
                try await Demonstration(network: network).play()
            }
            let seconds = (ContinuousClock.now - began).components.seconds
            say("\nAll three came true, in \(seconds) s. Everything that the lab started has ended.")
        } catch {
            var message = Array("\nThe demonstration did not come true: \(error)\n".utf8)
            _ = write(STDERR_FILENO, &message, message.count)
            exit(1)
        }
    }

    let network: LabNetwork

    /// What did not come true.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private func play() async throws {
        say(
            """
            A phone and its servers, each in a network namespace of this machine:
              the phone   eth0, phoneprovd and dhclient
              the server  \(LabNetwork.serverAddress), dnsmasq, nginx and Kamailio as SIP PnP server
            """
        )
        async let startingNginx = Nginx.start(in: network)
        async let startingMasq = DNSMasq.start(in: network, .init())
        async let startingKamailio = KamailioPnP.start(
            in: network,
            .init(url: "http://\(LabNetwork.serverAddress)/pnp/")
        )
        let (nginx, masq, kamailio) = try await (startingNginx, startingMasq, startingKamailio)
        try putFiles(on: nginx)
        let daemon = try await Daemon.start(in: network)
        let narrator = Narrator(daemon: daemon)

        heading("1. From the factory: SIP PnP", "The phone waits for an address; dhclient gets one; Kamailio answers.")
        let hooks = try await daemon.hookBinds()
        let first = try DHClient.start(in: network, binds: hooks)
        try await narrator.follow(until: "sip-pnp", "provisioned", run: 1)
        try await explain(daemon)
        try await showSettings(daemon)

        heading("2. SIP PnP off: DHCP option 160", "dhclient renews; its hook hands option 160 to the daemon.")
        try await masq.setOptions([.text(160, "http://\(LabNetwork.serverAddress)/dhcp/{MODEL}.cfg")])
        try await first.release()
        try await require(daemon, ["set", "SIPPNP_ENABLE", "N"])
        _ = try DHClient.start(in: network, binds: hooks)
        try await daemon.process.waitForOutput("DHCP BOUND", count: 2, within: .seconds(15))
        try await require(daemon, ["reboot"])
        try await narrator.follow(until: "dhcp-160", "provisioned", run: 2)
        try await explain(daemon)
        try await showSettings(daemon)

        heading(
            "3. Every server off: the saved copies",
            "nginx, Kamailio and dnsmasq are ended; the phone is rebooted."
        )
        await nginx.stop()
        await kamailio.stop()
        await masq.stop()
        try await require(daemon, ["reboot"])
        try await narrator.follow(until: "dhcp-160", "fallback", run: 3)
        try await explain(daemon)
        try await showSettings(daemon)
        let exit = try await daemon.stop()
        guard exit == .status(0) else { throw Failed(description: "phoneprovd ended with \(String(describing: exit))") }
    }

    private func putFiles(on nginx: Nginx) throws {
        for (folder, registrar) in [("pnp", "pbx-by-pnp.example.com"), ("dhcp", "pbx-by-dhcp.example.com")] {
            try nginx.put("\(folder)/KX-UTG200B.cfg", Documents.initial(folder: folder))
            try nginx.put("\(folder)/Config0080F0ABCDEF.cfg", Documents.standard(registrar: registrar))
            try nginx.put("\(folder)/ConfigCommon.cfg", Documents.master)
        }
    }

    private func heading(_ title: String, _ story: String) {
        say("\n\(title)\n\(String(repeating: "=", count: title.count))\n\(story)\n")
    }

    private func explain(_ daemon: Daemon) async throws {
        say("\n$ phoneprovctl explain")
        say(try await require(daemon, ["explain"]))
    }

    private func showSettings(_ daemon: Daemon) async throws {
        for name in ["SIP_RGSTR_ADDR_1", "SIP_PASS_1", "CFG_RTRY_INTVL"] {
            say("$ phoneprovctl get --explain \(name)")
            say(try await require(daemon, ["get", "--explain", name]), terminator: "")
        }
    }

    @discardableResult
    private func require(_ daemon: Daemon, _ arguments: [String]) async throws -> String {
        let done = try await daemon.ctl(arguments)
        guard done.status == 0 else {
            throw Failed(description: "phoneprovctl \(arguments.joined(separator: " ")): \(done.errors)")
        }
        return done.output
    }
}
