import Foundation
import GRDB
import PhoneSettings
import Provisioning
import Testing

@testable import Flash

/// Stores of other versions than today's.
final class MigrationTests {
    let directory: String
    let now = WallTime(milliseconds: 1_780_000_000_000)
    let phone: MACAddress
    var path: String { directory + "/flash.sqlite" }

    init() throws {
        directory = NSTemporaryDirectory() + "migration-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        phone = try #require(MACAddress("0080F0ABCDEF"))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The schema as it was in an earlier version.
    private func earlier(_ version: Int) -> FlashSchema {
        FlashSchema(steps: Array(FlashSchema.current.steps.prefix(version)))
    }

    private let setting = Setting(key: ParameterKey("SIP_AUTHID", line: LineNumber(rawValue: 2)), value: "4711")

    private func makeStore(_ schema: FlashSchema) async throws {
        let (store, opening) = try FlashStore.open(in: directory, now: now, schema: schema)
        #expect(opening == .created)
        // As every version has kept settings.
        try await store.queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO setting (mac, layer, position, name, line, value, perm)
                    VALUES ('0080F0ABCDEF', 'user', 0, 'SIP_AUTHID', 2, '4711', 'RW')
                    """
            )
        }
        store.close()
    }

    private func value(in store: FlashStore) async throws -> String? {
        try await store.queue.read { try String.fetchOne($0, sql: "SELECT value FROM setting") }
    }

    @Test(arguments: 1..<FlashSchema.current.version)
    func `a store of an older version is brought to today's, and a copy of the older one stays`(
        version: Int
    ) async throws {
        try await makeStore(earlier(version))
        let (store, opening) = try FlashStore.open(in: directory, now: now)
        let backup = path + ".version-\(version)"
        #expect(opening == .migrated(from: version, to: FlashSchema.current.version, backup: backup))
        #expect(try await store.contents(of: phone).layers == [.user: [setting]])
        let number = try await store.queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        #expect(number == FlashSchema.current.version)
        store.close()
        #expect(try FlashStore.open(in: directory, now: now).1 == .opened)

        // The copy is a whole store of the older version, and nobody else's to read.
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.moveItem(atPath: backup, toPath: path)
        let (older, again) = try FlashStore.open(in: directory, now: now, schema: earlier(version))
        #expect(again == .opened)
        #expect(try await value(in: older) == "4711")
    }

    @Test func `several versions are one step, and one that fails in the middle leaves the store as it was`()
        async throws
    {
        struct Broken: Error {}
        try await makeStore(earlier(1))
        let broken = FlashSchema(
            steps: FlashSchema.current.steps + [
                { db in try db.execute(sql: "DROP TABLE setting") }, { _ in throw Broken() },
            ]
        )
        // It cannot be brought to that version: the phones work from memory, and the file stays.
        #expect(throws: FlashError.self) { try FlashStore.open(in: directory, now: now, schema: broken) }
        let (store, opening) = try FlashStore.open(in: directory, now: now, schema: earlier(1))
        #expect(opening == .opened)
        #expect(try await value(in: store) == "4711")
    }

    @Test func `a store of a later version is refused, and not a byte of it is changed`() async throws {
        let later = FlashSchema(
            steps: FlashSchema.current.steps + [{ db in try db.execute(sql: "CREATE TABLE more (a)") }]
        )
        try await makeStore(later)
        let before = try contents()
        #expect(throws: FlashError.newer(path: path)) { try FlashStore.open(in: directory, now: now) }
        #expect(try contents() == before)
    }

    /// The store's file, and the names beside it but for those that SQLite makes for reading.
    private func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
            !$0.hasSuffix("-shm") && !$0.hasSuffix("-wal")
        }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: "\(directory)/\($0)"))) }
        )
    }
}
