import Glibc
import Testing

@testable import DHCPOptions

/// A directory of the test's own, removed at its end.
private final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/phoneprovd-spool-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit { Self.removeTree(path) }

    private static func removeTree(_ path: String) {
        guard let stream = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let child = path + "/" + name
            var status = stat()
            if lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                removeTree(child)
            } else {
                unlink(child)
            }
        }
        closedir(stream)
        rmdir(path)
    }
}

private func event(_ interface: String) throws -> DHCPEvent {
    try DHCPEvent(environment: ["reason": "STOP", "interface": interface])
}

private func writeFile(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL, mode)
    try #require(file >= 0)
    #expect(bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
    fchmod(file, mode)
    close(file)
}

@Suite("The spool of events")
struct DHCPEventSpoolTests {
    private let directory: TemporaryDirectory
    private let spool: DHCPEventSpool
    private static let name = DHCPEventFileName(nanoseconds: 5, process: 1, sequence: 0)

    init() throws {
        directory = try TemporaryDirectory()
        spool = DHCPEventSpool(path: directory.path + "/run/dhcp")
    }

    /// The spool's directory, made as the daemon makes it.
    private func makeSpool() throws -> String {
        try #require(mkdir(directory.path + "/run", 0o755) == 0)
        try #require(mkdir(spool.path, 0o700) == 0)
        return spool.path
    }

    @Test("Events come out in the order in which they went in, once")
    func order() throws {
        let events = try (0..<20).map { try event("eth\($0)") }
        for event in events { #expect(try spool.write(event) == 0) }
        let drained = try spool.drain()
        #expect(drained.compactMap { if case .event(_, let event) = $0 { event } else { nil } } == events)
        #expect(drained.count == 20)
        #expect(try spool.drain().isEmpty)
    }

    @Test("A recorded event comes out as it went in")
    func recorded() throws {
        let bound = try DHCPEvent(environment: Recorded.bound)
        try spool.write(bound)
        guard case .event(_, bound) = try #require(try spool.drain().first) else {
            Issue.record("another event")
            return
        }
    }

    @Test("A missing directory is an empty spool, and the first event makes it, closed to others")
    func missing() throws {
        #expect(try spool.drain().isEmpty)
        try spool.write(try event("eth0"))
        var status = stat()
        #expect(stat(spool.path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o700)
    }

    @Test("Reading leaves the events there until they are removed")
    func readThenRemove() throws {
        try spool.write(try event("eth0"))
        let entries = try spool.read()
        #expect(try spool.read() == entries)
        try spool.remove(entries.compactMap(\.eventName))
        #expect(try spool.read().isEmpty)
        try spool.remove(entries.compactMap(\.eventName))
    }

    @Test("A file is for its owner alone, and no temporary file is left")
    func mode() throws {
        try spool.write(try event("eth0"))
        let name = try #require(try spool.read().first?.eventName)
        var status = stat()
        #expect(lstat(spool.path + "/" + name.text, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(try SpoolDirectory(path: spool.path).list().strangers.isEmpty)
    }

    @Test("Root gives a file to the directory's owner", .enabled(if: geteuid() == 0))
    func owner() throws {
        let path = try makeSpool()
        try #require(chown(path, 65534, 65534) == 0)
        try spool.write(try event("eth0"))
        let name = try #require(try spool.read().first?.eventName)
        var status = stat()
        #expect(lstat(path + "/" + name.text, &status) == 0)
        #expect(status.st_uid == 65534 && status.st_gid == 65534)
    }

    @Test("When it is full the oldest goes")
    func full() throws {
        // Written by hand: a real write waits for the disk twice.
        let path = try makeSpool()
        for index in 0..<DHCPEventSpool.maximumEvents {
            let name = DHCPEventFileName(nanoseconds: UInt64(index), process: 1, sequence: 0)
            try writeFile(path + "/" + name.text, try DHCPEventFile.encode(try event("e\(index)").variables))
        }
        #expect(try spool.write(try event("last")) == 1)
        let events = try spool.drain().compactMap { if case .event(_, let event) = $0 { event.interface } else { nil } }
        #expect(events.count == DHCPEventSpool.maximumEvents)
        #expect(events.first == "e1" && events.last == "last")
    }

