import Glibc

/// Reading and writing whole files.
enum FileBytes {
    /// A file's content, or that of standard input for `-`: all of it, or its first `limit` bytes.
    ///
    /// - Throws: ``Failure``.
    static func read(_ file: String, atMost limit: Int) throws -> [UInt8] {
        let descriptor = file == "-" ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(file) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(file) }
            if count == 0 { break }
            bytes += chunk[..<min(count, limit - bytes.count)]
        }
        return bytes
    }

    private static func unreadable(_ file: String) -> Failure {
        .wrongUse("\(file) cannot be read: \(String(cString: strerror(errno)))")
    }

    /// Writes a file that only its owner reads. A file that was there stays until the new one is whole.
    ///
    /// - Throws: ``Failure``.
    static func replace(_ file: String, with bytes: [UInt8]) throws {
        var information = stat()
        if stat(file, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
            // A pipe or a device is written to, not replaced.
            let descriptor = open(file, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw unwritable(file) }
            defer { close(descriptor) }
            return try write(bytes, to: descriptor, named: file)
        }
        var template = Array("\(file).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw unwritable(file) }
        do {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, named: file)
            guard fsync(descriptor) == 0, rename(template, file) == 0 else { throw unwritable(file) }
        } catch {
            unlink(template)
            throw error
        }
    }

    /// Writes all of the bytes.
    ///
    /// - Throws: ``Failure``.
    static func write(_ bytes: [UInt8], to descriptor: Int32, named file: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unwritable(file) }
            rest = rest.dropFirst(count)
        }
    }

    private static func unwritable(_ file: String) -> Failure {
        .untrue("\(file) cannot be written: \(String(cString: strerror(errno)))")
    }
}
