import Glibc

/// Small files: read whole with a limit, written whole or not at all.
enum TextFile {
    /// What there is at a path.
    enum Content: Equatable {
        case text(String)
        case absent
        /// It cannot be read, and why.
        case problem(String)
    }

    static func read(_ path: String, limit: Int) -> Content {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return errno == ENOENT ? .absent : .problem(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .problem(String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { return .problem("has more than \(limit) bytes") }
        }
        return String(validating: bytes, as: UTF8.self).map(Content.text) ?? .problem("is not UTF-8")
    }

    /// Writes a file that nobody else may read. Another process sees the old content or the new, never a part.
    ///
    /// - Returns: why not, when it could not be written.
    static func write(_ text: String, to path: String) -> String? {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(cString: strerror(errno)) }
            written += count
        }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0, rename(draft, path) == 0 else {
            return String(cString: strerror(errno))
        }
        return nil
    }
}
