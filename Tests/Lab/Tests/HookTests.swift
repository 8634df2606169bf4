import Foundation
import LabSupport
import Testing

/// What a DHCP client must be able to rely on: the hook is quick, and a lease is data.
@Suite("The hooks")
struct HookTests {
    private static let server = "http://198.51.100.1"
    private static let quick = "downloads: { connectSeconds: 2, firstByteSeconds: 2, idleSeconds: 2, trySeconds: 2 }"

    @Test("the hook returns at once with a daemon, without one, and with one that hangs")
    func hookReturns() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            _ = try await DNSMasq.start(in: lab, .init(options: [.text(160, "\(Self.server)/a.cfg")]))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            let binds = try await daemon.hookBinds() + Self.stopwatch(in: lab)
            for situation in ["a daemon", "a daemon that hangs", "no daemon"] {
                if situation == "a daemon that hangs" { try daemon.process.send(signal: SIGSTOP) }
                if situation == "no daemon" { try await daemon.crash() }
                let client = try DHClient.start(in: lab, binds: binds)
                let event = try await client.waitForEvent("BOUND")
                let spent = try #require(event["lab_hook_nanoseconds"].flatMap { Int($0) })
                #expect(spent < 1_000_000_000, "\(situation): \(spent) ns")
                print("lab: with \(situation), dhclient's hook took \(spent / 1_000) µs")
                try await client.release()
            }
        }
    }

    /// A hook as its client calls it, for a lease that begins and one that ends.
    struct Hook: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let begins: String
        let ends: String
    }

    @Test(
        "every other hook returns within a second with a daemon, without one, and with one that hangs",
        arguments: [
            Hook(
                testDescription: "dhcpcd",
                begins: "reason=BOUND; . /etc/phoneprovd/dhcp/dhcpcd-hook",
                ends: "reason=STOP; . /etc/phoneprovd/dhcp/dhcpcd-hook"
            ),
            Hook(
                testDescription: "udhcpc",
                begins: "/etc/phoneprovd/dhcp/udhcpc-hook bound",
                ends: "/etc/phoneprovd/dhcp/udhcpc-hook deconfig"
            ),
            Hook(
                testDescription: "NetworkManager",
                begins: "/etc/NetworkManager/dispatcher.d/90-phoneprovd eth0 up",
                ends: "/etc/NetworkManager/dispatcher.d/90-phoneprovd eth0 down"
            ),
        ]
    )
    func otherHooksReturn(hook: Hook) async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: ["dhcp: { inform: never }"])
            )
            let binds = try await daemon.hookBinds()
            // The longest value that is taken: the most to translate.
            let value = String(repeating: "61", count: 2_048)
            let environment = [
                "interface": "eth0", "new_phone_prov_hex_160": value, "opt160": value, "ip": "198.51.100.50",
                "DHCP4_IP_ADDRESS": "198.51.100.50", "DHCP4_PHONE_PROV_160": value,
                "PHONEPROV_UDHCPC_SCRIPT": "/bin/true",
            ]
            for situation in ["a daemon", "a daemon that hangs", "no daemon"] {
                if situation == "a daemon that hangs" { try daemon.process.send(signal: SIGSTOP) }
                if situation == "no daemon" { try await daemon.crash() }
                for (what, call) in [("a lease that begins", hook.begins), ("one that ends", hook.ends)] {
                    let script = "began=$(date +%s%N); \(call); echo $(($(date +%s%N) - began))"
                    let command = LabCommand(
                        ["sh", "-ec", script],
                        in: lab.phone,
                        insideRoot: true,
                        binds: binds,
                        environment: environment
                    )
                    let done = try await lab.run(command)
                    #expect(done.status == 0 && done.errors.isEmpty, "\(done.errors)")
                    let line = done.output.trimmingCharacters(in: .whitespacesAndNewlines)
                    let spent = try #require(Int(line), "\(done.output)")
                    #expect(spent < 1_000_000_000, "\(situation), \(what): \(spent) ns")
                    print("lab: with \(situation), \(hook.testDescription)'s hook took \(spent / 1_000) µs for \(what)")
                }
            }
        }
    }

    /// The ways in which a hook is called for a lease that begins, by a client in whose place the test is.
    @Test(
        "an event that is overtaken on its way to the daemon changes nothing",
        arguments: [
            Hook(
                testDescription: "dhclient",
                begins: "reason=BOUND; . /etc/dhcp/dhclient-exit-hooks.d/phoneprovd",
                ends: "reason=RENEW; . /etc/dhcp/dhclient-exit-hooks.d/phoneprovd"
            ),
            Hook(
                testDescription: "dhcpcd",
                begins: "reason=BOUND; . /etc/phoneprovd/dhcp/dhcpcd-hook",
                ends: "reason=RENEW; . /etc/phoneprovd/dhcp/dhcpcd-hook"
            ),
        ]
    )
    func overtaken(hook: Hook) async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, lines: [Self.quick, "dhcp: { inform: never }"])
            )
            let place = try lab.makeDirectory("slow").path(percentEncoded: false)
            // The first event is held up until the second one has come through.
            let slow = """
                #!/bin/sh
                [ "$reason" != BOUND ] || until [ -e \(place)/go ]; do sleep 0.02; done
                exec /usr/bin/phoneprovctl "$@"
                """
            try Data(slow.utf8).write(to: URL(filePath: "\(place)/phoneprovctl"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(place)/phoneprovctl")
            // One right after the other, as close as two shells can be.
            let calls = [(hook.begins, "old"), (hook.ends, "new")].map { call, name in
                "sh -c 'new_phone_prov_160=\(Self.server)/\(name).cfg; export new_phone_prov_160; export reason; \(call)'"
            }
            let script = calls.joined(separator: "\n") + "\nuntil [ -e \(place)/done ]; do sleep 0.02; done"
            let client = try lab.start(
                LabCommand(
                    ["sh", "-ec", script],
                    in: lab.phone,
                    insideRoot: true,
                    binds: try await daemon.hookBinds(),
                    environment: ["interface": "eth0", "PHONEPROVCTL": "\(place)/phoneprovctl"]
                ),
                name: "hooks"
            )
            let new = "option 160 \(Self.server)/new.cfg"
            try await daemon.process.waitForOutput("DHCP RENEW on eth0 (the DHCP client's hook): \(new)")
            try Data().write(to: URL(filePath: "\(place)/go"))
            try await daemon.process.waitForOutput("DHCP BOUND on eth0 (the DHCP client's hook): not taken")
            #expect(try !daemon.process.transcript.contains("/old.cfg"))
            try Data().write(to: URL(filePath: "\(place)/done"))
            #expect(try await client.waitForExit() == .status(0))
        }
    }

    @Test("nothing in a lease is run as a command")
    func injection() async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let place = try lab.makeDirectory("injected")
            let path = place.path(percentEncoded: false) + "/"
            let masq = try await DNSMasq.start(in: lab, .init())
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [Self.quick]))
            let binds = try await daemon.hookBinds()
            for (first, second, third) in [
                ("http://198.51.100.1/$(touch${IFS}\(path)a)", "`touch \(path)b`", "198.51.100.1; touch \(path)c"),
                ("x\ntouch \(path)a\n", "' ; touch \(path)b ; '", "&& touch \(path)c"),
                ("|touch \(path)a", "\\$(touch \(path)b)", "$(touch \(path)c)"),
            ] {
                try await masq.setOptions([.text(160, first), .text(159, second), .text(66, third)])
                let client = try DHClient.start(in: lab, binds: binds)
                let event = try await client.waitForEvent("BOUND")
                for (variable, name) in [("phone_prov_160", "a"), ("phone_prov_159", "b"), ("tftp_server_name", "c")] {
                    let value = try #require(event["new_" + variable])
                    #expect(value.contains("touch") && value.contains(path + name), "what dhclient handed over")
                }
                try await client.release()
            }
            try await daemon.process.waitForOutput("DHCP RELEASE on eth0", count: 3, within: .seconds(15))
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
        }
    }

    /// Two hooks around the one under test, in run-parts order: what they measure is in the recorded environment.
    private static func stopwatch(in lab: LabNetwork) throws -> [LabCommand.Bind] {
        let place = try lab.makeDirectory("stopwatch")
        let scripts = [
            ("00-lab-start", "lab_hook_began=$(date +%s%N)\n"),
            ("zy-lab-end", "export lab_hook_nanoseconds=$(($(date +%s%N) - lab_hook_began))\n"),
        ]
        return try scripts.map { name, text in
            let file = place.appending(path: name)
            try Data(text.utf8).write(to: file)
            return LabCommand.Bind(
                file.path(percentEncoded: false),
                at: "/etc/dhcp/dhclient-exit-hooks.d/\(name)"
            )
        }
    }
}
