import Glibc
import Synchronization

/// The spool's directory, open: every call is relative to its descriptor, so the path cannot be changed underneath.
struct SpoolDirectory: ~Copyable {
    private let path: String
    private let descriptor: CInt
    private let owner: uid_t
    private let group: gid_t

    /// Opens and checks the directory.
    ///
    /// - Throws: ``DHCPEventSpoolError`` when it is missing, a link, another's, or writable by others.
    init(path: String) throws(DHCPEventSpoolError) {
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw .system("open", path, errno) }
        var status = stat()
        var failure: DHCPEventSpoolError?
        let user = geteuid()
        if fstat(opened, &status) != 0 {
            failure = .system("fstat", path, errno)
        } else if status.st_mode & 0o022 != 0 {
            failure = .writableDirectory(path, mode: status.st_mode & 0o7777)
        } else if user != 0, status.st_uid != 0, status.st_uid != user {
            // Root may write in anybody's directory: the daemon's user owns it.
            failure = .foreignDirectory(path, owner: status.st_uid)
        }
        if let failure {
            close(opened)
            throw failure
        }
        self.path = path
        descriptor = opened
        owner = status.st_uid
        group = status.st_gid
    }

    deinit { close(descriptor) }

    // MARK: Writing

    /// Counts the files that this process has written, so that two in one nanosecond have two names.
    private static let written = Atomic<UInt32>(0)

    /// How often another name is tried when a file has the name already, which takes a process id used again within
    /// one nanosecond.
    private static let maximumTries = 8

    func write(_ bytes: [UInt8]) throws(DHCPEventSpoolError) {
        for _ in 0..<Self.maximumTries {
            let name = DHCPEventFileName(
                nanoseconds: Self.nanosecondsSinceBoot(),
                process: UInt32(bitPattern: getpid()),
                sequence: Self.written.wrappingAdd(1, ordering: .relaxed).oldValue
            ).text
            let temporary = DHCPEventSpool.temporaryPrefix + name
            let file = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if file < 0, errno == EEXIST { continue }
            guard file >= 0 else { throw .system("open", path, errno) }
            do throws(DHCPEventSpoolError) {
                try fill(file, with: bytes)
            } catch {
                close(file)
                unlinkat(descriptor, temporary, 0)
                throw error
            }
            guard close(file) == 0, renameat(descriptor, temporary, descriptor, name) == 0 else {
                let code = errno
                unlinkat(descriptor, temporary, 0)
                throw .system("rename", path, code)
            }
            guard fsync(descriptor) == 0 else { throw .system("fsync", path, errno) }
            return
        }
        throw .system("open", path, EEXIST)
    }

    private func fill(_ file: CInt, with bytes: [UInt8]) throws(DHCPEventSpoolError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path, count < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(count)
        }
        // Only root can give a file away; any other writer owns the directory already.
        if geteuid() == 0, fchown(file, owner, group) != 0 { throw .system("fchown", path, errno) }
        guard fsync(file) == 0 else { throw .system("fsync", path, errno) }
    }

    private static func nanosecondsSinceBoot() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Removes the oldest events until so many more fit; says how many it removed.
    func makeRoom(for count: Int, keeping limit: Int) throws(DHCPEventSpoolError) -> Int {
        let events = try list().events
        let excess = max(0, events.count + count - limit)
        for name in events.prefix(excess) { try remove(name.text) }
        return excess
    }

    // MARK: Reading

    /// The names in the directory, by kind; events in their order.
    struct Listing {
        var events: [DHCPEventFileName] = []
        var abandoned: [String] = []
        var strangers: [String] = []
        var wasCut = false
    }

    func list() throws(DHCPEventSpoolError) -> Listing {
        // fdopendir takes the descriptor over, and a second one has its own place in the directory.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw .system("open", path, errno) }
        guard let stream = fdopendir(copy) else {
            let code = errno
            close(copy)
            throw .system("fdopendir", path, code)
        }
        defer { closedir(stream) }
        var listing = Listing()
        var seen = 0
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            if name == "." || name == ".." { continue }
            seen += 1
            if seen > DHCPEventSpool.maximumEntries {
                listing.wasCut = true
                break
            }
            if let event = DHCPEventFileName(name) {
                listing.events.append(event)
            } else if name.hasPrefix(DHCPEventSpool.temporaryPrefix) {
                if isAbandoned(name) { listing.abandoned.append(name) }
            } else {
                listing.strangers.append(name)
            }
            errno = 0
        }
        guard listing.wasCut || errno == 0 else { throw .system("readdir", path, errno) }
        listing.events.sort()
        listing.strangers.sort()
        return listing
    }

    private func isAbandoned(_ name: String) -> Bool {
        var status = stat()
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
        // A change time in the future means that the clock was set back since; then it is left for later.
        return now.tv_sec - status.st_ctim.tv_sec > DHCPEventSpool.abandonedAfterSeconds
    }

    /// Reads one event. Whatever is no event is removed.
    func entry(_ name: DHCPEventFileName) -> DHCPEventSpool.Entry {
        do throws(DHCPEventSpoolProblem) {
            let bytes = try content(of: name.text)
            let variables: [String: String]
            do throws(DHCPEventFile.Failure) {
                variables = try DHCPEventFile.decode(bytes)
            } catch {
                throw .malformedFile(error)
            }
            do throws(DHCPEventError) {
                return .event(name, try DHCPEvent(environment: variables))
            } catch {
                throw .malformedEvent(error)
            }
        } catch {
            return .problem(name: name.text, discard(name.text, error))
        }
    }

    /// The bytes of a regular file of one name that only root or this process's user could have written.
    private func content(of name: String) throws(DHCPEventSpoolProblem) -> [UInt8] {
        // O_NONBLOCK: opening a pipe must not wait for its writer.
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw errno == ELOOP ? .notARegularFile : .unreadable("open", errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .unreadable("fstat", errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .notARegularFile }
        guard status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == owner else {
            throw .foreignFile(owner: status.st_uid)
        }
        guard status.st_mode & 0o022 == 0 else { throw .writableFile(mode: status.st_mode & 0o7777) }
        guard status.st_size <= DHCPEventFile.maximumSize else {
            throw .malformedFile(.tooLarge(Int(status.st_size)))
        }
        // One byte more than the limit: a file that grew since shows itself.
        var bytes = [UInt8](repeating: 0, count: DHCPEventFile.maximumSize + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable("read", errno) }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    // MARK: Removing

    func remove(_ name: String) throws(DHCPEventSpoolError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .system("unlink", path, errno) }
    }

    /// Removes what is no event; gives back what to report.
    func discard(_ name: String, _ problem: DHCPEventSpoolProblem) -> DHCPEventSpoolProblem {
        if unlinkat(descriptor, name, 0) == 0 || errno == ENOENT { return problem }
        if errno == EISDIR, unlinkat(descriptor, name, AT_REMOVEDIR) == 0 { return problem }
        return .cannotRemove(problem, errno)
    }
}
