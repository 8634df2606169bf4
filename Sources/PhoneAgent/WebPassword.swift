import Glibc

/// The administrator's password of phones that have only the factory's: made once at random, kept beside flash.
enum WebPassword {
    /// The name of its file in the state directory.
    static let fileName = "web-password"
    /// Letters and digits that nobody takes for each other; 32 of them, so that 16 are 80 bits.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")

    /// Reads the password, or makes one.
    ///
    /// - Returns: the password, and why it could not be kept: then the next start makes another.
    static func load(from directory: String) -> (password: String, problem: String?) {
        let path = "\(directory)/\(fileName)"
        if let kept = read(path), isWhole(kept) { return (kept, nil) }
        let made = random()
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return (made, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = Array((made + "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            return (made, "\(path): \(String(cString: strerror(errno)))")
        }
        return (made, nil)
    }

    static func random() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = (0..<16).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
        return stride(from: 0, to: 16, by: 4).map { String(letters[$0..<$0 + 4]) }.joined(separator: "-")
    }

    /// A file that was cut short, by a full disk for instance, is no password.
    private static func isWhole(_ text: String) -> Bool {
        text.utf8.count == 19 && text.allSatisfy { $0 == "-" || alphabet.contains($0) }
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0, let text = String(validating: bytes[..<count], as: UTF8.self) else { return nil }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
