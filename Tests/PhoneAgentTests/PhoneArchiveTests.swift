import Archive
import Foundation
import PhoneSettings
import Provisioning
import Testing

@testable import Flash
@testable import PhoneAgent

@Suite("An export of a phone")
struct PhoneArchiveTests {
    static let mac = "0080F0ABCDEF"

    func identity() throws -> PhoneIdentity {
        PhoneIdentity(mac: try #require(MACAddress(Self.mac)), model: "KX-UTG200B", softwareVersion: "03.131")
    }

    static let standard = """
        <PANASIPPhoneConfig><Device><System><Prov><CFG_RTRY_INTVL>5</CFG_RTRY_INTVL></Prov></System></Device>\
        </PANASIPPhoneConfig>
        """

    static func record(
        settings: [PhoneArchive.Record.UserSetting] = [.init(name: "SIP_AUTHID_2", value: "1002")],
        files: [String] = ["standard"]
    ) -> PhoneArchive.Record {
        PhoneArchive.Record(
            mac: mac,
            model: "KX-UTG200B",
            softwareVersion: "03.131",
            exportedAt: "2026-11-21T09:30:00.123Z",
            settings: settings,
            files: files.map {
                .init(
                    file: $0,
                    url: "http://192.0.2.7/\($0).cfg",
                    etag: "\"1\"",
                    lastModified: nil,
                    receivedAt: "2026-11-21T09:00:00.000Z"
                )
            }
        )
    }

    static func archive(_ record: PhoneArchive.Record = record(), standard: String = standard) -> PhoneArchive {
        PhoneArchive(record: record, bodies: ["standard": Array(standard.utf8)])
    }

    /// The archive with its entries changed.
    static func tar(_ change: (inout [TarEntry]) -> Void) throws -> [UInt8] {
        var entries = try TarReader.entries(of: try archive().tar(), limits: PhoneArchive.limits)
        change(&entries)
        return TarWriter.archive(entries, modified: 0)
    }

    func refused(_ bytes: [UInt8], _ error: PhoneArchiveError) {
        #expect(throws: error) { try PhoneArchive(tar: bytes) }
    }

    @Test("comes back as it went")
    func roundTrip() throws {
        let archive = try PhoneArchive(tar: try Self.archive().tar())
        #expect(archive.record == Self.record())
        #expect(archive.bodies == ["standard": Array(Self.standard.utf8)])
        let restore = try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
        #expect(restore.layers[.user] == [Setting(key: ParameterKey(parsing: "SIP_AUTHID_2"), value: "1002")])
        #expect(restore.layers[.standard]?.map(\.value) == ["5"])
        #expect(restore.files.map(\.saved.url) == ["http://192.0.2.7/standard.cfg"])
        #expect(restore.files.first?.saved.receivedAt.rfc3339 == "2026-11-21T09:00:00.000Z")
    }

    @Test("with a byte of a file changed is refused")
    func damage() throws {
        refused(
            try Self.tar { $0[2] = TarEntry(path: $0[2].path, body: Array(Self.standard.uppercased().utf8)) },
            .wrongSum(path: "files/standard")
        )
    }

    @Test("with a file too much or too few is refused")
    func otherFiles() throws {
        refused(try Self.tar { $0.removeLast() }, .missing(path: "files/standard"))
        refused(try Self.tar { $0.removeFirst() }, .missing(path: "SHA256SUMS"))
        refused(
            try Self.tar { $0.append(TarEntry(path: "etc/passwd", body: [1])) },
            .unexpected(path: "etc/passwd")
        )
        refused(try Self.tar { $0.removeAll() }, .missing(path: "SHA256SUMS"))
        refused(
            try Self.tar { $0[0] = TarEntry(path: "SHA256SUMS", body: Array("0  a\n".utf8)) },
            .badSums(line: 1)
        )
        #expect(throws: PhoneArchiveError.tar(.notTar)) { try PhoneArchive(tar: Array("no".utf8)) }
    }

    @Test("of a later version is refused as such")
    func laterVersion() throws {
        var record = Self.record()
        record.version = 2
        refused(try PhoneArchive(record: record, bodies: Self.archive().bodies).tar(), .otherVersion(2))
    }

    @Test(
        "with a setting that does not fit is refused by its name",
        arguments: [
            ("CFG_RTRY_INTVL", "often"), ("NO_SUCH_THING", "1"), ("SIP_AUTHID", "1"), ("SIP_AUTHID_7", "1"),
            ("CFG_STANDARD_FILE_PATH", "http://192.0.2.7/"),
        ]
    )
    func badSetting(name: String, value: String) throws {
        let archive = Self.archive(Self.record(settings: [.init(name: name, value: value)]))
        #expect {
            try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
        } throws: {
            guard case PhoneArchiveError.setting(name, _) = $0 else { return false }
            return !"\($0)".contains("often")
        }
    }

    @Test(
        "keeps the key of files that do not name it, and nothing else",
        arguments: [
            ("standard", "CFG_FILE_KEY", "k", "R", true), ("standard", "CFG_FILE_KEY_LENGTH", "192", "RW", true),
            ("standard", "CFG_FILE_KEY_LENGTH", "64", "RW", false), ("standard", "ADMIN_PASS", "k", "RW", false),
            ("root-1", "CFG_FILE_KEY", "k", "RW", false), ("standard", "CFG_FILE_KEY", "k", "x", false),
        ]
    )
    func keptKey(file: String, name: String, value: String, perm: String, isTaken: Bool) throws {
        var record = Self.record()
        record.kept = [.init(file: file, name: name, value: value, perm: perm)]
        let archive = try PhoneArchive(tar: try Self.archive(record).tar())
        guard isTaken else {
            #expect(throws: PhoneArchiveError.self) {
                try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
            }
            return
        }
        let kept = try #require(try archive.keptSettings)
        #expect(kept.value(ParameterKey(name)) == value)
        // A plain file does as it says: what is kept is for encrypted ones.
        let restore = try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
        #expect(restore.layers[.standard]?.map(\.value) == ["5"])
        let layer = [
            Setting(key: ParameterKey(name), value: value, permission: try #require(Permission(attribute: perm)))
        ]
        #expect(PhoneArchive.kept(of: [.standard: layer]) == record.kept)
    }

    @Test("with a file that would be refused is refused, with the line")
    func badFile() throws {
        let archive = Self.archive(standard: "<PANASIPPhoneConfig>\n<Device>\n</PANASIPPhoneConfig>")
        #expect {
            try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
        } throws: {
            guard case PhoneArchiveError.file("standard", let problem) = $0 else { return false }
            return problem.hasPrefix("3:")
        }
    }

    @Test("with something in a request's header that no header can hold is refused")
    func badValidators() throws {
        var record = Self.record()
        record.files[0].etag = "a\r\nHost: x"
        let archive = Self.archive(record)
        #expect(throws: PhoneArchiveError.self) {
            try archive.restore(for: identity(), over: EffectiveSettings(layers: [:]))
        }
    }
}
