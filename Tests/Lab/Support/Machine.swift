import Foundation
import Glibc

/// The phone as a whole machine: Debian 12 with systemd as PID 1 in a network namespace of the lab (systemd-nspawn 252).
///
/// It boots on a throw-away copy of the lab's root, so several may run at once, and what is written in it is gone with
/// it. The programs under test are there, at their places; `install` puts the rest there as a package would.
public final class Machine: Sendable {
    /// systemd-nspawn's process, which ends with the machine.
    public let process: LabProcess
    /// PID 1 of the machine, as this host numbers it.
    public let leader: pid_t
    private let network: LabNetwork

    /// Where the machine sees what is to be installed.
    static let source = "/usr/src/phoneprovd"

    /// What a machine has of this project when it boots.
    public enum Contents: Sendable {
        /// The programs of this directory, at their places; `install` puts the rest there.
        case programs(URL)
        /// These Debian packages, where ``Machine/package(_:)`` says, and nothing else.
        case packages([URL])
    }

    /// Where the machine has a Debian package.
    /// - Parameter name: the package's name; the file outside has it too, before its version.
    public static func package(_ name: String) -> String { "\(source)/\(name).deb" }

    /// Boots a machine and waits until everything that starts at boot has started.
    /// - Parameters:
    ///   - network: the lab; the machine takes the place of its phone, on whose host nothing else should run.
    ///   - contents: what it has of this project.
    /// - Throws: `LabError.notReady` without systemd-nspawn or the programs, `LabError.ended` when the machine does not
    ///   boot, `LabError.timedOut` when a unit of Debian's own fails in it.
    public static func boot(
        in network: LabNetwork,
        _ contents: Contents = .programs(LabPlaces.programs)
    ) async throws -> Machine {
        guard access("/usr/bin/systemd-nspawn", X_OK) == 0 else {
            throw LabError.notReady(
                reason: "systemd-nspawn is missing",
                remedy: "Run: sudo apt-get install systemd-container"
            )
        }
        let binds = try await binds(contents)
        // Not `ip netns exec`: systemd-nspawn takes the network by its name.
        let words =
            ["unshare", "--mount", "--propagation", "slave", LabPlaces.script("boot-machine")]
            + [LabPlaces.lab.plainPath, network.phone.name] + binds.flatMap { ["--bind", $0.outside, $0.inside] }
        let process = try network.start(LabCommand(words), name: "machine")
        let leader = try await leader(of: process)
        let machine = Machine(network, process, leader)
        try await process.waitUntil("the machine to have booted", within: .seconds(20)) {
            try await machine.run(["systemctl", "is-system-running", "--wait"]).output == "running\n"
        }
        // What its programs say stands beside a test's error, as with the lab's other programs.
        _ = try network.start(
            LabCommand(machine.inside(["journalctl", "-f", "-n", "0"])),
            name: "the machine's journal"
        )
        return machine
    }

    /// What the machine sees of this host.
    private static func binds(_ contents: Contents) async throws -> [LabCommand.Bind] {
        let programs: URL
        switch contents {
        case .packages(let files):
            return files.map { file in
                let name = file.deletingPathExtension().lastPathComponent.prefix { $0 != "_" }
                return LabCommand.Bind(file.plainPath, at: package(String(name)))
            }
        case .programs(let directory): programs = directory
        }
        let tree = try await InstalledTree.of(programs)
        var binds = [LabCommand.Bind(tree.plainPath, at: source)]
        for (name, place) in InstalledTree.programs {
            for bind in try await LabCommand.Bind.program(programs.appending(path: name), at: place)
            where !binds.contains(bind) {
                binds.append(bind)
            }
        }
        return binds
    }

    private init(_ network: LabNetwork, _ process: LabProcess, _ leader: pid_t) {
        self.network = network
        self.process = process
        self.leader = leader
    }

    /// The child of systemd-nspawn that has become systemd.
    private static func leader(of process: LabProcess) async throws -> pid_t {
        let pid = process.pid
        return try await eventually("PID 1 of the machine", within: .seconds(10), seen: { process.transcript }) {
            if let exit = process.exit {
                throw LabError.ended(program: process.name, status: "\(exit)", output: process.transcript)
            }
            guard text("/proc/\(pid)/comm") == "systemd-nspawn\n" else { return nil }
            let children = text("/proc/\(pid)/task/\(pid)/children").split(separator: " ")
            return children.compactMap { pid_t($0) }.first { text("/proc/\($0)/comm") == "systemd\n" }
        }
    }

    /// A file of proc(5), which may be gone; then it is empty.
    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Runs a program in the machine to its end.
    /// - Parameters:
    ///   - words: the program and its arguments; it is looked for in the machine's own directories.
    ///   - user: the user of the machine as whom it runs, with all groups of that user; nil for root.
    /// - Throws: `LabError.timedOut` when it has not ended after `limit`.
    public func run(
        _ words: [String],
        as user: String? = nil,
        within limit: Duration = .seconds(30)
    ) async throws -> LabProcess.Finished {
        let asUser = user.map { ["runuser", "-u", $0, "--"] } ?? []
        return try await LabProcess.run(LabCommand(inside(asUser + words)), within: limit)
    }

    /// A command that runs in the machine's namespaces, with nothing of the test's environment.
    private func inside(_ words: [String]) -> [String] {
        ["nsenter", "--target", "\(leader)", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"]
            + ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"] + words
    }

    /// Runs a program in the machine, as root, which must end with status 0.
    /// - Returns: its standard output.
    /// - Throws: `LabError.commandFailed` for another status, `LabError.timedOut` when it has not ended after `limit`.
    @discardableResult
    public func require(_ words: [String], within limit: Duration = .seconds(30)) async throws -> String {
        let done = try await run(words, within: limit)
        guard done.exit == .status(0) else {
            throw LabError.commandFailed(
                command: words.joined(separator: " "),
                status: "\(done.exit)",
                output: done.output + done.errors
            )
        }
        return done.output
    }

    /// Puts a text file in place, with the directories before it.
    public func write(_ text: String, to path: String) async throws {
        let script = "mkdir -p \"$(dirname \"$1\")\"; printf '%s' \"$2\" >\"$1\""
        try await require(["sh", "-ec", script, "sh", path, text])
    }

    /// Puts in place what `make install` installs, and does what the package does then, and as README says of
    /// dhclient.conf. The service is enabled and not started.
    public func install() async throws {
        let script = """
            tar -C \(Self.source) -c . | tar -C / -x --keep-directory-symlink
            echo 'include "/etc/dhcp/dhclient-phoneprovd.conf";' >>/etc/dhcp/dhclient.conf
            systemd-sysusers
            systemd-tmpfiles --create phoneprovd.conf
            journalctl --update-catalog
            systemctl daemon-reload
            systemctl --quiet enable phoneprovd
            systemctl --quiet enable --now phoneprov-inform.socket
            """
        try await require(["sh", "-ec", script])
    }

    /// Starts ISC dhclient, set up as installed, on the machine's `eth0`. Its output is in the journal.
    public func startDHClient() async throws {
        try await require(["systemd-run", "--quiet", "--unit=dhclient", "dhclient", "-d", LabNetwork.interface])
    }

    /// Ends the machine at once, as a loss of power does.
    public func stop() async { await process.stop() }
}
