import GRDB

/// The tables of the store, version by version, and how an older one becomes today's.
///
/// The versions that a store has been through stand in its table `grdb_migrations`, the last one in its header too
/// (`PRAGMA user_version`), where file(1) shows it.
struct FlashSchema: Sendable {
    /// Says in the file's header that it is ours: "FONE" in ASCII.
    static let applicationID = 0x46_4F_4E_45

    /// What makes each version out of the one before; the first makes version 1 out of an empty file.
    let steps: [@Sendable (Database) throws -> Void]

    /// Today's.
    static let current = FlashSchema(steps: [
        { db in try db.execute(sql: firstTables) },
        { db in try db.execute(sql: programmingTable) },
    ])

    private static let firstTables = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE setting (
            mac TEXT NOT NULL,
            layer TEXT NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            line INTEGER,
            value TEXT NOT NULL,
            perm TEXT NOT NULL,
            access TEXT,
            fileLine INTEGER,
            fileColumn INTEGER,
            PRIMARY KEY (mac, layer, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE savedFile (
            mac TEXT NOT NULL,
            file TEXT NOT NULL,
            url TEXT NOT NULL,
            etag TEXT,
            lastModified TEXT,
            sha256 TEXT NOT NULL,
            receivedAt INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (mac, file)
        ) STRICT;
        CREATE TABLE lease (
            mac TEXT NOT NULL PRIMARY KEY,
            content TEXT NOT NULL
        ) STRICT;
        CREATE TABLE run (
            mac TEXT NOT NULL,
            number INTEGER NOT NULL,
            trace TEXT NOT NULL,
            PRIMARY KEY (mac, number)
        ) STRICT;
        """

    private static let programmingTable = """
        CREATE TABLE programming (
            mac TEXT NOT NULL,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            way TEXT NOT NULL,
            who TEXT NOT NULL,
            action TEXT NOT NULL,
            name TEXT,
            line INTEGER,
            old TEXT,
            new TEXT,
            PRIMARY KEY (mac, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// The version that this makes.
    var version: Int { steps.count }

    /// The version of a store, 0 for an empty one.
    ///
    /// - Returns: `nil` when a later version of phoneprovd made it.
    func version(of db: Database) throws -> Int? {
        guard try db.tableExists("grdb_migrations") else { return 0 }
        let names = try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
        let versions = names.map { Int($0) ?? .max }
        let newest = versions.max() ?? 0
        return newest <= version ? newest : nil
    }

    /// Makes today's version of a store, in one transaction: afterwards it is today's, or what it was before.
    func migrate(_ queue: DatabaseQueue) throws {
        try queue.write { db in
            guard let found = try version(of: db), found < version else { return }
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            for number in found + 1...version {
                try steps[number - 1](db)
                try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: ["\(number)"])
            }
            try db.execute(sql: "PRAGMA user_version = \(version)")
        }
    }
}
