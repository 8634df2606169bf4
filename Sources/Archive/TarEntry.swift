/// A regular file in a tar archive.
public struct TarEntry: Hashable, Sendable {
    /// Its path in the archive: relative, parts separated by `/`, at most 100 bytes.
    public let path: String
    /// Its content.
    public let body: [UInt8]

    /// A file of the archive.
    public init(path: String, body: [UInt8]) {
        self.path = path
        self.body = body
    }
}

/// What an archive may be made of, so that a hostile one costs little.
public struct TarLimits: Hashable, Sendable {
    /// The most bytes of the archive.
    public var archiveBytes: Int
    /// The most bytes of one file in it.
    public var entryBytes: Int
    /// The most files and folders in it.
    public var entries: Int

    /// These limits.
    public init(archiveBytes: Int, entryBytes: Int, entries: Int) {
        self.archiveBytes = archiveBytes
        self.entryBytes = entryBytes
        self.entries = entries
    }
}

/// The fields of a header (POSIX.1-2017, pax, "ustar Interchange Format").
enum TarHeader {
    static let blockBytes = 512
    static let name = 0..<100
    static let mode = 100..<108
    static let owner = 108..<116
    static let group = 116..<124
    static let size = 124..<136
    static let modified = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let magic = 257..<263
    static let version = 263..<265
    static let prefix = 345..<500

    /// The sum of all bytes, those of the checksum itself taken as blanks.
    static func sum(_ block: ArraySlice<UInt8>) -> Int {
        var sum = 0
        for (offset, byte) in block.enumerated() {
            sum += checksum.contains(offset) ? 0x20 : Int(byte)
        }
        return sum
    }
}
