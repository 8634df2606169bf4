/// `Status`: the state of one phone or of all.
public struct StatusRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for all phones.
    public var phone: String?

    /// A call of `Status`.
    public init(phone: String? = nil) {
        self.phone = phone
    }

    /// `Status`.
    public static let method = ControlMethod.status
    /// The parameters of `Status`.
    public static let parameterNames = ["phone"]
    /// The state of the phones that were asked for.
    public typealias Reply = StatusReply
}

/// What `Status` answers; with `more`, again at each change.
public struct StatusReply: Codable, Sendable, Equatable {
    /// One entry for each phone that was asked for.
    public var phones: [PhoneStatus]

    /// A reply of `Status`.
    public init(phones: [PhoneStatus]) {
        self.phones = phones
    }
}

/// `Wait`: waits for a state, or for the end of the run.
public struct WaitRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for all phones.
    public var phone: String?
    /// The states to wait for, any of them; empty: the end of the run.
    public var states: [PhoneState]
    /// How long to wait in seconds, 0 and more, or `nil` for as long as it takes.
    public var timeoutSeconds: Double?

    /// A call of `Wait`.
    public init(phone: String? = nil, states: [PhoneState] = [], timeoutSeconds: Double? = nil) {
        self.phone = phone
        self.states = states
        self.timeoutSeconds = timeoutSeconds
    }

    enum CodingKeys: CodingKey {
        case phone, states, timeoutSeconds
    }

    /// Reads a call; `states` that are absent or null are an empty list.
    ///
    /// - Throws: `DecodingError`, also for a state that does not exist and for a negative time.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        phone = try container.decodeIfPresent(String.self, forKey: .phone)
        states = try container.decodeIfPresent([PhoneState].self, forKey: .states) ?? []
        timeoutSeconds = try container.decodeIfPresent(Double.self, forKey: .timeoutSeconds)
        if let timeoutSeconds, timeoutSeconds < 0 {
            throw DecodingError.dataCorruptedError(
                forKey: .timeoutSeconds,
                in: container,
                debugDescription: "A time to wait cannot be negative."
            )
        }
    }

    /// `Wait`.
    public static let method = ControlMethod.wait
    /// The parameters of `Wait`.
    public static let parameterNames = ["phone", "states", "timeoutSeconds"]
    /// Whether it came true, and the state of the phones.
    public typealias Reply = WaitReply
}

/// What `Wait` answers.
public struct WaitReply: Codable, Sendable, Equatable {
    /// Whether what was waited for came true in time.
    public var reached: Bool
    /// The state of the phones at that moment.
    public var phones: [PhoneStatus]

    /// A reply of `Wait`.
    public init(reached: Bool, phones: [PhoneStatus]) {
        self.reached = reached
        self.phones = phones
    }
}

/// `Explain`: everything about one run.
public struct ExplainRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// The run's number, or `nil` for the last.
    public var run: Int?

    /// A call of `Explain`.
    public init(phone: String? = nil, run: Int? = nil) {
        self.phone = phone
        self.run = run
    }

    /// `Explain`.
    public static let method = ControlMethod.explain
    /// The parameters of `Explain`.
    public static let parameterNames = ["phone", "run"]
    /// The run's record.
    public typealias Reply = ExplainReply
}

/// What `Explain` answers.
public struct ExplainReply: Codable, Sendable, Equatable {
    /// The run that was asked for.
    public var run: RunRecord

    /// A reply of `Explain`.
    public init(run: RunRecord) {
        self.run = run
    }
}

/// `History`: the runs that are kept, and what the user changed.
public struct HistoryRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// A call of `History`.
    public init(phone: String? = nil) {
        self.phone = phone
    }

    /// `History`.
    public static let method = ControlMethod.history
    /// The parameters of `History`.
    public static let parameterNames = ["phone"]
    /// The runs and the user's changes, newest first.
    public typealias Reply = HistoryReply
}

/// What `History` answers.
public struct HistoryReply: Codable, Sendable, Equatable {
    /// The runs that are kept, newest first.
    public var runs: [RunSummary]
    /// What the user changed by hand, newest first: the last changes, and the one that each value in force came from.
    public var changes: [ProgrammedChange]

    /// A reply of `History`.
    public init(runs: [RunSummary], changes: [ProgrammedChange] = []) {
        self.runs = runs
        self.changes = changes
    }

    /// Reads a reply; `changes` that are absent, as an older daemon leaves them, are an empty list.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        runs = try container.decode([RunSummary].self, forKey: .runs)
        changes = try container.decodeIfPresent([ProgrammedChange].self, forKey: .changes) ?? []
    }
}
