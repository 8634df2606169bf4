import GRDB

/// The tables of the store, and how an older one becomes today's.
enum FlashSchema {
    /// Says in the file's header that it is ours: "FONE" in ASCII.
    static let applicationID = 0x46_4F_4E_45

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
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
            )
        }
        migrator.registerMigration("programming") { db in
            try db.execute(
                sql: """
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
            )
        }
        return migrator
    }
}
