import Foundation
import GRDB
import PhoneSettings
import Provisioning
import Testing

@testable import Flash

/// The store, on a real file system.
final class FlashStoreTests {
    let directory: String
    let now = WallTime(milliseconds: 1_780_000_000_000)
    let phone: MACAddress
    let other: MACAddress

    init() throws {
        directory = NSTemporaryDirectory() + "flash-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        phone = try #require(MACAddress("0080F0ABCDEF"))
        other = try #require(MACAddress("0080F0000001"))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func saved(_ role: FileRole, _ text: String) -> (saved: SavedFile, body: [UInt8]) {
        let file = SavedFile(
            file: .document(role),
            url: "http://id:pass@prov.example.com/a.cfg",
            etag: "\"1\"",
            lastModified: nil,
            sha256: "abc",
            receivedAt: now,
            bytes: text.utf8.count
        )
        return (file, Array(text.utf8))
    }

    private func results(run number: Int, value: String) throws -> RunResults {
        let setting = Setting(
            key: ParameterKey("SIP_AUTHID", line: LineNumber(rawValue: 2)),
            value: value,
            permission: .overrideReadOnly,
            access: .both,
            position: SourcePosition(line: 12, column: 3)
        )
        return RunResults(
            files: [saved(.initial, "<a/>"), saved(.standard, "<b>\(value)</b>")],
            layers: [.standard: [setting]],
            trace: try Self.trace(number)
        )
    }

