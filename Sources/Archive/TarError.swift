/// Why an archive is not taken. Nothing of it has been used then.
public enum TarError: Error, Hashable, Sendable {
    /// More bytes than are allowed.
    case tooLarge(limit: Int)
    /// More files than are allowed.
    case tooManyEntries(limit: Int)
    /// One file has more bytes than are allowed.
    case entryTooLarge(path: String, limit: Int)
    /// No tar archive at all.
    case notTar
    /// A compressed archive, by the program that unpacks it.
    case compressed(with: String)
    /// It ends before a file, or before the two empty blocks that end an archive.
    case truncated
    /// The header at this offset, in bytes from 0, has a wrong checksum or a field that is no number.
    case badHeader(offset: Int)
    /// Something that is neither a file nor a folder.
    case unsupported(path: String, kind: String)
    /// A path that leads out of the archive, or that is none.
    case badPath(String)
    /// Two files with one path.
    case duplicate(String)
    /// Bytes other than NUL after the end.
    case trailingBytes(offset: Int)
}

extension TarError: CustomStringConvertible {
    /// What is wrong, then what to do.
    public var description: String {
        switch self {
        case .tooLarge(let limit): "the archive has more than \(limit) bytes, the most that an export can have"
        case .tooManyEntries(let limit): "the archive has more than \(limit) files, the most that an export can have"
        case .entryTooLarge(let path, let limit): "\(path) has more than \(limit) bytes"
        case .notTar: "this is no tar archive: give the file that export wrote"
        case .compressed(let program): "the archive is compressed: unpack it with \(program) first"
        case .truncated: "the archive ends early: copy it anew"
        case .badHeader(let offset): "the archive is damaged: the header at byte \(offset) is wrong; copy it anew"
        case .unsupported(let path, let kind): "\(path) is \(kind): an export holds files only"
        case .badPath(let path): "the path ‘\(path)’ leads out of the archive or is none"
        case .duplicate(let path): "\(path) stands twice in the archive"
        case .trailingBytes(let offset): "bytes follow the end of the archive at byte \(offset)"
        }
    }
}
