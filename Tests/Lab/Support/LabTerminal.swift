import Foundation

/// A terminal that a person sits at: tmux, whose screen can be read, whose keys can be pressed and whose window can be
/// made larger and smaller. The shell in it runs on the phone, inside the lab's root.
public final class LabTerminal: Sendable {
    /// What a shell prints when it waits for a command.
    public static let prompt = "ready> "

    private let network: LabNetwork
    private let directory: URL
    private let server: LabProcess

    /// Opens a terminal with a shell in it, and waits for its prompt.
    /// - Parameters:
    ///   - shell: the shell with its arguments.
    ///   - binds: what is seen in it, phoneprovctl above all.
    public static func open(
        in network: LabNetwork,
        shell: String,
        binds: [LabCommand.Bind],
        columns: Int = 100,
        rows: Int = 40
    ) async throws -> LabTerminal {
        let terminal = try LabTerminal(network, binds)
        let size = ["-x", "\(columns)", "-y", "\(rows)"]
        let session = ["new-session", "-d", "-s", "main"] + size + ["env", "PS1=\(prompt)", "TERM=tmux"]
        let words = session + shell.split(separator: " ").map(String.init)
        try await eventuallyTrue("tmux to answer", within: .seconds(15), seen: { terminal.server.transcript }) {
            try await terminal.tmux(words).status == 0
        }
        try await terminal.wait(for: "the prompt of \(shell)") { !$0.allSatisfy(\.isWhitespace) }
        return terminal
    }

    private init(_ network: LabNetwork, _ binds: [LabCommand.Bind]) throws {
        self.network = network
        directory = try network.makeDirectory("tmux")
        let setup = """
            mkdir -p /dev/pts; mount -t devpts devpts /dev/pts -o newinstance,ptmxmode=0666,mode=0620
            ln -sf pts/ptmx /dev/ptmx
            """
        server = try network.start(
            LabCommand(
                ["tmux", "-S", "/run/tmux/socket", "-f", "/dev/null", "-D"],
                in: network.phone,
                insideRoot: true,
                binds: binds + [LabCommand.Bind(directory.plainPath, at: "/run/tmux")],
                setup: setup
            ),
            name: "tmux"
        )
    }

    private func tmux(_ words: [String]) async throws -> LabProcess.Finished {
        let command = LabCommand(
            // -N: a client that comes too early must not start a server of its own.
            ["tmux", "-N", "-S", "/run/tmux/socket"] + words,
            in: network.phone,
            insideRoot: true,
            binds: [LabCommand.Bind(directory.plainPath, at: "/run/tmux")]
        )
        return try await network.run(command)
    }

    private func require(_ words: [String]) async throws -> String {
        let done = try await tmux(words)
        guard done.status == 0 else {
            throw LabError.commandFailed(command: "tmux \(words)", status: "\(done.exit)", output: done.errors)
        }
        return done.output
    }

    /// Types text as it stands.
    public func type(_ text: String) async throws { _ = try await require(["send-keys", "-t", "main", "-l", text]) }

    /// Presses a key by tmux's name for it: `Enter`, `Tab`, `C-c`.
    public func press(_ keys: String...) async throws { _ = try await require(["send-keys", "-t", "main"] + keys) }

    /// Types a command and presses Enter.
    public func run(_ command: String) async throws {
        try await type(command)
        try await press("Enter")
    }

    /// Makes the window larger or smaller.
    public func resize(columns: Int, rows: Int) async throws {
        _ = try await require(["resize-window", "-t", "main", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What stands on the screen, line by line, without blanks at their ends.
    public func screen() async throws -> String { try await require(["capture-pane", "-p", "-t", "main"]) }

    /// A variable of tmux, as `alternate_on` or `cursor_flag`.
    public func variable(_ name: String) async throws -> String {
        try await require(["display-message", "-p", "-t", "main", "#{\(name)}"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits until the screen shows what it should.
    /// - Returns: the screen.
    @discardableResult
    public func wait(
        for what: String,
        within limit: Duration = .seconds(15),
        _ condition: (String) -> Bool
    ) async throws -> String {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: limit)
        while true {
            let now = try await screen()
            if condition(now) { return now }
            guard clock.now < deadline else {
                throw LabError.timedOut(waitingFor: what, within: limit, seen: now)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