    @Test func `what is committed is on the disk: a log that is flushed with every transaction`() async throws {
        for _ in 0..<2 {
            let (store, _) = try FlashStore.open(in: directory, now: now)
            let (mode, synchronous) = try await store.queue.read { db in
                (try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA synchronous"))
            }
            // 2 is FULL (sqlite.org/pragma.html#pragma_synchronous).
            #expect(mode == "wal" && synchronous == 2)
            store.close()
        }
    }

    @Test func `a file that a run no longer wants is forgotten with its results, another phone's is not`() async throws
    {
        let (store, _) = try FlashStore.open(in: directory, now: now)
        for owner in [phone, other] { try await store.store(try results(run: 1, value: "a"), of: owner) }
        let next = RunResults(files: [], removed: [.document(.standard)], layers: [:], trace: try Self.trace(2))
        try await store.store(next, of: phone)
        #expect(Set(try await store.contents(of: phone).files.keys) == [.document(.initial)])
        #expect(try await store.body(of: .document(.standard), phone: phone) == nil)
        #expect(try await store.contents(of: other).files.count == 2)
    }

    private static func trace(_ number: Int) throws -> RunTrace {
        let steps = (1...9).map { #"{"step":\#($0),"outcome":"skipped","detail":"-","notes":[],"omittedNotes":0}"# }
        let text = """
            {"number":\(number),"trigger":"retry","startedAt":1,"milliseconds":5,"source":"none","files":[],
             "steps":[\(steps.joined(separator: ","))],"changes":[],"outcome":"failed"}
            """
        return try JSONDecoder().decode(RunTrace.self, from: Data(text.utf8))
    }

    @Test func `what a run brought is there after the store was closed and opened again`() async throws {
        let (first, opening) = try FlashStore.open(in: directory, now: now)
        #expect(opening == .created)
        let written = try results(run: 1, value: "alice")
        try await first.store(written, of: phone)
        first.close()

        let (second, again) = try FlashStore.open(in: directory, now: now)
        #expect(again == .opened)
        let contents = try await second.contents(of: phone)
        #expect(contents.layers == written.layers)
        #expect(contents.files[.document(.standard)] == written.files[1].saved)
        #expect(contents.lastRun == 1)
        #expect(try await second.body(of: .document(.standard), phone: phone) == written.files[1].body)
        #expect(try await second.traces(of: phone) == [written.trace])
        #expect(try await second.contents(of: other).layers.isEmpty)
    }

    @Test func `the last twenty runs are kept`() async throws {
        let (store, _) = try FlashStore.open(in: directory, now: now)
        for number in 1...25 {
            try await store.store(try results(run: number, value: "\(number)"), of: phone)
        }
        #expect(try await store.traces(of: phone).map(\.number) == (6...25).reversed())
        #expect(try await store.contents(of: phone).lastRun == 25)
    }

    @Test func `a factory reset forgets one phone and leaves the others`() async throws {
        let (store, _) = try FlashStore.open(in: directory, now: now)
        for each in [phone, other] {
            try await store.store(try results(run: 1, value: "x"), of: each)
            try await store.storeLease("{}", of: each)
            try await store.storeUserSettings(
                [Setting(key: ParameterKey("CFG_CYCLIC"), value: "Y")],
                changes: [],
                of: each
            )
        }
        try await store.factoryReset(
            phone,
            change: ProgrammingRecord(at: now, way: .phone, who: "root", action: .factoryReset)
        )
        let contents = try await store.contents(of: phone)
        #expect(contents.layers.isEmpty && contents.files.isEmpty && contents.lease == nil)
        #expect(contents.lastRun == 1)
        #expect(try await store.programming(of: phone).map(\.action) == [.factoryReset])
        let kept = try await store.contents(of: other)
        #expect(kept.layers.count == 2 && kept.files.count == 2 && kept.lease == "{}")
    }

    @Test func `what was programmed by hand is kept with its origin, the later one in force`() async throws {
        let (first, _) = try FlashStore.open(in: directory, now: now)
        let url = ParameterKey("USR_PROV_SVR_URL")
        let line = ParameterKey("SIP_AUTHID", line: LineNumber(rawValue: 2))
        let byPhone = ProgrammingRecord(at: now, way: .phone, who: "root", action: .set(url, old: nil, new: "http://a"))
        let byWeb = ProgrammingRecord(
            at: now.advanced(by: .seconds(1)),
            way: .web,
            who: "admin from 192.0.2.9",
            action: .set(url, old: "http://a", new: "http://b")
        )
        let ofLine = ProgrammingRecord(at: now, way: .web, who: "user", action: .set(line, old: nil, new: "x"))
        try await first.storeUserSettings([Setting(key: url, value: "http://a")], changes: [byPhone], of: phone)
        let both = [Setting(key: url, value: "http://b"), Setting(key: line, value: "x")]
        try await first.storeUserSettings(both, changes: [byWeb, ofLine], of: phone)
        first.close()

        let (store, _) = try FlashStore.open(in: directory, now: now)
        #expect(try await store.programming(of: phone) == [ofLine, byWeb, byPhone])
        #expect(try await store.contents(of: phone).origins == [url: byWeb, line: ofLine])
        #expect(try await store.programming(of: other).isEmpty)

        // More changes than are kept: the oldest go, but for the one that a value in force came from.
        let cyclic = ParameterKey("CFG_CYCLIC")
        for number in 1...ProgrammingRecord.kept {
            let change = ProgrammingRecord(at: now, way: .phone, who: "\(number)", action: .unset(cyclic, old: "Y"))
            try await store.storeUserSettings(both, changes: [change], of: phone)
        }
        let kept = try await store.programming(of: phone)
        #expect(kept.count == ProgrammingRecord.kept + 2)
        #expect(Array(kept.suffix(2)) == [ofLine, byWeb])

        let unset = ProgrammingRecord(at: now, way: .phone, who: "root", action: .unset(url, old: "http://b"))
        try await store.storeUserSettings([both[1]], changes: [unset], of: phone)
        #expect(try await store.contents(of: phone).origins == [line: ofLine])
        #expect(try await store.programming(of: phone).contains(byWeb) == false)
    }

    @Test(arguments: ["garbage", "", "header"])
    func `a damaged store is moved aside with the time in its name`(damage: String) async throws {
        let path = directory + "/" + FlashStore.fileName
        do {
            let (store, _) = try FlashStore.open(in: directory, now: now)
            try await store.store(try results(run: 1, value: "x"), of: phone)
            store.close()
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        switch damage {
        case "garbage": bytes = Data("this is no database".utf8)
        case "": bytes.replaceSubrange(4_096..<bytes.count, with: Data(repeating: 0x55, count: bytes.count - 4_096))
        default: bytes.replaceSubrange(0..<100, with: Data(repeating: 0, count: 100))
        }
        try bytes.write(to: URL(fileURLWithPath: path))

        let (fresh, opening) = try FlashStore.open(in: directory, now: now)
        guard case .replaced(let aside, _) = opening else {
            Issue.record("\(opening)")
            return
        }
        #expect(aside == path + ".damaged-\(now.rfc3339.filter { $0 != ":" && $0 != "-" })")
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == bytes)
        #expect(try await fresh.contents(of: phone).lastRun == 0)
        try await fresh.store(try results(run: 1, value: "y"), of: phone)
    }

    @Test func `a second process is refused while the first one lives`() async throws {
        let (first, _) = try FlashStore.open(in: directory, now: now)
        #expect(throws: FlashError.locked(path: directory + "/" + FlashStore.fileName)) {
            try FlashStore.open(in: directory, now: now)
        }
        first.close()
    }

    @Test func `a store that can be read but not written stays, and the phone works with a copy`() async throws {
        let path = directory + "/" + FlashStore.fileName
        do {
            let (store, _) = try FlashStore.open(in: directory, now: now)
            try await store.store(try results(run: 1, value: "kept"), of: phone)
            store.close()
        }
        // Root may write everywhere, so the file is made one that nobody can change, as a read-only disk makes it.
        try Self.setImmutable(path, true)
        defer { try? Self.setImmutable(path, false) }
        let (store, opening) = try FlashStore.open(in: directory, now: now)
        guard case .volatile = opening else {
            Issue.record("\(opening)")
            return
        }
        #expect(try await store.contents(of: phone).layers[.standard]?.first?.value == "kept")
        #expect(FileManager.default.fileExists(atPath: path))
    }

    private static func setImmutable(_ path: String, _ isImmutable: Bool) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/chattr")
        process.arguments = [isImmutable ? "+i" : "-i", path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "chattr needs root, and a file system that knows it")
    }

