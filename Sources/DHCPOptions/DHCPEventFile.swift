/// The file form of an event's variables: what is left in the spool while no daemon is there to take the event.
///
/// ```
/// phoneprovd-dhcp-event 1\n
/// NAME=VALUE\0
/// NAME=VALUE\0
/// \0
/// ```
/// A first line with the version, then the variables sorted by name, each ended by a NUL (which no variable can hold,
/// so nothing needs escaping), then an empty entry: a file without it was cut short, and is refused.
public enum DHCPEventFile {
    /// The first line, without its newline.
    public static let header = "phoneprovd-dhcp-event 1"
    /// Largest file, in bytes.
    public static let maximumSize = 65536
    /// Most variables in a file.
    public static let maximumVariables = 64

    /// Why bytes are not an event file, or variables cannot be written as one.
    public enum Failure: Error, Hashable, Sendable {
        /// Larger than ``DHCPEventFile/maximumSize``; the size in bytes.
        case tooLarge(Int)
        /// The first line is not ``DHCPEventFile/header``.
        case unknownVersion
        /// It does not end with the empty entry.
        case cutShort
        /// Bytes follow the empty entry.
        case trailingBytes
        /// An entry that is not NAME=VALUE in UTF-8, or a name that cannot be written; counted from 1.
        case badEntry(Int)
        /// A name that stands there twice.
        case repeatedName(String)
        /// More than ``DHCPEventFile/maximumVariables``.
        case tooManyVariables
    }

    /// Writes variables as a file.
    ///
    /// - Throws: ``Failure`` when a limit is passed, a name is empty or holds `=` or NUL, or a value holds NUL.
    public static func encode(_ variables: [String: String]) throws(Failure) -> [UInt8] {
        guard variables.count <= maximumVariables else { throw .tooManyVariables }
        var bytes = Array(header.utf8) + [UInt8(ascii: "\n")]
        for (number, (name, value)) in variables.sorted(by: { $0.key < $1.key }).enumerated() {
            let isWritable = !name.isEmpty && !name.utf8.contains(UInt8(ascii: "=")) && !name.utf8.contains(0)
            guard isWritable, !value.utf8.contains(0) else { throw .badEntry(number + 1) }
            bytes += name.utf8
            bytes.append(UInt8(ascii: "="))
            bytes += value.utf8
            bytes.append(0)
        }
        bytes.append(0)
        guard bytes.count <= maximumSize else { throw .tooLarge(bytes.count) }
        return bytes
    }

    /// Reads a file's variables.
    ///
    /// - Throws: ``Failure`` when the bytes are not such a file, whole and of this version.
    public static func decode(_ bytes: [UInt8]) throws(Failure) -> [String: String] {
        guard bytes.count <= maximumSize else { throw .tooLarge(bytes.count) }
        let headerLine = Array(header.utf8) + [UInt8(ascii: "\n")]
        guard bytes.starts(with: headerLine) else { throw .unknownVersion }
        var variables: [String: String] = [:]
        var rest = bytes.dropFirst(headerLine.count)
        var number = 0
        while true {
            guard let end = rest.firstIndex(of: 0) else { throw .cutShort }
            let entry = rest[..<end]
            rest = rest[(end + 1)...]
            if entry.isEmpty { break }
            number += 1
            guard number <= maximumVariables else { throw .tooManyVariables }
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > entry.startIndex,
                let name = String(validating: entry[..<equals], as: UTF8.self),
                let value = String(validating: entry[(equals + 1)...], as: UTF8.self)
            else { throw .badEntry(number) }
            guard variables.updateValue(value, forKey: name) == nil else { throw .repeatedName(name) }
        }
        guard rest.isEmpty else { throw .trailingBytes }
        return variables
    }
}

extension DHCPEventFile.Failure: CustomStringConvertible {
    /// What is wrong, in one line without control characters.
    public var description: String {
        switch self {
        case .tooLarge(let size): "it has \(size) bytes, more than the \(DHCPEventFile.maximumSize) accepted"
        case .unknownVersion: "its first line is not \"\(DHCPEventFile.header)\""
        case .cutShort: "it is cut short"
        case .trailingBytes: "bytes follow its end"
        case .badEntry(let number): "its entry \(number) is not NAME=VALUE in UTF-8"
        case .repeatedName(let name): "the variable \(name.quotedForMessage) stands there twice"
        case .tooManyVariables: "it has more than \(DHCPEventFile.maximumVariables) variables"
        }
    }
}

/// The name of an event's file: sorted by name, files are in the order of their events.
///
/// `NANOSECONDS-PROCESS-SEQUENCE.event`, each number decimal and zero-padded: the time since the machine started
/// (`CLOCK_BOOTTIME`, which never steps back, as the time of day does when NTP sets it; the spool lies in /run and so
/// does not outlive the machine's run), the writer's process id, and a count within the process.
public struct DHCPEventFileName: Hashable, Sendable {
    /// Nanoseconds since the machine started, sleep included.
    public let nanoseconds: UInt64
    /// Process id of the writer.
    public let process: UInt32
    /// How many files the process wrote before this one.
    public let sequence: UInt32

    /// What the names end in.
    public static let suffix = ".event"

    private static let widths = [20, 10, 10]

    /// Makes the name of a file.
    public init(nanoseconds: UInt64, process: UInt32, sequence: UInt32) {
        self.nanoseconds = nanoseconds
        self.process = process
        self.sequence = sequence
    }

    /// Reads a name; `nil` when it is not exactly of the form that ``text`` gives.
    public init?(_ text: String) {
        guard text.hasSuffix(Self.suffix) else { return nil }
        let parts = text.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let nanoseconds = UInt64(parts[0]), let process = UInt32(parts[1]),
            let sequence = UInt32(parts[2])
        else { return nil }
        self.init(nanoseconds: nanoseconds, process: process, sequence: sequence)
        guard self.text == text else { return nil }
    }

    /// The name as it stands in the directory.
    public var text: String {
        let numbers = [String(nanoseconds), String(process), String(sequence)]
        return zip(numbers, Self.widths).map { $0.leftPadded(to: $1) }.joined(separator: "-") + Self.suffix
    }
}

extension DHCPEventFileName: Comparable {
    /// Orders names as their events came.
    public static func < (left: DHCPEventFileName, right: DHCPEventFileName) -> Bool {
        (left.nanoseconds, left.process, left.sequence) < (right.nanoseconds, right.process, right.sequence)
    }
}
