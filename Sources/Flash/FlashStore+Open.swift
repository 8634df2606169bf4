import GRDB
import Glibc
import Provisioning

extension FlashStore {
    /// How a store came to be open.
    public enum Opening: Sendable, Hashable {
        /// There was none.
        case created
        /// It was there, and whole.
        case opened
        /// It was there in an older version, and is in today's now. A copy of the older one lies at `backup`.
        case migrated(from: Int, to: Int, backup: String)
        /// It was damaged. It lies where `movedTo` says, and an empty one has taken its place.
        case replaced(movedTo: String, reason: String)
        /// The directory cannot be written: the store is in memory, and ends with the process.
        case volatile(reason: String)
    }

    /// Opens the store in a directory, and makes it when there is none.
    ///
    /// One that is damaged, is not ours, or may not be read, is moved aside with the time in its name, together with its
    /// log: nothing is lost, and the phones start from factory defaults. One that can be read but not written (a full
    /// disk, a read-only directory) stays where it is, and the phones work with a copy of it in memory.
    ///
    /// One of an older version is brought to today's in one transaction, after a copy was made beside it.
    ///
    /// - Throws: ``FlashError/newer(path:)`` and ``FlashError/locked(path:)``; then nothing was touched.
    public static func open(in directory: String, now: WallTime) throws(FlashError) -> (FlashStore, Opening) {
        try open(in: directory, now: now, schema: .current)
    }

    static func open(
        in directory: String,
        now: WallTime,
        schema: FlashSchema
    ) throws(FlashError) -> (FlashStore, Opening) {
        let path = "\(directory)/\(fileName)"
        let lock = try FlashLock(directory)
        let isNew = access(path, F_OK) != 0
        switch attempt(path, lock, schema) {
        case .success((let store, let opening)):
            return (store, opening)
        case .failure(.newer):
            throw .newer(path: path)
        case .failure(.locked):
            throw .locked(path: path)
        case .failure(.unwritable(let reason)):
            guard !isNew else { return (try inMemory(), .volatile(reason: reason)) }
            if let copy = copyInMemory(path, schema) { return (copy, .volatile(reason: reason)) }
            // Not ours to read stays so. Anything else (no descriptor left, an error of the disk) may pass: nothing is moved.
            guard access(path, R_OK) != 0 else { throw .failed(operation: "open \(path)", reason: reason) }
            return try replace(path, isNew, reason, now, lock, schema)
        case .failure(.damaged(let reason)):
            return try replace(path, isNew, reason, now, lock, schema)
        }
    }

    private static func replace(
        _ path: String,
        _ isNew: Bool,
        _ reason: String,
        _ now: WallTime,
        _ lock: FlashLock?,
        _ schema: FlashSchema
    ) throws(FlashError) -> (FlashStore, Opening) {
        let aside = "\(path).damaged-\(now.rfc3339.filter { $0 != ":" && $0 != "-" })"
        if !isNew, moveAside(path, to: aside), case .success((let store, _)) = attempt(path, lock, schema) {
            return (store, .replaced(movedTo: aside, reason: reason))
        }
        return (try inMemory(), .volatile(reason: reason))
    }

    /// What can be read of a store that cannot be written; `nil` when that is nothing.
    ///
    /// What was committed last may stand only in the log, so both files are copied to a place of their own and opened there.
    private static func copyInMemory(_ path: String, _ schema: FlashSchema) -> FlashStore? {
        guard let place = mkdtemp(strdup("/tmp/phoneprovd-XXXXXX")) else { return nil }
        let folder = String(cString: place)
        free(place)
        let copied = "\(folder)/\(fileName)"
        defer {
            for name in [copied, copied + "-wal", copied + "-shm"] { unlink(name) }
            rmdir(folder)
        }
        guard copy(path, to: copied) else { return nil }
        if access(path + "-wal", F_OK) == 0, !copy(path + "-wal", to: copied + "-wal") { return nil }
        do {
            let source = try DatabaseQueue(path: copied, configuration: configuration)
            let target = try DatabaseQueue(configuration: configuration)
            try source.backup(to: target)
            try source.close()
            try schema.migrate(target)
            return FlashStore(queue: target, lock: nil)
        } catch {
            return nil
        }
    }

