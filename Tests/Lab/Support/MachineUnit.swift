import Foundation

extension Machine {
    /// Properties of a unit, as `systemctl show` names them (org.freedesktop.systemd1(5)).
    /// - Throws: `LabError.unreadable` when one of them is not there.
    public func properties(_ names: String..., of unit: String = "phoneprovd") async throws -> [String: String] {
        let text = try await require(["systemctl", "show", unit, "-p", names.joined(separator: ",")])
        let pairs = text.split(separator: "\n").map { line in
            line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        }
        let found = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
        guard names.allSatisfy({ found[$0] != nil }) else {
            throw LabError.unreadable(what: "properties \(names) of \(unit)", text: text)
        }
        return found
    }

    /// One property of a unit.
    public func property(_ name: String, of unit: String = "phoneprovd") async throws -> String {
        try await properties(name, of: unit)[name] ?? ""
    }

    /// A property that is a number, such as a time stamp in microseconds.
    /// - Throws: `LabError.unreadable` when it is none.
    public func number(_ name: String, of unit: String = "phoneprovd") async throws -> Int64 {
        let text = try await property(name, of: unit)
        guard let number = Int64(text) else { throw LabError.unreadable(what: "\(name) of \(unit)", text: text) }
        return number
    }

    /// Settings that stand over a unit's own, in a file beside it; in force from the unit's next start.
    /// - Parameter lines: lines of the section [Service].
    public func dropIn(_ lines: String..., of unit: String = "phoneprovd") async throws {
        try await dropIn(lines, of: unit)
    }

    /// The same.
    public func dropIn(_ lines: [String], of unit: String = "phoneprovd") async throws {
        let text = "[Service]\n" + lines.map { $0 + "\n" }.joined()
        try await write(text, to: "/etc/systemd/system/\(unit).service.d/lab.conf")
        try await require(["systemctl", "daemon-reload"])
    }

    /// Holds every process of a unit still, or lets them go on, through its control group: as `systemctl freeze` does, which
    /// systemd 252 refuses where the host has both kinds of control groups.
    public func freeze(_ isFrozen: Bool, _ unit: String = "phoneprovd") async throws {
        let script = """
            for place in /sys/fs/cgroup/unified /sys/fs/cgroup; do
                [ -e "$place$1/cgroup.freeze" ] || continue
                echo "$2" >"$place$1/cgroup.freeze"
                until grep -q "^frozen $2$" "$place$1/cgroup.events"; do sleep 0.02; done
                exit 0
            done
            exit 1
            """
        let group = try await property("ControlGroup", of: unit)
        try await require(["sh", "-ec", script, "sh", group, isFrozen ? "1" : "0"])
    }

    /// How exposed systemd finds a service, from 0, safest, to 10: `systemd-analyze security`.
    /// - Throws: `LabError.unreadable` when it does not say so as systemd 252 does.
    public func exposure(of unit: String = "phoneprovd") async throws -> Double {
        let text = try await require(["systemd-analyze", "security", "--no-pager", "\(unit).service"])
        // "→ Overall exposure level for phoneprovd.service: 1.1 OK 🙂"
        let line = text.split(separator: "\n").last { $0.contains("Overall exposure level") }
        guard let figure = line?.split(separator: ": ").last?.split(separator: " ").first.flatMap({ Double($0) }) else {
            throw LabError.unreadable(what: "systemd-analyze security \(unit)", text: text)
        }
        return figure
    }
}

/// An entry of the machine's journal, as `journalctl -o json` gives it (systemd.journal-fields(7)).
public struct MachineJournalEntry: Sendable, Decodable, CustomStringConvertible {
    private let fields: [String: Value]

    /// A field is text, or bytes when it is not UTF-8 or holds control characters; one that stands there twice is a list.
    private enum Value: Sendable, Decodable {
        case text(String)
        case bytes([UInt8])
        case several([Value])
        case tooLarge

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .tooLarge
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let bytes = try? container.decode([UInt8].self) {
                self = .bytes(bytes)
            } else {
                self = .several(try container.decode([Value].self))
            }
        }

        var text: String {
            switch self {
            case .text(let text): text
            case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
            case .several(let values): values.map(\.text).joined(separator: "\n")
            case .tooLarge: ""
            }
        }
    }

    /// Reads an entry.
    public init(from decoder: any Decoder) throws {
        fields = try decoder.singleValueContainer().decode([String: Value].self)
    }

    /// A field's value; nil when the entry does not have it.
    public subscript(name: String) -> String? { fields[name]?.text }

    /// The text.
    public var message: String { self["MESSAGE"] ?? "" }
    /// Every field, one a line.
    public var description: String {
        fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: "\n")
    }
}

extension Machine {
    /// Entries of the journal, the oldest first.
    /// - Parameter arguments: what journalctl looks for, such as `-u phoneprovd` or `PHONE_MAC=0080F0ABCDEF`.
    /// - Throws: `LabError.unreadable` when a line of it is no entry.
    public func journal(_ arguments: String...) async throws -> [MachineJournalEntry] {
        // Of what was sent to it before, everything is in what it then gives.
        try await require(["journalctl", "--sync"])
        let text = try await require(["journalctl", "--no-pager", "-o", "json"] + arguments)
        return try text.split(separator: "\n").map { line in
            do {
                return try JSONDecoder().decode(MachineJournalEntry.self, from: Data(line.utf8))
            } catch {
                throw LabError.unreadable(what: "an entry of the journal (\(error))", text: String(line))
            }
        }
    }
}
