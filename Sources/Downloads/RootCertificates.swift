import Glibc

/// Root certificates in memory, in the form that libcurl takes them: PEM, one after the other.
enum RootCertificates {
    /// The size that one element of ``DownloadRequest/roots`` may have: 64 KiB.
    static let maximumBytes = 65_536

    /// The size that the system's file may have: 4 MiB (Debian 12's has 220 KB).
    static let maximumSystemBytes = 4_194_304

    struct Problem: Error, Equatable { let text: String }

    /// One file's content as PEM.
    static func pem(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        guard !bytes.isEmpty else { throw Problem(text: "it is empty") }
        guard bytes.count <= maximumBytes else {
            throw Problem(text: "it has \(bytes.count) bytes, and at most \(maximumBytes) are allowed")
        }
        if bytes.first == 0x30 {
            guard isOneDERSequence(bytes) else { throw Problem(text: "it is cut short or has bytes after its end") }
            return armoured(bytes)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("-----BEGIN CERTIFICATE-----") else {
            throw Problem(text: "it is neither a PEM nor a DER certificate")
        }
        guard text.contains("-----END CERTIFICATE-----") else { throw Problem(text: "the PEM text has no END line") }
        return bytes.last == 0x0A ? bytes : bytes + [0x0A]
    }

    /// Whether the system's folder is there and can be read.
    static func checkFolder(_ path: String) throws(Problem) {
        guard let folder = opendir(path) else { throw Problem(text: SystemErrorText.text(errno)) }
        closedir(folder)
    }

    /// The system's roots.
    static func readSystemFile(_ path: String) throws(Problem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(text: SystemErrorText.text(errno)) }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return result }
            if count < 0 {
                if errno == EINTR { continue }
                throw Problem(text: SystemErrorText.text(errno))
            }
            result += chunk[..<count]
            guard result.count <= maximumSystemBytes else { throw Problem(text: "it is larger than 4 MiB") }
        }
    }

    /// Whether the bytes are one DER value of type SEQUENCE with a length that fits (X.690 section 8.1).
    static func isOneDERSequence(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2, bytes[0] == 0x30 else { return false }
        guard bytes[1] >= 0x80 else { return bytes.count == 2 + Int(bytes[1]) }
        let lengthBytes = Int(bytes[1] & 0x7F)
        guard (1...3).contains(lengthBytes), bytes.count > 2 + lengthBytes else { return false }
        let length = bytes[2..<(2 + lengthBytes)].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count == 2 + lengthBytes + length
    }

    private static func armoured(_ der: [UInt8]) -> [UInt8] {
        let text = base64(der)
        var result = Array("-----BEGIN CERTIFICATE-----\n".utf8)
        // RFC 7468 section 2: lines of 64 characters.
        for start in stride(from: 0, to: text.count, by: 64) {
            result += text[start..<min(start + 64, text.count)]
            result.append(0x0A)
        }
        return result + Array("-----END CERTIFICATE-----\n".utf8)
    }

    /// RFC 4648 section 4.
    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[(bits >> (18 - 6 * place)) & 0x3F] : UInt8(ascii: "="))
            }
        }
        return result
    }
}
