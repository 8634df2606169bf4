import GRDB
import PhoneSettings
import Provisioning

/// The flash memory of all phones of a daemon: settings, saved files, leases, traces.
///
/// SQLite with a write-ahead log and `synchronous=FULL`: what a call has written survives a power cut, and a run that is
/// cut short leaves the store as it was before or as it is after, never between.
public final class FlashStore: Sendable {
    /// How many runs of a phone are kept.
    public static let keptRuns = 20
    /// The name of the store in its directory.
    public static let fileName = "flash.sqlite"

    let queue: DatabaseQueue
    private let lock: FlashLock?

    init(queue: DatabaseQueue, lock: FlashLock?) {
        self.queue = queue
        self.lock = lock
    }

    /// Reads what is there of a phone; ``FlashContents/empty`` when it is new.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``.
    public func contents(of phone: MACAddress) async throws(FlashError) -> FlashContents {
        try await read("read the settings of \(phone)") { db in
            var layers: [SettingsLayer: [Setting]] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT * FROM setting WHERE mac = ? ORDER BY layer, position",
                arguments: [phone.upperCase]
            )
            while let row = try rows.next() {
                guard let layer = SettingsLayer(rawValue: row["layer"]) else { continue }
                layers[layer, default: []].append(Setting(row))
            }
            var files: [FlashFile: SavedFile] = [:]
            let saved = try Row.fetchCursor(
                db,
                sql: """
                    SELECT file, url, etag, lastModified, sha256, receivedAt, bytes FROM savedFile WHERE mac = ?
                    """,
                arguments: [phone.upperCase]
            )
            while let row = try saved.next() {
                guard let file = SavedFile(row) else { continue }
                files[file.file] = file
            }
            return FlashContents(
                layers: layers,
                files: files,
                lease: try String.fetchOne(
                    db,
                    sql: "SELECT content FROM lease WHERE mac = ?",
                    arguments: [phone.upperCase]
                ),
                lastRun: try Int.fetchOne(
                    db,
                    sql: "SELECT max(number) FROM run WHERE mac = ?",
                    arguments: [phone.upperCase]
                ) ?? 0,
                origins: try ProgrammingRecord.origins(of: layers[.user] ?? [], mac: phone.upperCase, db)
            )
        }
    }

    /// The content of a saved copy, as it was received; `nil` when there is none.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``.
    public func body(of file: FlashFile, phone: MACAddress) async throws(FlashError) -> [UInt8]? {
        try await read("read the saved \(file) file of \(phone)") { db in
            let row = try Row.fetchOne(
                db,
                sql: "SELECT body FROM savedFile WHERE mac = ? AND file = ?",
                arguments: [phone.upperCase, file.description]
            )
            return try row?.withUnsafeData(atIndex: 0) { data in data.map { [UInt8]($0) } ?? [] }
        }
    }

    /// Keeps the results of a run, in one transaction. Runs beyond ``keptRuns`` are forgotten, the oldest first.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``; then nothing was changed.
    public func store(_ results: RunResults, of phone: MACAddress) async throws(FlashError) {
        let mac = phone.upperCase
        try await write("keep the results of run \(results.trace.number) of \(phone)") { db in
            for file in results.removed {
                try db.execute(
                    sql: "DELETE FROM savedFile WHERE mac = ? AND file = ?",
                    arguments: [mac, file.description]
                )
            }
            for (saved, body) in results.files {
                try saved.save(db, mac: mac, body: body)
            }
            for (layer, settings) in results.layers {
                try Self.replace(layer, with: settings, mac: mac, db)
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO run (mac, number, trace) VALUES (?, ?, ?)",
                arguments: [mac, results.trace.number, try TraceCoding.encode(results.trace)]
            )
            try db.execute(
                sql: "DELETE FROM run WHERE mac = ? AND number <= ?",
                arguments: [mac, results.trace.number - Self.keptRuns]
            )
        }
    }

    /// Keeps the user's settings of a phone, all of them, and the changes that led to them.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``; then nothing was changed.
    public func storeUserSettings(
        _ settings: [Setting],
        changes: [ProgrammingRecord],
        of phone: MACAddress
    ) async throws(FlashError) {
        try await write("keep the user's settings of \(phone)") { db in
            try Self.replace(.user, with: settings, mac: phone.upperCase, db)
            for change in changes { try change.save(mac: phone.upperCase, db) }
            try ProgrammingRecord.forgetOld(mac: phone.upperCase, db)
        }
    }

    /// What users changed of a phone by hand, the newest first: the last ``ProgrammingRecord/kept``, and those that a
    /// value in force came from.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``.
    public func programming(of phone: MACAddress) async throws(FlashError) -> [ProgrammingRecord] {
        try await read("read what was programmed by hand of \(phone)") { db in
            try ProgrammingRecord.all(mac: phone.upperCase, db)
        }
    }

    /// Keeps the last DHCP lease of a phone; `nil` forgets it.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``; then nothing was changed.
    public func storeLease(_ lease: String?, of phone: MACAddress) async throws(FlashError) {
        try await write("keep the lease of \(phone)") { db in
            if let lease {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO lease (mac, content) VALUES (?, ?)",
                    arguments: [phone.upperCase, lease]
                )
            } else {
                try db.execute(sql: "DELETE FROM lease WHERE mac = ?", arguments: [phone.upperCase])
            }
        }
    }

    /// Forgets the user's settings, saved files and lease of a phone. Its traces stay, and what was programmed by hand,
    /// this reset included.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``; then nothing was changed.
    public func factoryReset(_ phone: MACAddress, change: ProgrammingRecord) async throws(FlashError) {
        try await write("reset \(phone) to factory defaults") { db in
            try change.save(mac: phone.upperCase, db)
            for table in ["setting", "savedFile", "lease"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE mac = ?", arguments: [phone.upperCase])
            }
        }
    }

    /// Puts other settings and saved files in place of a phone's own, in one transaction. Its lease and traces stay.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``; then nothing was changed.
    public func restore(_ restore: FlashRestore, of phone: MACAddress) async throws(FlashError) {
        let mac = phone.upperCase
        try await write("import settings and saved files of \(phone)") { db in
            for table in ["setting", "savedFile"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE mac = ?", arguments: [mac])
            }
            for (saved, body) in restore.files {
                try saved.save(db, mac: mac, body: body)
            }
            for (layer, settings) in restore.layers {
                try Self.replace(layer, with: settings, mac: mac, db)
            }
            for change in restore.changes { try change.save(mac: mac, db) }
            try ProgrammingRecord.forgetOld(mac: mac, db)
        }
    }

    /// The traces of a phone's last runs, the newest first, at most ``keptRuns``.
    ///
    /// - Throws: ``FlashError/failed(operation:reason:)``.
    public func traces(of phone: MACAddress) async throws(FlashError) -> [RunTrace] {
        try await read("read the runs of \(phone)") { db in
            try String.fetchAll(
                db,
                sql: "SELECT trace FROM run WHERE mac = ? ORDER BY number DESC LIMIT \(Self.keptRuns)",
                arguments: [phone.upperCase]
            ).compactMap(TraceCoding.decode)
        }
    }

    /// Closes the store. Calls that follow fail.
    public func close() {
        try? queue.close()
        lock?.release()
    }

    // MARK: Access

    private static func replace(_ layer: SettingsLayer, with settings: [Setting], mac: String, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM setting WHERE mac = ? AND layer = ?", arguments: [mac, layer.rawValue])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO setting (mac, layer, position, name, line, value, perm, access, fileLine, fileColumn)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        for (position, setting) in settings.enumerated() {
            try insert.execute(arguments: [
                mac, layer.rawValue, position, setting.key.name, setting.key.line?.rawValue, setting.value,
                setting.permission.attribute, setting.access?.rawValue, setting.position?.line,
                setting.position?.column,
            ])
        }
    }

    private func read<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(FlashError) -> Value {
        do {
            return try await queue.read(body)
        } catch {
            throw .failed(operation: operation, reason: "\(error)")
        }
    }

    private func write(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Void
    ) async throws(FlashError) {
        do {
            try await queue.write(body)
        } catch {
            throw .failed(operation: operation, reason: "\(error)")
        }
    }
}
