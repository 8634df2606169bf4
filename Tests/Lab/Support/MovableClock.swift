import Foundation

/// The time of day of one service of a machine, which a test sets while the service runs (`movable-clock.c`).
public struct MovableClock: Sendable {
    /// The service's environment, for a drop-in.
    public let line: String
    private let file: URL

    /// How far the service's clock is ahead of this host's; negative when it is behind.
    public func set(ahead: Duration) throws {
        // Written over, as the service has the file mapped.
        let file = try FileHandle(forUpdating: file)
        defer { try? file.close() }
        try file.write(contentsOf: Self.bytes(ahead))
    }

    fileprivate init(in machine: Machine) async throws {
        // Seen through the machine's first process.
        let root = URL(filePath: "/proc/\(machine.leader)/root")
        file = root.appending(path: "run/movable-clock")
        try Self.bytes(.zero).write(to: file)
        let library = root.appending(path: "usr/local/lib/movable-clock.so")
        let source = LabPlaces.script("movable-clock.c")
        // Built here, because it is a library of the machine's own C library.
        let options = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
        _ = try await LabProcess.require(
            LabCommand(["clang"] + options + ["-o", library.plainPath, source]),
            within: .seconds(60)
        )
        line = "Environment=LD_PRELOAD=/usr/local/lib/movable-clock.so MOVABLE_CLOCK=/run/movable-clock"
    }

    private static func bytes(_ ahead: Duration) -> Data { withUnsafeBytes(of: ahead.components.seconds) { Data($0) } }
}

extension Machine {
    /// A clock for one service of this machine, which is that of this host at first.
    public func movableClock() async throws -> MovableClock { try await MovableClock(in: self) }
}
