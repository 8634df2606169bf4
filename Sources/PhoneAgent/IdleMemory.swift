import Glibc

/// Gives back what only the start needed.
///
/// Starting up walks once through most of the program and its libraries: dynamic linking, Swift's search for protocol
/// conformances, the first download. The pages stay in the kernel's cache; the daemon only lets go of its mapping of them,
/// so that what it holds while it waits for half an hour is what it uses (madvise(2), MADV_DONTNEED; the mappings are
/// read-only, so nothing can be lost).
enum IdleMemory {
    /// How long the phones must have been at rest: the calls that follow the end of a run are over by then.
    static let rest = Duration.seconds(5)

    /// Lets go of the code of the program and of its libraries.
    static func giveBack() {
        guard let maps = fopen("/proc/self/maps", "re") else { return }
        defer { fclose(maps) }
        var line = [CChar](repeating: 0, count: 4_352)
        while fgets(&line, CInt(line.count), maps) != nil {
            let text = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard let range = codeOfFile(text) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The addresses of a line of /proc/self/maps, when it is code out of a file that nobody can write (proc(5)).
    static func codeOfFile(_ line: String) -> Range<UInt>? {
        let words = line.split(separator: " ", maxSplits: 5)
        guard words.count == 6, words[5].drop(while: { $0 == " " }).hasPrefix("/"), words[1] == "r-xp" else {
            return nil
        }
        let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
