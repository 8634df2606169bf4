import GRDB
import PhoneSettings
import Provisioning

/// A change that a user made by hand: which way, who and when.
public struct ProgrammingRecord: Sendable, Hashable {
    /// Which way (Administrator Guide, "Programming").
    public enum Way: String, Sendable, Hashable, CaseIterable {
        /// Phone programming.
        case phone
        /// Web programming.
        case web
    }

    /// What was done.
    public enum Action: Sendable, Hashable {
        /// A parameter was set. The values are what the user had and has set, as they may be shown.
        case set(ParameterKey, old: String?, new: String)
        /// What had been set was taken back.
        case unset(ParameterKey, old: String?)
        /// Everything was forgotten.
        case factoryReset
    }

    /// How many of a phone's changes are kept at least.
    public static let kept = 100

    /// When.
    public let at: WallTime
    /// Which way.
    public let way: Way
    /// Who.
    public let who: String
    /// What.
    public let action: Action

    /// Makes a record.
    public init(at: WallTime, way: Way, who: String, action: Action) {
        self.at = at
        self.way = way
        self.who = who
        self.action = action
    }

    /// The parameter that it concerns; `nil` when it concerns all.
    public var key: ParameterKey? {
        switch action {
        case .set(let key, _, _), .unset(let key, _): key
        case .factoryReset: nil
        }
    }
}

// In the store's table `programming`.
extension ProgrammingRecord {
    private init?(_ row: Row) {
        guard let way = Way(rawValue: row["way"]) else { return nil }
        let key = (row["name"] as String?).map { name in
            ParameterKey(name, line: (row["line"] as Int?).flatMap(LineNumber.init(rawValue:)))
        }
        let action: Action
        switch (row["action"] as String, key) {
        case ("set", let key?): action = .set(key, old: row["old"], new: row["new"] ?? "")
        case ("unset", let key?): action = .unset(key, old: row["old"])
        case ("factory-reset", nil): action = .factoryReset
        default: return nil
        }
        self.init(at: WallTime(milliseconds: row["at"]), way: way, who: row["who"], action: action)
    }

    func save(mac: String, _ db: Database) throws {
        let name: String
        var (old, new): (String?, String?)
        switch action {
        case .set(_, let before, let after): (name, old, new) = ("set", before, after)
        case .unset(_, let before): (name, old) = ("unset", before)
        case .factoryReset: name = "factory-reset"
        }
        try db.execute(
            sql: """
                INSERT INTO programming (mac, number, at, way, who, action, name, line, old, new)
                VALUES (?, 1 + (SELECT ifnull(max(number), 0) FROM programming WHERE mac = ?), ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                mac, mac, at.milliseconds, way.rawValue, who, name, key?.name, key?.line?.rawValue, old, new,
            ]
        )
    }

    static func all(mac: String, _ db: Database) throws -> [ProgrammingRecord] {
        try Row.fetchAll(
            db,
            sql: "SELECT * FROM programming WHERE mac = ? ORDER BY number DESC",
            arguments: [mac]
        ).compactMap(ProgrammingRecord.init)
    }

    /// The newest change of each of the user's settings.
    static func origins(of user: [Setting], mac: String, _ db: Database) throws -> [ParameterKey: ProgrammingRecord] {
        guard !user.isEmpty else { return [:] }
        let known = Set(user.map(\.key))
        var result: [ParameterKey: ProgrammingRecord] = [:]
        for record in try all(mac: mac, db) {
            guard let key = record.key, known.contains(key), result[key] == nil else { continue }
            result[key] = record
        }
        return result
    }

    /// Old changes go, but not the one that a value in force came from.
    static func forgetOld(mac: String, _ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM programming WHERE mac = :mac
                AND number <= (SELECT max(number) FROM programming WHERE mac = :mac) - :kept
                AND NOT EXISTS (
                    SELECT 1 FROM setting WHERE setting.mac = :mac AND setting.layer = :user
                    AND setting.name = programming.name AND setting.line IS programming.line
                    AND programming.number = (
                        SELECT max(number) FROM programming AS newest WHERE newest.mac = :mac
                        AND newest.name = programming.name AND newest.line IS programming.line
                    )
                )
                """,
            arguments: ["mac": mac, "kept": kept, "user": SettingsLayer.user.rawValue]
        )
    }
}
