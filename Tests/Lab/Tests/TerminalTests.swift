import Foundation
import LabSupport
import Testing

/// phoneprovctl as a person at a terminal meets it.
@Suite("At a terminal")
struct TerminalTests {
    private static let server = "http://198.51.100.1"

    @Test("status --watch is drawn in place, follows the phone and the window, and leaves the terminal as it was")
    func watch() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "a.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun(state: "failed")
            let terminal = try await LabTerminal.open(
                in: lab,
                shell: "bash --norc --noprofile",
                binds: try await daemon.hookBinds()
            )
            try await terminal.run("echo before the watch")
            try await terminal.run("phoneprovctl status --watch")
            let first = try await terminal.wait(for: "the failed run") { $0.contains("State: failed") }
            #expect(first.contains("9  saved files"), "the steps of the run: \(first)")
            #expect(first.contains("Ctrl-C ends.") && !first.contains("before the watch"), "\(first)")
            #expect(try await terminal.variable("alternate_on") == "1")
            #expect(try await terminal.variable("cursor_flag") == "0")
            #expect(first.contains("SUBSCRIBE"), "what happened in the steps: \(first)")
            try await terminal.resize(columns: 100, rows: 20)
            let brief = try await terminal.wait(for: "the steps alone") { !$0.contains("SUBSCRIBE") }
            #expect(brief.contains("9  saved files") && !brief.contains("more lines"), "\(brief)")

            try await daemon.set("USR_PROV_SVR_URL", "\(Self.server)/a.cfg")
            _ = try await daemon.ctl(["provision"])
            let second = try await terminal.wait(for: "the next run") { $0.contains("State: provisioned") }
            #expect(second.components(separatedBy: "State:").count == 2, "in place: \(second)")
            #expect(!second.contains("State: failed"), "nothing stays behind: \(second)")

            try await terminal.resize(columns: 50, rows: 12)
            let small = try await terminal.wait(for: "the small window") { $0.contains("more lines") }
            let lines = small.split(separator: "\n")
            #expect(lines.count <= 12 && lines.allSatisfy { $0.count <= 50 }, "\(small)")
            #expect(small.contains("State: provisioned"), "\(small)")
            try await terminal.resize(columns: 120, rows: 40)
            try await terminal.wait(for: "the large window") { $0.contains("9  saved files") }

            try await terminal.press("C-z")
            let stopped = try await terminal.wait(for: "the shell") { $0.contains("Stopped") }
            #expect(stopped.contains("before the watch"), "the terminal is given back: \(stopped)")
            #expect(try await terminal.variable("alternate_on") == "0")
            #expect(try await terminal.variable("cursor_flag") == "1")
            try await terminal.run("fg")
            try await terminal.wait(for: "the watch") { $0.contains("Ctrl-C ends.") && $0.contains("9  saved files") }
            #expect(try await terminal.variable("alternate_on") == "1")