    private static func copy(_ from: String, to: String) -> Bool {
        let source = Glibc.open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard source >= 0 else { return false }
        defer { Glibc.close(source) }
        let target = Glibc.open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { return false }
        defer { Glibc.close(target) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count == 0 { return true }
            guard count > 0, write(target, buffer, count) == count else { return false }
        }
    }

    /// A store that ends with the process.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)`` when there is no memory for it.
    public static func inMemory() throws(FlashError) -> FlashStore {
        do {
            let queue = try DatabaseQueue(configuration: configuration)
            try FlashSchema.current.migrate(queue)
            return FlashStore(queue: queue, lock: nil)
        } catch {
            throw .failed(operation: "open a store in memory", reason: "\(error)")
        }
    }

    private enum Refusal: Error {
        case newer
        case locked
        /// What is there is of no use.
        case damaged(String)
        /// What is there may be whole, but it cannot be written.
        case unwritable(String)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -512") }
        return configuration
    }

    private static func attempt(
        _ path: String,
        _ lock: FlashLock?,
        _ schema: FlashSchema
    ) -> Result<(FlashStore, Opening), Refusal> {
        do {
            // Looked at read-only first: what is not ours, or damaged, is moved or refused without a change.
            let found = access(path, F_OK) == 0 ? try check(path, schema) : 0
            var configuration = configuration
            configuration.journalMode = .wal
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // GRDB has set it to NORMAL with the journal's mode, after `prepareDatabase`: a power cut could then take back
            // what was committed.
            try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            var opening = found == 0 ? Opening.created : .opened
            if (1..<schema.version).contains(found) {
                let backup = "\(path).version-\(found)"
                try copy(queue, to: backup)
                opening = .migrated(from: found, to: schema.version, backup: backup)
            }
            try schema.migrate(queue)
            return .success((FlashStore(queue: queue, lock: lock), opening))
        } catch let refusal as Refusal {
            return .failure(refusal)
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
            return .failure(.locked)
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
        {
            return .failure(.damaged("\(error)"))
        } catch {
            return .failure(.unwritable("\(error)"))
        }
    }

    /// A copy of a store, whole or not there: it gets its name when it is on the disk.
    private static func copy(_ queue: DatabaseQueue, to path: String) throws {
        let unfinished = path + ".unfinished"
        unlink(unfinished)
        let target = try DatabaseQueue(path: unfinished, configuration: configuration)
        try queue.backup(to: target)
        try target.close()
        let descriptor = Glibc.open(unfinished, O_RDWR | O_CLOEXEC)
        defer { Glibc.close(descriptor) }
        // Passwords are in it.
        guard descriptor >= 0, fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0, rename(unfinished, path) == 0
        else {
            let reason = String(cString: strerror(errno))
            unlink(unfinished)
            throw Refusal.unwritable("the copy \(path) of the older version cannot be made: \(reason)")
        }
    }

    /// - Returns: the store's version, 0 for an empty file.
    private static func check(_ path: String, _ schema: FlashSchema) throws -> Int {
        var configuration = configuration
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let version = try queue.read { db in
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            guard tables == 0 || owner == FlashSchema.applicationID else {
                throw Refusal.damaged("it is an SQLite database of another program")
            }
            guard let version = try schema.version(of: db) else { throw Refusal.newer }
            let check = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
            guard check == "ok" else { throw Refusal.damaged("it is damaged: \(check)") }
            return version
        }
        try queue.close()
        return version
    }

    /// The log belongs to the file: what was committed last may stand only there.
    private static func moveAside(_ path: String, to aside: String) -> Bool {
        guard rename(path, aside) == 0 else { return false }
        for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            guard rename(path + suffix, aside + suffix) == 0 else { return false }
        }
        return true
    }
}
