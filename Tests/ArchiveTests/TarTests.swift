@testable import Archive
import Foundation
import Testing

@Suite("A tar archive")
struct TarTests {
    static let limits = TarLimits(archiveBytes: 100_000, entryBytes: 10_000, entries: 8)
    static let entries = [
        TarEntry(path: "a", body: Array("first".utf8)),
        TarEntry(path: "folder/b", body: [UInt8](repeating: 7, count: 512)),
        TarEntry(path: "empty", body: []),
    ]

    /// A folder that is gone at the end.
    func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "phoneprovd-tar-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @discardableResult
    func tar(_ arguments: [String], in folder: URL) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar"] + arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return data
    }

    func refused(_ bytes: [UInt8], _ error: TarError, limits: TarLimits = TarTests.limits) {
        #expect(throws: error) { try TarReader.entries(of: bytes, limits: limits) }
    }

    @Test("comes back as it was written")
    func roundTrip() throws {
        let bytes = TarWriter.archive(Self.entries, modified: 1_780_000_000)
        #expect(try TarReader.entries(of: bytes, limits: Self.limits) == Self.entries)
        #expect(bytes == TarWriter.archive(Self.entries, modified: 1_780_000_000))
    }

    @Test("is unpacked by the real tar, with its mode and time")
    func realTarReads() throws {
        try inFolder { folder in
            let archive = folder.appending(path: "x.tar")
            try Data(TarWriter.archive(Self.entries, modified: 1_780_000_000)).write(to: archive)
            try tar(["--extract", "--file", "x.tar"], in: folder)
            for entry in Self.entries {
                #expect(try Data(contentsOf: folder.appending(path: entry.path)) == Data(entry.body))
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: "a").path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 == 1_780_000_000)
        }
    }

    @Test("of the real tar is read", arguments: ["ustar", "gnu", "v7-is-not"])
    func realTarWrites(format: String) throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "folder"),
                withIntermediateDirectories: true
            )
            for entry in Self.entries { try Data(entry.body).write(to: folder.appending(path: entry.path)) }
            let name = format == "v7-is-not" ? "v7" : format
            let data = try tar(["--create", "--format", name, "--file", "-", "./a", "./folder", "./empty"], in: folder)
            if name == "v7" {
                // The oldest format has nothing to know it by.
                return refused([UInt8](data), .notTar)
            }
            #expect(try TarReader.entries(of: [UInt8](data), limits: Self.limits) == Self.entries)
        }
    }

    @Test("of the real tar with links, devices or extended headers is refused")
    func links() throws {
        try inFolder { folder in
            try Data("x".utf8).write(to: folder.appending(path: "a"))
            try FileManager.default.linkItem(at: folder.appending(path: "a"), to: folder.appending(path: "hard"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "soft").path,
                withDestinationPath: "/etc/shadow"
            )
            mkfifo(folder.appending(path: "pipe").path, 0o600)
            func archive(_ names: String..., format: String = "ustar") throws -> [UInt8] {
                [UInt8](try tar(["--create", "--format", format, "--file", "-"] + names, in: folder))
            }
            refused(try archive("a", "hard"), .unsupported(path: "hard", kind: "a hard link"))
            refused(try archive("soft"), .unsupported(path: "soft", kind: "a symbolic link"))
            refused(try archive("pipe"), .unsupported(path: "pipe", kind: "a named pipe"))
            #expect {
                try TarReader.entries(of: try archive("a", format: "pax"), limits: Self.limits)
            } throws: {
                guard case TarError.unsupported(_, let kind) = $0 else { return false }
                return kind.contains("--format=ustar")
            }
        }
    }

    @Test(
        "with a path out of it is refused",
        arguments: ["/etc/passwd", "../x", "a/../../x", "a\\b", "a\nb", ".", "./"]
    )
    func paths(path: String) {
        let bytes = TarWriter.archive([TarEntry(path: path, body: [1])], modified: 0)
        refused(bytes, .badPath(path))
    }

    @Test("with a path twice is refused, however it is written")
    func duplicates() {
        let twice = [TarEntry(path: "a/b", body: [1]), TarEntry(path: "./a//b", body: [2])]
        refused(TarWriter.archive(twice, modified: 0), .duplicate("a/b"))
    }

    @Test("that is cut short anywhere is refused")
    func truncation() throws {
        let bytes = TarWriter.archive(Self.entries, modified: 0)
        for length in 0..<bytes.count {
            #expect(throws: TarError.self, "\(length)") {
                try TarReader.entries(of: Array(bytes[..<length]), limits: Self.limits)
            }
        }
    }

    @Test("with any header byte changed is refused or says the same")
    func damage() {
        let bytes = TarWriter.archive(Self.entries, modified: 0)
        for offset in 0..<TarHeader.blockBytes {
            var damaged = bytes
            damaged[offset] ^= 0x55
            #expect(throws: TarError.self, "\(offset)") {
                try TarReader.entries(of: damaged, limits: Self.limits)
            }
        }
    }

    @Test("beyond its limits is refused")
    func beyondLimits() {
        let bytes = TarWriter.archive(Self.entries, modified: 0)
        var limits = Self.limits
        limits.archiveBytes = bytes.count - 1
        refused(bytes, .tooLarge(limit: bytes.count - 1), limits: limits)
        limits = Self.limits
        limits.entryBytes = 511
        refused(bytes, .entryTooLarge(path: "folder/b", limit: 511), limits: limits)
        limits = Self.limits
        limits.entries = 2
        refused(bytes, .tooManyEntries(limit: 2), limits: limits)
    }

    @Test("that claims more bytes than it has, or has bytes after its end, is refused")
    func lies() {
        var bytes = TarWriter.archive([TarEntry(path: "a", body: [1])], modified: 0)
        bytes.replaceSubrange(TarHeader.size, with: Array("00000010000\0".utf8))
        let sum = TarHeader.sum(bytes[..<TarHeader.blockBytes])
        let digits = String(sum, radix: 8)
        bytes.replaceSubrange(
            TarHeader.checksum,
            with: Array((String(repeating: "0", count: 7 - digits.count) + digits + "\0").utf8)
        )
        refused(bytes, .truncated)
        let trailing = TarWriter.archive(Self.entries, modified: 0) + [1]
        refused(trailing, .trailingBytes(offset: trailing.count - 1))
    }

    @Test("that is none, or packed, is named")
    func otherFiles() {
        refused([], .notTar)
        refused(Array("<PANASIPPhoneConfig/>".utf8), .notTar)
        refused([UInt8](repeating: 0x41, count: 2_048), .notTar)
        refused([0x1F, 0x8B, 8, 0], .compressed(with: "gunzip"))
    }
}
