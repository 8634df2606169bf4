import FoundationEssentials
import GRDB
import PhoneSettings
import Provisioning

extension Setting {
    init(_ row: Row) {
        let line: Int? = row["fileLine"]
        self.init(
            key: ParameterKey(row["name"], line: (row["line"] as Int?).flatMap(LineNumber.init(rawValue:))),
            value: row["value"],
            permission: Permission(attribute: row["perm"]) ?? .readWrite,
            access: (row["access"] as String?).flatMap(Access.init(rawValue:)),
            position: line.map { SourcePosition(line: $0, column: row["fileColumn"]) }
        )
    }
}

extension SavedFile {
    init?(_ row: Row) {
        guard let file = FlashFile(row["file"]) else { return nil }
        self.init(
            file: file,
            url: row["url"],
            etag: row["etag"],
            lastModified: row["lastModified"],
            sha256: row["sha256"],
            receivedAt: WallTime(milliseconds: row["receivedAt"]),
            bytes: row["bytes"]
        )
    }

    func save(_ db: Database, mac: String, body: [UInt8]) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO savedFile
                (mac, file, url, etag, lastModified, sha256, receivedAt, bytes, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                mac, file.description, url, etag, lastModified, sha256, receivedAt.milliseconds, bytes, Data(body),
            ]
        )
    }
}

/// Traces are kept as JSON: they are read as a whole, by a person or a later version.
enum TraceCoding {
    static func encode(_ trace: RunTrace) throws -> String {
        String(decoding: try JSONEncoder().encode(trace), as: UTF8.self)
    }

    /// A trace that cannot be read, because another version wrote it, is passed over.
    static func decode(_ text: String) -> RunTrace? {
        try? JSONDecoder().decode(RunTrace.self, from: Data(text.utf8))
    }
}
