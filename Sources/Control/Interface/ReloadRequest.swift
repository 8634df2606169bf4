/// `Reload`: reads the daemon's configuration anew. The reply comes when the new one is in force.
public struct ReloadRequest: ControlRequest {
    /// A call of `Reload`.
    public init() {}

    /// `Reload`.
    public static let method = ControlMethod.reload
    /// `Reload` has no parameters.
    public static let parameterNames: [String] = []
    /// What became of the phones.
    public typealias Reply = ReloadReply
}

/// What `Reload` answers: what became of the phones, each named by its MAC address.
public struct ReloadReply: Codable, Sendable, Equatable {
    /// How many phones stand in both configurations alike. A run of theirs goes on.
    public var unchanged: Int
    /// The phones that the configuration has otherwise now. They were started anew.
    public var changed: [String]
    /// The phones that are new. They were started.
    public var added: [String]
    /// The phones that are gone. They were stopped; what flash holds of them stays.
    public var removed: [String]

    /// A reply of `Reload`.
    public init(unchanged: Int, changed: [String], added: [String], removed: [String]) {
        self.unchanged = unchanged
        self.changed = changed
        self.added = added
        self.removed = removed
    }

    /// What became of the phones, in one sentence.
    public var sentence: String {
        let parts = [("changed", changed), ("added", added), ("removed", removed)].compactMap { what, phones in
            phones.isEmpty ? nil : "\(phones.count) \(what) (\(Self.list(phones)))"
        }
        return "configuration taken over: " + (["\(unchanged) unchanged"] + parts).joined(separator: ", ")
    }

    /// The most phones that a sentence names.
    private static let maximumNames = 8

    private static func list(_ phones: [String]) -> String {
        phones.prefix(maximumNames).joined(separator: ", ") + (phones.count > maximumNames ? ", …" : "")
    }
}
