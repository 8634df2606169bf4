import Glibc

/// The environment of a hook, as the kernel has it: bytes, which need not be UTF-8.
public enum HookEnvironment {
    /// Largest environment accepted, in bytes: half of what Linux gives a program in all (`ARG_MAX`, 2 MiB).
    public static let maximumSize = 1 << 20

    /// Reads entries `NAME=VALUE`, each ended by a NUL, as in proc(5)'s `environ`.
    ///
    /// A value that is not UTF-8 (dhcpcd hands bytes over as they came) has each byte beyond ASCII written as dhclient
    /// writes it, `\ooo`, so that nothing of it is lost. An entry whose name is not UTF-8, or without `=`, is left out;
    /// of two with one name the first counts, as with getenv(3).
    public static func variables(of bytes: [UInt8]) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > entry.startIndex,
                let name = String(validating: entry[..<equals], as: UTF8.self), variables[name] == nil
            else { continue }
            variables[name] = text(entry[(equals + 1)...])
        }
        return variables
    }

    /// The environment that this process was started with; `nil` when proc(5) cannot be read, or it is too large.
    public static func ofThisProcess() -> [String: String]? {
        let descriptor = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= maximumSize {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return variables(of: bytes) }
            bytes += chunk[..<count]
        }
        return nil
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String {
        if let text = String(validating: value, as: UTF8.self) { return text }
        return ClientEncoding.text(of: value) { $0 < 0x80 }
    }
}
