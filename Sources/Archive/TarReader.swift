/// Reads tar archives that may come from anybody.
///
/// Files and folders only; the archive is taken as a whole or not at all, and nothing is written anywhere.
public struct TarReader {
    private let bytes: [UInt8]
    private let limits: TarLimits
    private var offset = 0
    private var entries: [TarEntry] = []
    private var paths: Set<String> = []
    private var seen = 0

    /// The files of an archive, in its order. Folders are left out.
    public static func entries(of bytes: [UInt8], limits: TarLimits) throws(TarError) -> [TarEntry] {
        guard bytes.count <= limits.archiveBytes else { throw .tooLarge(limit: limits.archiveBytes) }
        if bytes.starts(with: [0x1F, 0x8B]) { throw .compressed(with: "gunzip") }
        if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) { throw .compressed(with: "unxz") }
        if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { throw .compressed(with: "unzstd") }
        if bytes.starts(with: Array("BZh".utf8)) { throw .compressed(with: "bunzip2") }
        var reader = TarReader(bytes: bytes, limits: limits)
        while try reader.readEntry() {}
        return reader.entries
    }

    private init(bytes: [UInt8], limits: TarLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// - Returns: whether there was one more.
    private mutating func readEntry() throws(TarError) -> Bool {
        let start = offset
        guard bytes.count - start >= TarHeader.blockBytes else {
            throw start == 0 ? .notTar : .truncated
        }
        let block = bytes[start..<start + TarHeader.blockBytes]
        if block.allSatisfy({ $0 == 0 }) {
            try readEnd()
            return false
        }
        let magic = field(TarHeader.magic, at: start)
        // GNU tar writes a blank where POSIX has a NUL.
        guard magic.starts(with: Array("ustar".utf8)) else { throw start == 0 ? .notTar : .badHeader(offset: start) }
        guard number(TarHeader.checksum, at: start) == TarHeader.sum(block),
            let size = number(TarHeader.size, at: start)
        else { throw .badHeader(offset: start) }
        seen += 1
        guard seen <= limits.entries else { throw .tooManyEntries(limit: limits.entries) }
        let rawPath = try path(at: start)
        let type = block[start + TarHeader.type]
        guard type == UInt8(ascii: "0") || type == 0 || type == UInt8(ascii: "5") else {
            throw .unsupported(path: rawPath, kind: Self.kind(of: type))
        }
        let path = try Self.plain(rawPath)
        offset += TarHeader.blockBytes
        if type == UInt8(ascii: "5") {
            guard size == 0 else { throw .badHeader(offset: start) }
            return true
        }
        guard size <= limits.entryBytes else { throw .entryTooLarge(path: path, limit: limits.entryBytes) }
        guard bytes.count - offset >= size else { throw .truncated }
        guard !path.isEmpty else { throw .badPath(rawPath) }
        guard paths.insert(path).inserted else { throw .duplicate(path) }
        entries.append(TarEntry(path: path, body: Array(bytes[offset..<offset + size])))
        offset += (size + TarHeader.blockBytes - 1) / TarHeader.blockBytes * TarHeader.blockBytes
        return true
    }

    /// Two empty blocks, and nothing but NULs after them.
    private func readEnd() throws(TarError) {
        guard bytes.count - offset >= 2 * TarHeader.blockBytes else { throw .truncated }
        guard let other = bytes[offset...].firstIndex(where: { $0 != 0 }) else { return }
        throw .trailingBytes(offset: other)
    }

    private func field(_ range: Range<Int>, at start: Int) -> ArraySlice<UInt8> {
        bytes[start + range.lowerBound..<start + range.upperBound]
    }

    /// Octal digits, blanks before them, blanks or NULs behind them; `nil` for anything else, the base-256 form of huge
    /// files among it.
    private func number(_ range: Range<Int>, at start: Int) -> Int? {
        let digits = field(range, at: start).drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        let rest = bytes[digits.endIndex..<start + range.upperBound]
        guard !digits.isEmpty, rest.allSatisfy({ $0 == 0 || $0 == 0x20 }) else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }

    private func path(at start: Int) throws(TarError) -> String {
        let isGNU = field(TarHeader.magic, at: start).last == 0x20
        let name = field(TarHeader.name, at: start).prefix { $0 != 0 }
        // GNU's older format has times where POSIX has the first part of a long path.
        let prefix = isGNU ? [] : field(TarHeader.prefix, at: start).prefix { $0 != 0 }
        let whole = prefix.isEmpty ? Array(name) : Array(prefix) + [UInt8(ascii: "/")] + Array(name)
        guard let text = String(validating: whole, as: UTF8.self) else { throw .badHeader(offset: start) }
        return text
    }

    /// The path without `./` before it and `/` behind it; empty for the archive's own folder.
    private static func plain(_ path: String) throws(TarError) -> String {
        guard !path.hasPrefix("/"), !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "\\" }) else {
            throw .badPath(path)
        }
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { throw .badPath(path) }
        return parts.joined(separator: "/")
    }

    private static func kind(of type: UInt8) -> String {
        switch type {
        case UInt8(ascii: "1"): "a hard link"
        case UInt8(ascii: "2"): "a symbolic link"
        case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
        case UInt8(ascii: "6"): "a named pipe"
        case UInt8(ascii: "x"), UInt8(ascii: "g"): "an extended header (pack with tar --format=ustar)"
        case UInt8(ascii: "L"), UInt8(ascii: "K"): "a name of more than 100 bytes"
        default: "of a kind that is not known"
        }
    }
}
