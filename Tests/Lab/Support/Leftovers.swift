import Foundation
import Glibc
import Synchronization

/// The names that the lab gives: `pp-PID-N`, by which what a dead run left is told from what a living one uses.
enum LabName {
    private static let count = Mutex(0)

    /// The next name of this process. No two networks of one process share one.
    static func next() -> String {
        let number = count.withLock {
            $0 += 1
            return $0
        }
        return "pp-\(getpid())-\(number)"
    }

    /// The process that gave `name`; nil for a name that is not the lab's.
    static func owner(_ name: String) -> pid_t? {
        let parts = name.split(separator: "-")
        guard parts.count >= 3, parts[0] == "pp", Int(parts[2]) != nil else { return nil }
        return pid_t(parts[1])
    }
}

/// What earlier runs left behind, and how a network is taken down.
enum Leftovers {
    /// With PHONEPROVD_LAB_KEEP in the environment, configuration and logs stay in /tmp until the next run, to be read.
    static let keepsDirectories = ProcessInfo.processInfo.environment["PHONEPROVD_LAB_KEEP"] != nil

    private static let once = Task {
        for name in try entries("/run/netns") where isDead(name) {
            await remove(namespaces: [name], directory: nil)
        }
        for name in try entries("/tmp") where isDead(name) {
            await remove(namespaces: [], directory: URL(filePath: "/tmp/\(name)"))
        }
    }

    /// Removes what dead runs left, once in this process.
    static func removeOnce() async throws { try await once.value }

    private static func entries(_ directory: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: directory)
    }

    /// Asked before this process made anything: what bears its own id was left by an earlier one with the same id.
    private static func isDead(_ name: String) -> Bool {
        guard let owner = LabName.owner(name) else { return false }
        return owner == getpid() || (kill(owner, 0) != 0 && errno == ESRCH)
    }

    /// Ends what still runs in `namespaces`, by process id, and removes them and `directory`.
    static func remove(namespaces: [String], directory: URL?) async {
        await withTaskGroup { group in
            for name in namespaces where access("/run/netns/\(name)", F_OK) == 0 {
                group.addTask {
                    let found = try? await LabProcess.run(LabCommand(["ip", "netns", "pids", name]))
                    for pid in (found?.output ?? "").split(separator: "\n").compactMap({ pid_t($0) })
                    where pid != getpid() {
                        kill(pid, SIGKILL)
                    }
                    _ = try? await LabProcess.run(LabCommand(["ip", "netns", "delete", name]))
                }
            }
        }
        if let directory, !keepsDirectories {
            try? FileManager.default.removeItem(at: directory)
        }
    }
}
