import Glibc

/// The folder that the first inputs of one fuzzer are written to, one file each.
struct SeedFolder {
    private let path: String
    private var count = 0

    /// The folder at `path`, which must be there.
    init(_ path: String) {
        self.path = path
    }

    /// Writes one more input.
    mutating func add(_ bytes: some Collection<UInt8>) throws(SeedError) {
        try Self.write(bytes, to: "\(path)/seed-\(count)")
        count += 1
    }

    /// Writes one file.
    static func write(_ bytes: some Collection<UInt8>, to file: String) throws(SeedError) {
        guard let stream = fopen(file, "w") else { throw SeedError(file: file, code: errno) }
        let bytes = Array(bytes)
        let written = fwrite(bytes, 1, bytes.count, stream)
        guard fclose(stream) == 0, written == bytes.count else { throw SeedError(file: file, code: errno) }
    }
}

/// A file of the corpus that could not be written.
struct SeedError: Error, CustomStringConvertible {
    let file: String
    let code: Int32

    var description: String { "cannot write \(file): \(String(cString: strerror(code)))" }
}