    @Test func `a failed transaction leaves flash as it was`() async throws {
        let (store, _) = try FlashStore.open(in: directory, now: now)
        try await store.store(try results(run: 1, value: "before"), of: phone)
        let good = try results(run: 2, value: "after")
        let broken = RunResults(files: good.files, layers: good.layers, trace: good.trace)
        try await store.refuseRuns()
        await #expect(throws: FlashError.self) { try await store.store(broken, of: phone) }
        store.close()
        let (again, _) = try FlashStore.open(in: directory, now: now)
        #expect(try await again.contents(of: phone).layers[.standard]?.first?.value == "before")
        #expect(try await again.contents(of: phone).lastRun == 1)
    }

    @Test func `without a directory that can be written the phone works from memory`() async throws {
        let (store, opening) = try FlashStore.open(in: directory + "/missing", now: now)
        guard case .volatile = opening else {
            Issue.record("\(opening)")
            return
        }
        try await store.store(try results(run: 1, value: "x"), of: phone)
        #expect(try await store.contents(of: phone).lastRun == 1)
    }
}

extension FlashStore {
    /// Makes the last statement of a run's transaction fail, as a full disk would in the middle of it.
    fileprivate func refuseRuns() async throws {
        try await queue.write { db in
            try db.execute(
                sql: "CREATE TRIGGER refuse BEFORE INSERT ON run BEGIN SELECT RAISE(ABORT, 'no space'); END"
            )
        }
    }
}
