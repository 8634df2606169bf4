import Archive
import FoundationEssentials
import Flash

/// Why an archive is not imported. Nothing was changed then.
enum PhoneArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    case tar(TarError)
    case missing(path: String)
    case unexpected(path: String)
    case badSums(line: Int)
    case wrongSum(path: String)
    case badRecord(String)
    case otherVersion(Int)
    case otherPhone(mac: String, own: String)
    case setting(name: String, problem: String)
    case file(name: String, problem: String)

    /// What is wrong, then what to do.
    var description: String {
        switch self {
        case .tar(let error): "\(error)"
        case .missing(let path): "\(path) is missing from the archive: it is no export of a phone, or not all of one"
        case .unexpected(let path): "\(path) has no place in an export of a phone"
        case .badSums(let line): "line \(line) of SHA256SUMS is not a sum and a path"
        case .wrongSum(let path):
            "\(path) does not have the SHA-256 sum that SHA256SUMS gives it: the archive was damaged"
        case .badRecord(let problem): "phone.json cannot be read: \(problem)"
        case .otherVersion(let version): "it is of version \(version), which this daemon does not read: update it"
        case .otherPhone(let mac, let own):
            "it is of phone \(mac), not of \(own): if that is meant, say that it is another phone’s (--from-other-phone)"
        case .setting(let name, let problem): "its setting \(name) does not fit this phone: \(problem)"
        case .file(let name, let problem): "its \(name) file would be refused: \(problem)"
        }
    }
}

extension PhoneArchive {
    /// Reads an archive and checks its sums.
    init(tar bytes: [UInt8]) throws(PhoneArchiveError) {
        let entries: [TarEntry]
        do throws(TarError) {
            entries = try TarReader.entries(of: bytes, limits: Self.limits)
        } catch {
            throw .tar(error)
        }
        var contents = Dictionary(entries.map { ($0.path, $0.body) }) { first, _ in first }
        guard let sums = contents.removeValue(forKey: Self.sumsPath) else { throw .missing(path: Self.sumsPath) }
        try Self.check(contents, against: sums)
        guard let json = contents.removeValue(forKey: Self.recordPath) else { throw .missing(path: Self.recordPath) }
        let record = try Self.record(json)
        var bodies: [String: [UInt8]] = [:]
        for file in record.files {
            guard FlashFile(file.file) != nil else { throw .badRecord("there is no file ‘\(file.file)’") }
            let path = Self.filesFolder + file.file
            guard let body = contents.removeValue(forKey: path) else {
                throw bodies[file.file] == nil ? .missing(path: path) : .badRecord("\(file.file) stands twice")
            }
            bodies[file.file] = body
        }
        if let path = contents.keys.min() { throw .unexpected(path: path) }
        self.init(record: record, bodies: bodies)
    }

    /// Every file has its sum, and every sum its file.
    private static func check(_ contents: [String: [UInt8]], against sums: [UInt8]) throws(PhoneArchiveError) {
        var rest = contents
        let lines = String(decoding: sums, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let sum = line.prefix(64)
            // Two blanks, or a blank and the star that marks a binary file (sha256sum(1)).
            let path = String(line.dropFirst(66))
            let gap = line.dropFirst(64).prefix(2)
            guard sum.utf8.count == 64, gap == "  " || gap == " *", !path.isEmpty else {
                throw .badSums(line: index + 1)
            }
            guard let body = rest.removeValue(forKey: path) else { throw .missing(path: path) }
            guard FileFetcher.sha256(body) == sum.lowercased() else { throw .wrongSum(path: path) }
        }
        if let path = rest.keys.min() { throw .unexpected(path: path) }
    }

    private static func record(_ json: [UInt8]) throws(PhoneArchiveError) -> Record {
        struct Version: Decodable { let version: Int }
        do {
            let version = try JSONDecoder().decode(Version.self, from: Data(json)).version
            guard version == 1 else { throw PhoneArchiveError.otherVersion(version) }
            return try JSONDecoder().decode(Record.self, from: Data(json))
        } catch let error as PhoneArchiveError {
            throw error
        } catch {
            // What Foundation says holds no value of the document, but much that helps nobody.
            throw .badRecord("it is not the JSON that export writes")
        }
    }
}
