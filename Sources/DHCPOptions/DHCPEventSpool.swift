import Glibc

/// The directory in which events wait while no daemon is there to take them: `dhcp/` beside the control socket.
///
/// A DHCP client's hook (root) writes, the daemon (its own user) reads and removes. The directory belongs to the
/// daemon's user, and the writer gives each file to the directory's owner, so neither needs rights in the other's
/// files. Nothing in the directory is trusted more than its owner is: every name is opened relative to the directory,
/// without following links, and must be a regular file of one name that nobody but root or its owner could write.
public struct DHCPEventSpool: Sendable {
    /// The directory's path.
    public let path: String

    /// Most events kept. When one more comes the oldest goes: what a lease says now counts more than what it said.
    public static let maximumEvents = 256
    /// Most directory entries looked at, in one reading.
    public static let maximumEntries = 4096
    /// How old a temporary file must be to count as left behind by a writer that died, in seconds.
    public static let abandonedAfterSeconds = 60

    /// What temporary files begin with.
    static let temporaryPrefix = ".writing-"

    /// Names the spool in this directory. Nothing is opened yet.
    public init(path: String) {
        self.path = path
    }

    /// Writes one event's variables so that a reader finds them whole or not at all, also after a power cut: a
    /// temporary file, `fsync`, `rename`, `fsync` of the directory.
    ///
    /// The directory is made (mode 0700) when it is missing, its parent too (mode 0755): at boot a DHCP client may come
    /// before anything else has made them.
    ///
    /// - Returns: how many of the oldest events were removed to make room.
    /// - Throws: ``DHCPEventSpoolError``.
    @discardableResult
    public func write(_ event: DHCPEvent) throws(DHCPEventSpoolError) -> Int {
        let bytes: [UInt8]
        do throws(DHCPEventFile.Failure) {
            bytes = try DHCPEventFile.encode(event.variables)
        } catch {
            throw .notWritable(error)
        }
        try makeDirectory()
        let directory = try SpoolDirectory(path: path)
        let removed = try directory.makeRoom(for: 1, keeping: Self.maximumEvents)
        try directory.write(bytes)
        return removed
    }

    /// Reads the events that wait, the oldest first, and leaves them there; ``remove(_:)`` takes them away once they
    /// have been acted on. What is not an event is removed at once, and reported.
    ///
    /// - Throws: ``DHCPEventSpoolError`` when the directory itself cannot be read safely. A missing directory is an
    ///   empty spool.
    public func read() throws(DHCPEventSpoolError) -> [Entry] {
        guard let directory = try existingDirectory() else { return [] }
        var entries: [Entry] = []
        let listing = try directory.list()
        if listing.wasCut { entries.append(.problem(name: "", .tooManyEntries)) }
        for name in listing.strangers { entries.append(.problem(name: name, directory.discard(name, .unknownName))) }
        for name in listing.abandoned { entries.append(.problem(name: name, directory.discard(name, .abandoned))) }
        for name in listing.events.dropLast(Self.maximumEvents) {
            entries.append(.problem(name: name.text, directory.discard(name.text, .tooManyEvents)))
        }
        for name in listing.events.suffix(Self.maximumEvents) {
            entries.append(directory.entry(name))
        }
        return entries
    }

    /// Removes events that were read. One that is gone already is no error.
    ///
    /// - Throws: ``DHCPEventSpoolError`` for the first that cannot be removed.
    public func remove(_ names: [DHCPEventFileName]) throws(DHCPEventSpoolError) {
        guard !names.isEmpty, let directory = try existingDirectory() else { return }
        for name in names { try directory.remove(name.text) }
    }

    /// Reads the events that wait, the oldest first, and removes them. A caller that could die between the two uses
    /// ``read()`` and ``remove(_:)``.
    ///
    /// - Throws: ``DHCPEventSpoolError``.
    public func drain() throws(DHCPEventSpoolError) -> [Entry] {
        let entries = try read()
        try remove(entries.compactMap(\.eventName))
        return entries
    }

    /// What one reading finds under one name.
    public enum Entry: Hashable, Sendable {
        /// An event, and the name to remove it by.
        case event(DHCPEventFileName, DHCPEvent)
        /// Something that is no event; the name may hold any bytes, and is empty for the directory as a whole.
        case problem(name: String, DHCPEventSpoolProblem)

        /// The name to remove an event by; `nil` for a problem.
        public var eventName: DHCPEventFileName? {
            if case .event(let name, _) = self { name } else { nil }
        }
    }

    private func existingDirectory() throws(DHCPEventSpoolError) -> SpoolDirectory? {
        do {
            return try SpoolDirectory(path: path)
        } catch .system(_, _, ENOENT) {
            return nil
        }
    }

    private func makeDirectory() throws(DHCPEventSpoolError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            let parent = String(path[..<slash])
            guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw .system("mkdir", parent, errno) }
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw .system("mkdir", path, errno)
    }
}