    @Test("More events than the limit, whoever put them there: the oldest are removed and reported")
    func overfull() throws {
        let path = try makeSpool()
        let bytes = try DHCPEventFile.encode(["reason": "STOP", "interface": "eth0"])
        for index in 0..<(DHCPEventSpool.maximumEvents + 3) {
            let name = DHCPEventFileName(nanoseconds: UInt64(index), process: 1, sequence: 0)
            try writeFile(path + "/" + name.text, bytes)
        }
        let entries = try spool.drain()
        #expect(entries.filter { $0.eventName == nil }.count == 3)
        #expect(
            entries.first
                == .problem(
                    name: DHCPEventFileName(nanoseconds: 0, process: 1, sequence: 0).text,
                    .tooManyEvents
                )
        )
        #expect(try spool.drain().isEmpty)
    }

    @Test("What is no event is removed, reported, and does not hide the next event")
    func malformed() throws {
        let path = try makeSpool()
        try writeFile(path + "/" + Self.name.text, Array("nonsense".utf8))
        let second = DHCPEventFileName(nanoseconds: 6, process: 1, sequence: 0)
        try writeFile(path + "/" + second.text, try DHCPEventFile.encode(["reason": "STOP"]))
        try writeFile(path + "/note.txt", [])
        try spool.write(try event("eth0"))
        let entries = try spool.drain()
        #expect(entries.count == 4)
        #expect(entries.contains(.problem(name: "note.txt", .unknownName)))
        #expect(entries.contains(.problem(name: Self.name.text, .malformedFile(.unknownVersion))))
        #expect(entries.contains(.problem(name: second.text, .malformedEvent(.missingVariable("interface")))))
        #expect(try spool.drain().isEmpty)
    }

    @Test("A link, a pipe, a directory, a second name and a device's place are never read")
    func notRegular() throws {
        let path = try makeSpool()
        let target = directory.path + "/target"
        try writeFile(target, try DHCPEventFile.encode(["reason": "STOP", "interface": "eth0"]))
        func name(_ number: UInt64) -> String { DHCPEventFileName(nanoseconds: number, process: 1, sequence: 0).text }
        try #require(symlink(target, path + "/" + name(1)) == 0)
        try #require(mkfifo(path + "/" + name(2), 0o600) == 0)
        try #require(mkdir(path + "/" + name(3), 0o700) == 0)
        try #require(link(target, path + "/" + name(4)) == 0)
        let entries = try spool.drain()
        #expect(entries == (1...4).map { .problem(name: name($0), .notARegularFile) })
        #expect(try spool.drain().isEmpty)
        #expect(access(target, F_OK) == 0)
    }

    @Test("A directory that holds something cannot be removed, and is reported each time")
    func stays() throws {
        let path = try makeSpool()
        try #require(mkdir(path + "/full", 0o700) == 0)
        try writeFile(path + "/full/x", [])
        let expected = [DHCPEventSpool.Entry.problem(name: "full", .cannotRemove(.unknownName, ENOTEMPTY))]
        #expect(try spool.drain() == expected)
        #expect(try spool.drain() == expected)
    }

    @Test("A file that others may write is not believed")
    func writableFile() throws {
        let path = try makeSpool()
        let bytes = try DHCPEventFile.encode(["reason": "STOP", "interface": "eth0"])
        try writeFile(path + "/" + Self.name.text, bytes, mode: 0o622)
        #expect(try spool.drain() == [.problem(name: Self.name.text, .writableFile(mode: 0o622))])
    }

    @Test("Another user's file is not believed", .enabled(if: geteuid() == 0))
    func foreignFile() throws {
        let path = try makeSpool()
        try writeFile(
            path + "/" + Self.name.text,
            try DHCPEventFile.encode(["reason": "STOP", "interface": "eth0"])
        )
        try #require(chown(path + "/" + Self.name.text, 65534, 65534) == 0)
        #expect(try spool.drain() == [.problem(name: Self.name.text, .foreignFile(owner: 65534))])
    }

    @Test("A file larger than an event is not read")
    func large() throws {
        let path = try makeSpool()
        let size = DHCPEventFile.maximumSize + 1
        try writeFile(path + "/" + Self.name.text, [UInt8](repeating: 0, count: size))
        #expect(try spool.drain() == [.problem(name: Self.name.text, .malformedFile(.tooLarge(size)))])
    }

    @Test("A directory that others may write, or that is a link, is refused for reading and writing")
    func unsafeDirectory() throws {
        let path = try makeSpool()
        try #require(chmod(path, 0o770) == 0)
        let writable = DHCPEventSpoolError.writableDirectory(path, mode: 0o770)
        #expect(throws: writable) { try spool.drain() }
        #expect(throws: writable) { try spool.write(try event("eth0")) }
        try #require(rmdir(path) == 0)
        try #require(symlink(directory.path, path) == 0)
        #expect(throws: DHCPEventSpoolError.self) { try spool.drain() }
        #expect(throws: DHCPEventSpoolError.self) { try spool.write(try event("eth0")) }
    }

    @Test("A temporary file of a writer at work is left alone")
    func temporary() throws {
        let path = try makeSpool()
        try writeFile(path + "/" + DHCPEventSpool.temporaryPrefix + "x", [])
        #expect(try spool.drain().isEmpty)
        #expect(access(path + "/" + DHCPEventSpool.temporaryPrefix + "x", F_OK) == 0)
    }

    @Test("Writers at the same time lose nothing")
    func concurrent() async throws {
        let spool = spool
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<32 {
                group.addTask { try spool.write(try event("e\(index)")) }
            }
            try await group.waitForAll()
        }
        let events = try spool.drain().compactMap { if case .event(_, let event) = $0 { event.interface } else { nil } }
        #expect(Set(events) == Set((0..<32).map { "e\($0)" }))
    }

    @Test("Messages name the place and the way out")
    func messages() {
        #expect("\(DHCPEventSpoolError.writableDirectory("/run/x", mode: 0o777))".contains("chmod 0700"))
        #expect(
            "\(DHCPEventSpoolError.system("open", "/run/x", ENOENT))" == "open \"/run/x\": No such file or directory"
        )
        #expect("\(DHCPEventSpoolProblem.unknownName)".hasSuffix("it was removed"))
        #expect("\(DHCPEventSpoolProblem.cannotRemove(.unknownName, EACCES))".contains("Permission denied"))
    }
}
