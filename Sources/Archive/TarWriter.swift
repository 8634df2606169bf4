/// Writes tar archives (POSIX.1-2017, "ustar Interchange Format").
public enum TarWriter {
    /// An archive of these files, readable by their owner alone. Equal arguments give equal bytes.
    ///
    /// - Parameter modified: When the files were changed last, in seconds since 1970-01-01T00:00:00Z.
    /// - Precondition: Every path has 1 to 100 bytes.
    public static func archive(_ entries: [TarEntry], modified: Int64) -> [UInt8] {
        var result: [UInt8] = []
        for entry in entries {
            result += header(entry, modified: modified)
            result += entry.body
            pad(&result)
        }
        // Two empty blocks end an archive; GNU tar wants records of 20 blocks and is content with less.
        return result + [UInt8](repeating: 0, count: 2 * TarHeader.blockBytes)
    }

    private static func header(_ entry: TarEntry, modified: Int64) -> [UInt8] {
        let path = Array(entry.path.utf8)
        precondition(TarHeader.name.count >= path.count && !path.isEmpty, "a path of 1 to 100 bytes")
        var block = [UInt8](repeating: 0, count: TarHeader.blockBytes)
        block.replaceSubrange(0..<path.count, with: path)
        put(0o600, into: TarHeader.mode, of: &block)
        put(0, into: TarHeader.owner, of: &block)
        put(0, into: TarHeader.group, of: &block)
        put(entry.body.count, into: TarHeader.size, of: &block)
        put(Int(max(0, modified)), into: TarHeader.modified, of: &block)
        block[TarHeader.type] = UInt8(ascii: "0")
        block.replaceSubrange(TarHeader.magic, with: Array("ustar\0".utf8))
        block.replaceSubrange(TarHeader.version, with: Array("00".utf8))
        put(TarHeader.sum(block[...]), into: TarHeader.checksum, of: &block)
        return block
    }

    /// A number in octal digits with a NUL behind it.
    private static func put(_ number: Int, into field: Range<Int>, of block: inout [UInt8]) {
        let digits = Array(String(number, radix: 8).utf8.suffix(field.count - 1))
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: field.count - 1 - digits.count)
        block.replaceSubrange(field, with: zeros + digits + [0])
    }

    private static func pad(_ bytes: inout [UInt8]) {
        let rest = bytes.count % TarHeader.blockBytes
        if rest > 0 { bytes += [UInt8](repeating: 0, count: TarHeader.blockBytes - rest) }
    }
}
