import Glibc

/// The sockets that systemd has opened for a service (sd_listen_fds(3), systemd.socket(5)).
public enum ListeningSockets {
    /// The first descriptor that is handed over (SD_LISTEN_FDS_START).
    static let first: Int32 = 3
    /// The most that are taken.
    static let maximumCount = 16

    /// The descriptors that were handed over to this process; none when it was started by hand.
    ///
    /// - Parameters:
    ///   - variables: the environment.
    ///   - process: the process id that `LISTEN_PID` is compared with.
    public static func inherited(variables: [String: String], process: Int32 = getpid()) -> [Int32] {
        guard let pid = variables["LISTEN_PID"].flatMap({ Int32($0) }), pid == process,
            let count = variables["LISTEN_FDS"].flatMap({ Int32($0) }), count > 0
        else { return [] }
        return (first..<first + min(count, Int32(maximumCount))).filter { descriptor in
            var value: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0, value != 0 else {
                return false
            }
            // Nothing that is started later has any business with them.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return true
        }
    }
}
