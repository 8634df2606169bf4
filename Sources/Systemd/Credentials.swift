import Glibc

/// Why a credential cannot be taken.
public struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// What is wrong with it.
    public let reason: String

    /// The file, and what is wrong with it.
    public var description: String { "\(path): \(reason)" }
}

extension ServiceEnvironment {
    /// Longest credential that is read, in bytes.
    public static let maximumCredentialBytes = 64 * 1_024

    /// The credentials that systemd hands over (`LoadCredential=`, `SetCredential=`; systemd.exec(5)) and whose names begin
    /// so, by what follows in the name. A line end at the end of a value is left out: editors put it there.
    ///
    /// - Throws: ``CredentialError`` when one cannot be read, is too long or is no UTF-8.
    public func credentials(prefix: String) throws(CredentialError) -> [String: String] {
        guard let credentialsDirectory, let directory = opendir(credentialsDirectory) else { return [:] }
        defer { closedir(directory) }
        var result: [String: String] = [:]
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
                    String(cString: $0)
                }
            }
            guard name.hasPrefix(prefix), name != prefix else { continue }
            result[String(name.dropFirst(prefix.count))] = try Self.credential(at: credentialsDirectory + "/" + name)
        }
        return result
    }

    private static func credential(at path: String) throws(CredentialError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CredentialError(path: path, reason: "cannot be read: errno \(errno)") }
        defer { close(descriptor) }
        // One byte more than the limit: a longer file shows itself.
        var bytes = [UInt8](repeating: 0, count: maximumCredentialBytes + 1)
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CredentialError(path: path, reason: "cannot be read: errno \(errno)") }
            if count == 0 { break }
            filled += count
        }
        guard filled <= maximumCredentialBytes else {
            throw CredentialError(path: path, reason: "has more than \(maximumCredentialBytes) bytes")
        }
        guard let text = String(validating: bytes.prefix(filled), as: UTF8.self) else {
            throw CredentialError(path: path, reason: "is not UTF-8")
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
