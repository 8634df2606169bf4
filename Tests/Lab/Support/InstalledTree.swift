import Foundation

/// What `make install` installs, but for the programs, in a directory of its own: made once in a test run.
enum InstalledTree {
    /// The programs that are installed, and where.
    static let programs = [
        (name: "phoneprovd", place: "/usr/sbin/phoneprovd"), (name: "phoneprovctl", place: "/usr/bin/phoneprovctl"),
        (name: "phoneprov-inform", place: "/usr/libexec/phoneprov-inform"),
        (name: "phoneprov-web", place: "/usr/sbin/phoneprov-web"),
    ]

    /// The tree of the programs in this directory.
    /// - Throws: `LabError.notReady` when a program is missing, `LabError.commandFailed` when make fails.
    static func of(_ programs: URL) async throws -> URL {
        for name in Self.programs.map(\.name) + ["manual-pages"] {
            let program = programs.appending(path: name)
            guard access(program.plainPath, X_OK) == 0 else {
                throw LabError.notReady(
                    reason: "\(program.plainPath) is missing",
                    remedy: "Run: swift build, or set PHONEPROVD_PROGRAMS to its directory"
                )
            }
        }
        return try await made.value(programs)
    }

    private static let made = Once()

    private actor Once {
        private var trees: [URL: Task<URL, any Error>] = [:]

        func value(_ programs: URL) async throws -> URL {
            let task = trees[programs] ?? Task { try await InstalledTree.make(programs) }
            trees[programs] = task
            return try await task.value
        }
    }

    private static func make(_ programs: URL) async throws -> URL {
        let tree = LabPlaces.lab.appending(path: "tree-\(ProcessInfo.processInfo.processIdentifier)")
        atexit { InstalledTree.remove() }
        let words = [
            "make", "--silent", "--directory", LabPlaces.repository.plainPath, "install", "DESTDIR=\(tree.plainPath)",
            "PROGRAMS=\(programs.plainPath)",
        ]
        try await LabProcess.require(LabCommand(words), within: .seconds(60))
        for program in Self.programs {
            try FileManager.default.removeItem(at: tree.appending(path: String(program.place.dropFirst())))
        }
        return tree
    }

    /// At the end of this process: what it made, and what one that was killed has left.
    private static func remove() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: LabPlaces.lab.plainPath)) ?? []
        for name in names where name.hasPrefix("tree-") {
            let owner = pid_t(name.dropFirst("tree-".count)) ?? 0
            if owner == getpid() || owner > 0 && kill(owner, 0) != 0 {
                try? FileManager.default.removeItem(at: LabPlaces.lab.appending(path: name))
            }
        }
    }
}
