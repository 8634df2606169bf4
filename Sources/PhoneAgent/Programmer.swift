import Control
import Flash
import PhoneSettings
import Provisioning

/// Who programs a phone by hand, and which way.
struct Programmer: Sendable, CustomStringConvertible {
    let way: ProgrammingRecord.Way
    let who: String

    /// What a caller says of itself, or else what the kernel says of it. Only a caller who may change the phone gets here.
    init(_ origin: ChangeOrigin?, _ caller: Caller) throws(ControlError) {
        guard origin?.isPrintable ?? true else {
            throw .invalidValue(
                name: "origin.who",
                reason: "expected 1 to \(ChangeOrigin.maximumWhoBytes) bytes without control characters"
            )
        }
        if let session = caller.session {
            // Who has signed in says nothing of itself: the daemon knows.
            (way, who) = (.web, session.who)
            return
        }
        way =
            switch origin?.programming {
            case .web: .web
            case .phone, nil: .phone
            }
        who = origin?.who ?? (caller.uid == 0 ? "root" : "uid \(caller.uid)")
    }

    /// `phone programming, root`.
    var description: String { "\(way.label), \(who)" }

    func record(_ action: ProgrammingRecord.Action) -> ProgrammingRecord {
        ProgrammingRecord(at: .now, way: way, who: who, action: action)
    }
}

extension ProgrammingRecord.Way {
    /// A few words for a screen.
    var label: String {
        switch self {
        case .phone: "phone programming"
        case .web: "web programming"
        }
    }
}

extension ProgrammingRecord {
    /// The longest value that is kept of a change, in characters: a history is read, not restored from.
    static let maximumShownCharacters = 256

    /// A value of a parameter as the history may show it.
    static func shown(_ value: String, of key: ParameterKey) -> String {
        let text = ParameterDictionary.standard.displayValue(value, of: key.name)
        return text.count <= maximumShownCharacters ? text : text.prefix(maximumShownCharacters - 1) + "…"
    }
}

extension Programming {
    init(_ way: ProgrammingRecord.Way) {
        switch way {
        case .phone: self = .phone
        case .web: self = .web
        }
    }
}

extension ProgrammedChange {
    init(_ record: ProgrammingRecord) {
        let action: UserAction
        var (old, new): (String?, String?)
        switch record.action {
        case .set(_, let before, let after): (action, old, new) = (.set, before, after)
        case .unset(_, let before): (action, old) = (.unset, before)
        case .factoryReset: action = .factoryReset
        }
        self.init(
            at: record.at.rfc3339,
            programming: Programming(record.way),
            who: record.who,
            action: action,
            name: record.key?.description,
            old: old,
            new: new
        )
    }
}

extension SettingOrigin {
    init(_ record: ProgrammingRecord) {
        self.init(programming: Programming(record.way), who: record.who, at: record.at.rfc3339)
    }
}