            try await terminal.press("C-c")
            let after = try await terminal.wait(for: "the prompt") { $0.contains("before the watch") }
            #expect(after.contains("State: provisioned"), "the last state stays to be read: \(after)")
            #expect(try await terminal.variable("alternate_on") == "0")
            #expect(try await terminal.variable("cursor_flag") == "1")
            try await terminal.run("echo status $?")
            try await terminal.wait(for: "its exit status") { $0.contains("status 0") }
        }
    }

    @Test("wait shows what the phone does, and wipes it out; factory-reset asks; a secret is typed unseen")
    func questions() async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 5))
            let terminal = try await LabTerminal.open(
                in: lab,
                shell: "bash --norc --noprofile",
                binds: try await daemon.hookBinds()
            )
            try await terminal.run("clear; phoneprovctl reboot; phoneprovctl wait")
            try await terminal.wait(for: "progress") { $0.contains("provisioning, step 3 of 9: SIP PnP") }
            let done = try await terminal.wait(for: "the end of the run") { $0.contains("State: failed") }
            #expect(!done.contains("provisioning, step 3 of 9"), "progress is wiped out: \(done)")

            try await terminal.run("clear; phoneprovctl set ADMIN_PASS -")
            try await terminal.wait(for: "the question") { $0.contains("ADMIN_PASS:") }
            try await terminal.run("unseen-secret")
            try await terminal.run("echo done")
            let typed = try await terminal.wait(for: "the prompt") { $0.contains("\ndone") }
            #expect(!typed.contains("unseen-secret"), "\(typed)")
            #expect(try await daemon.ctl(["get", "--reveal", "ADMIN_PASS"]).output == "unseen-secret\n")

            try await terminal.run("clear; phoneprovctl factory-reset")
            try await terminal.wait(for: "the question") {
                $0.contains("1 setting made by hand") && $0.contains("[y/N]")
            }
            try await terminal.run("n")
            try await terminal.wait(for: "the refusal") { $0.contains("nothing was done") }
            #expect(try await daemon.ctl(["get", "--reveal", "ADMIN_PASS"]).output == "unseen-secret\n")
            try await terminal.run("clear; phoneprovctl factory-reset && echo gone")
            try await terminal.wait(for: "the question") { $0.contains("[y/N]") }
            try await terminal.run("y")
            try await terminal.wait(for: "the reset") { $0.contains("\ngone") }
            #expect(try await daemon.ctl(["get", "--reveal", "ADMIN_PASS"]).output == "adminpass\n")
        }
    }

    // MARK: Completion

    /// How each shell is started, and told of the completion as it is installed.
    private static let shells: [(name: String, start: String, load: String)] = [
        (
            "bash", "bash --norc --noprofile",
            "phoneprovctl --generate-completion-script bash >/run/c && . /run/c"
        ),
        (
            "zsh", "zsh -f",
            "mkdir /run/z && phoneprovctl --generate-completion-script zsh >/run/z/_phoneprovctl && fpath=(/run/z $fpath)"
                + " && autoload -U compinit && compinit -u"
        ),
        (
            "fish", "fish --no-config",
            "phoneprovctl --generate-completion-script fish >/run/c; source /run/c"
        ),
    ]

    @Test("bash, zsh and fish complete commands, parameters, their values, phones and runs", arguments: shells.indices)
    func completion(index: Int) async throws {
        let shell = Self.shells[index]
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun(state: "failed")
            try await daemon.set("SIP_AUTHID_2", "4711")
            let terminal = try await LabTerminal.open(in: lab, shell: shell.start, binds: try await daemon.hookBinds())
            try await terminal.run(shell.load + "; echo loaded")
            try await terminal.wait(for: "\(shell.name) to be loaded", within: .seconds(30)) { $0.contains("\nloaded") }

            var lines = 0
            /// Types so much of a command, presses Tab, waits for what the shell makes of it, and types on.
            func complete(_ line: String, shows words: [String], tabs: Int = 1, then after: String = "@@") async throws
            {
                lines += 1
                try await terminal.run("clear; echo line-\(lines)")
                try await terminal.wait(for: "an empty screen") { $0.hasPrefix("line-\(lines)\n") }
                try await terminal.type(line)
                for _ in 0..<tabs { try await terminal.press("Tab") }
                try await terminal.wait(for: "\(shell.name) to complete ‘\(line)’ to \(words)") { screen in
                    words.allSatisfy(screen.contains)
                }
                // When these keys are there it has done with Tab: interrupted before, bash loses keys, and zsh ends.
                try await terminal.type("@@")
                try await terminal.wait(for: "\(shell.name) to go on after ‘\(line)’") { $0.contains(after) }
                try await terminal.press("C-u")
            }
            try await complete("phoneprovctl expl", shows: ["phoneprovctl explain"])
            try await complete("phoneprovctl set CFG_CYC", shows: ["phoneprovctl set CFG_CYCLIC"])
            // At the second Tab fish takes the first of several, where the others list them all.
            let both = shell.name == "fish" ? ["SIP_RGSTR_ADDR_1"] : ["SIP_RGSTR_ADDR_1", "SIP_RGSTR_ADDR_6"]
            try await complete("phoneprovctl get SIP_RGSTR_ADDR_", shows: both, tabs: 2)
            try await complete("phoneprovctl set CFG_RESYNC_FROM_SIP ", shows: ["check-sync"])
            try await complete("phoneprovctl unset SIP", shows: ["phoneprovctl unset SIP_AUTHID_2"])
            try await complete("phoneprovctl explain --phone 00", shows: ["--phone 0080F0ABCDEF"])
            try await complete("phoneprovctl expect outc", shows: ["expect outcome="])
            try await complete("phoneprovctl expect outcome=prov", shows: ["expect outcome=provisioned"])
            try await complete("phoneprovctl expect outcome=failed source=sip", shows: ["source=sip-pnp"])
            try await complete("phoneprovctl expect CFG_RESYNC_FROM_SIP=", shows: ["check-sync"])
            // The value follows: no blank is put there.
            let name = "expect NTP_ADDR="
            try await complete("phoneprovctl expect NTP_A", shows: [name], then: "\(name)@@")
        }
    }
}
