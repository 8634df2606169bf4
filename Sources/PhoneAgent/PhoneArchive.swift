import Archive
import FoundationEssentials
import Flash
import PhoneSettings
import Provisioning

/// What `Export` gives away and `Import` takes: the user's settings and the saved files of one phone, as a tar archive.
///
///     SHA256SUMS       the sums of all others, for sha256sum --check
///     phone.json       whose it is, the user's settings, where each file came from
///     files/standard   and so on: the saved files as they were received
struct PhoneArchive: Sendable {
    static let sumsPath = "SHA256SUMS"
    static let recordPath = "phone.json"
    static let filesFolder = "files/"

    /// Four files of 240 KB, three root certificates of 64 KB, the record, and tar's own blocks.
    static let limits = TarLimits(archiveBytes: 1_500_000, entryBytes: 262_144, entries: 16)

    /// What `phone.json` says.
    struct Record: Codable, Sendable, Equatable {
        /// The version of this form; a later one may not be understood.
        var version = 1
        var mac: String
        var model: String
        var softwareVersion: String
        /// RFC 3339.
        var exportedAt: String
        /// The user's own settings, in the order in which they were made.
        var settings: [UserSetting]
        var files: [File]
        /// What counts beside a file although it is not in it; nothing in most archives.
        var kept: [Kept]?

        struct UserSetting: Codable, Sendable, Equatable {
            /// That of line n ends in `_n`.
            var name: String
            var value: String
        }

        /// The key, or its length, of a file that is encrypted and does not name it.
        struct Kept: Codable, Sendable, Equatable {
            /// As in ``File``.
            var file: String
            var name: String
            var value: String
            /// The attribute `perm` of the file that gave it.
            var perm: String
        }

        struct File: Codable, Sendable, Equatable {
            /// `initial`, `standard`, `product`, `master`, `root-1` to `root-3`.
            var file: String
            var url: String
            var etag: String?
            var lastModified: String?
            /// RFC 3339.
            var receivedAt: String
        }
    }

    let record: Record
    /// The saved files by their names in the record.
    let bodies: [String: [UInt8]]

    init(record: Record, bodies: [String: [UInt8]]) {
        self.record = record
        self.bodies = bodies
    }

    /// The archive's bytes. Equal contents give equal bytes.
    func tar() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var entries = [TarEntry(path: Self.recordPath, body: [UInt8](try encoder.encode(record)) + [0x0A])]
        entries += record.files.compactMap { file in
            bodies[file.file].map { TarEntry(path: Self.filesFolder + file.file, body: $0) }
        }
        let sums = entries.map { "\(FileFetcher.sha256($0.body))  \($0.path)\n" }.joined()
        entries.insert(TarEntry(path: Self.sumsPath, body: Array(sums.utf8)), at: 0)
        let time = (WallTime(rfc3339: record.exportedAt)?.milliseconds ?? 0) / 1_000
        return TarWriter.archive(entries, modified: time)
    }
}
