import Glibc

/// A socket that listens at a path in the file system, set up with its owner, group and mode before anybody can connect.
struct ListeningSocket: Sendable {
    let descriptor: CInt
    let path: String
    /// The readers' is the socket's group: the one that was configured, else the process's own unless that is root's.
    let groups: ControlGroups
    /// The changers' group may connect, whatever the socket's group is.
    let letsChangersIn: Bool
    private let device: UInt
    private let inode: UInt

    /// How often a lock that another process holds is tried, and how long the pause is between two tries: a second in all.
    private static let lockTries = 100
    private static let lockPauseMicroseconds: UInt32 = 10_000
    /// The number of connections that may wait to be accepted.
    private static let backlog: CInt = 128

    /// Sets up a socket. It blocks, for a second at most while another process sets one up in the same directory.
    ///
    /// A socket that a process which is no more left behind is removed; one at which somebody listens is not.
    ///
    /// - Parameters:
    ///   - path: Where.
    ///   - mode: The permissions of the socket's file.
    ///   - groupName: The group of the socket's file, or `nil` for the process's own.
    ///   - adminGroupName: The group that may connect beside it; `nil` for none.
    /// - Throws: ``ControlServerError``.
    static func open(
        path: String,
        mode: UInt32,
        groupName: String?,
        adminGroupName: String? = nil
    ) throws(ControlServerError) -> ListeningSocket {
        let directory = Self.directory(of: path)
        let lock = try Lock(directory: directory)
        defer { lock.close() }
        try removeStaleSocket(at: path)

        let descriptor = UnixAddress.makeSocket()
        guard descriptor >= 0 else { throw failure("socket", path) }
        do throws(ControlServerError) {
            return try bind(descriptor, path: path, mode: mode, groupName: groupName, adminGroupName: adminGroupName)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func bind(
        _ descriptor: CInt,
        path: String,
        mode: UInt32,
        groupName: String?,
        adminGroupName: String?
    ) throws(ControlServerError) -> ListeningSocket {
        guard let bound = UnixAddress.with(path: path, { Glibc.bind(descriptor, $0, $1) }) else {
            throw .unusablePath(path: path, limit: UnixAddress.maximumPathBytes)
        }
        guard bound == 0 else { throw failure("bind", path) }
        do throws(ControlServerError) {
            // Nobody can connect before `listen`, so nobody meets the socket with the mode and group it was born with.
            guard chmod(path, mode) == 0 else { throw failure("chmod", path) }
            var status = stat()
            guard lstat(path, &status) == 0 else { throw failure("lstat", path) }
            let group = groupName == nil ? ownGroup(status.st_gid) : groupName.flatMap(groupNumber(of:))
            // A system call filter may forbid chown; a file that has the group already needs none.
            if let group, group != status.st_gid {
                guard chown(path, uid_t.max, group) == 0 else { throw failure("chown", path) }
            }
            let changers = adminGroupName.flatMap(groupNumber(of:))
            let letsChangersIn = changers.map { AccessControlList.add(group: $0, to: path, mode: mode) } ?? false
            guard listen(descriptor, backlog) == 0 else { throw failure("listen", path) }
            return ListeningSocket(
                descriptor: descriptor,
                path: path,
                groups: ControlGroups(readers: group, changers: changers),
                letsChangersIn: letsChangersIn,
                device: status.st_dev,
                inode: status.st_ino
            )
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Removes the socket's file, unless another one has taken its place.
    func removeFile() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(path)
    }

    private static func removeStaleSocket(at path: String) throws(ControlServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw failure("lstat", path)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }

        let probe = UnixAddress.makeSocket()
        guard probe >= 0 else { throw failure("socket", path) }
        defer { close(probe) }
        guard let connected = UnixAddress.with(path: path, { connect(probe, $0, $1) }) else {
            throw .unusablePath(path: path, limit: UnixAddress.maximumPathBytes)
        }
        if connected == 0 { throw .alreadyServed(path: path) }
        switch errno {
        case ECONNREFUSED:
            guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink", path) }
        case EAGAIN, EPROTOTYPE:
            // Its queue of waiting connections is full, or it is a socket of another kind: somebody is there.
            throw .alreadyServed(path: path)
        case ENOENT:
            return
        default:
            throw failure("connect", path)
        }
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Root's own group is no group of readers.
    private static func ownGroup(_ group: gid_t) -> UInt32? { group == 0 ? nil : group }

    private static func groupNumber(of name: String) -> UInt32? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var size = 1024
        // The group's members are listed in the buffer: a large group needs a large one.
        while size <= 1024 * 1024 {
            let error = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
                buffer.baseAddress.map { getgrnam_r(name, &entry, $0, buffer.count, &found) } ?? ENOMEM
            }
            guard error == ERANGE else { return error == 0 && found != nil ? entry.gr_gid : nil }
            size *= 4
        }
        return nil
    }

    fileprivate static func failure(_ call: String, _ path: String) -> ControlServerError {
        let number = errno
        return .system(call: call, path: path, errno: number, reason: errorText(number))
    }

    /// A lock on the directory, so that of two daemons that start together none removes the other's socket between its
    /// `bind` and its `listen`, while it looks stale.
    private struct Lock {
        private let descriptor: CInt

        init(directory: String) throws(ControlServerError) {
            let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else {
                if errno == ENOENT || errno == ENOTDIR { throw .noDirectory(directory) }
                throw failure("open", directory)
            }
            // `flock` has no time-out of its own.
            for _ in 0..<lockTries {
                if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                    self.descriptor = descriptor
                    return
                }
                usleep(lockPauseMicroseconds)
            }
            Glibc.close(descriptor)
            throw .directoryLocked(directory)
        }

        func close() {
            Glibc.close(descriptor)
        }
    }
}
