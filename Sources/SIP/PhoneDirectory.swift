/// The phones of a socket, found by MAC, by user and by Event, in constant time however many there are.
struct PhoneDirectory: Sendable {
    private(set) var phones: [String: SIPUserAgent.Phone] = [:]
    private var macsByUser: [String: Set<String>] = [:]
    private var macsByURI: [String: Set<String>] = [:]
    private var phonesByEvent: [String: Int] = [:]
    private var lastResync: [String: Duration] = [:]

    /// False when there is no room.
    ///
    /// A phone that is there already is replaced; when it was last told to load its configuration stays known.
    mutating func add(_ phone: SIPUserAgent.Phone) -> Bool {
        let told = lastResync[phone.mac]
        remove(phone.mac)
        guard phones.count < SIPLimits.maximumPhones else { return false }
        phones[phone.mac] = phone
        lastResync[phone.mac] = told
        phonesByEvent[phone.resyncEvent, default: 0] += 1
        for key in Self.keys(phone) {
            switch key {
            case .user(let user): macsByUser[user, default: []].insert(phone.mac)
            case .uri(let uri): macsByURI[uri, default: []].insert(phone.mac)
            }
        }
        return true
    }

    mutating func remove(_ mac: String) {
        guard let phone = phones.removeValue(forKey: mac) else { return }
        lastResync[mac] = nil
        let left = phonesByEvent[phone.resyncEvent, default: 1] - 1
        phonesByEvent[phone.resyncEvent] = left > 0 ? left : nil
        for key in Self.keys(phone) {
            switch key {
            case .user(let user):
                macsByUser[user]?.remove(mac)
                if macsByUser[user]?.isEmpty == true { macsByUser[user] = nil }
            case .uri(let uri):
                macsByURI[uri]?.remove(mac)
                if macsByURI[uri]?.isEmpty == true { macsByURI[uri] = nil }
            }
        }
    }

    /// Whether a phone is to be told to load its configuration: not again within ``SIPTimers/resyncInterval``.
    func mayResync(_ mac: String, at now: Duration) -> Bool {
        lastResync[mac].map { now - $0 >= SIPTimers.resyncInterval } ?? true
    }

    /// A phone has been told.
    mutating func didResync(_ mac: String, at now: Duration) { lastResync[mac] = now }

    /// Whether any phone loads its configuration on this Event.
    func anyPhone(resyncsOn event: String) -> Bool {
        !event.isEmpty && phonesByEvent[event] != nil
    }

    /// Who a Request-URI means: the only phone whatever it says; else the phone whose MAC it has; else the phones that
    /// have this SIP URI; else those that have this user. Several when a number is shared by phones.
    func phones(for requestURI: SIPURI?) -> [SIPUserAgent.Phone] {
        if phones.count == 1 { return Array(phones.values) }
        guard let uri = requestURI, let user = uri.unescapedUser else { return [] }
        if let mac = Self.mac(inUser: user), let phone = phones[mac] { return [phone] }
        let macs = macsByURI["\(user)@\(uri.host)"] ?? macsByUser[user] ?? []
        return macs.sorted().compactMap { phones[$0] }
    }

    /// The MAC that a user part consists of, alone or after `MAC`, `MAC:` or `MAC=`; in upper case.
    static func mac(inUser user: String) -> String? {
        var digits = user.utf8[...]
        if digits.count > 12, digits.prefix(3).map(\.lowercased).elementsEqual("mac".utf8) {
            digits = digits.dropFirst(3)
            if digits.first == UInt8(ascii: ":") || digits.first == UInt8(ascii: "=") { digits = digits.dropFirst() }
        }
        guard digits.count == 12, digits.allSatisfy(\.isHexDigit) else { return nil }
        return String(decoding: digits, as: UTF8.self).uppercased()
    }

    private enum Key {
        case user(String)
        case uri(String)
    }

    /// A SIP URI also counts with its user alone, as a server sends to the address that the phone registered, whose host
    /// is the phone's own.
    private static func keys(_ phone: SIPUserAgent.Phone) -> [Key] {
        phone.resyncUsers.flatMap { text -> [Key] in
            guard text.utf8.contains(UInt8(ascii: "@")) || text.asciiLowercased.hasPrefix("sip") && text.contains(":")
            else { return text.isEmpty ? [] : [.user(SIPURI.unescape(text))] }
            guard let uri = try? SIPURI(text, schemeRequired: false), let user = uri.unescapedUser else { return [] }
            return [.uri("\(user)@\(uri.host)"), .user(user)]
        }
    }
}
