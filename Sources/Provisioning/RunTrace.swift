/// Everything a run did, and why: what `phoneprovctl explain` shows.
public struct RunTrace: Sendable, Hashable, Codable {
    /// Counts the runs of a phone, from 1, over restarts.
    public internal(set) var number: Int
    /// Why the run began.
    public internal(set) var trigger: Trigger
    /// When it began.
    public internal(set) var startedAt: WallTime
    /// When it ended; `nil` while it goes on.
    public internal(set) var finishedAt: WallTime?
    /// How long it took, in milliseconds; so far while it goes on.
    public internal(set) var milliseconds: Int64
    /// How it ended; `nil` while it goes on.
    public internal(set) var outcome: Outcome?
    /// Where the provisioning URL came from.
    public internal(set) var source: ProvisioningSource
    /// The provisioning URL that was used, without credentials; `nil` while none is known.
    public internal(set) var url: String?
    /// The next attempt, and why it comes.
    public internal(set) var next: NextRun?
    /// Why flash could not keep the run; `nil` when it could. What is in force is then what was before the run.
    public internal(set) var storeFailure: String?
    /// All nine steps, in their order.
    public internal(set) var steps: [StepRecord]
    /// The files of the run.
    public internal(set) var files: [FileReport]
    /// The settings that the run changed.
    public internal(set) var changes: [ChangedSetting]
    /// The SIP messages, in their order.
    public internal(set) var messages: [MessageFact] = []
    /// The downloads, in their order.
    public internal(set) var transfers: [TransferFact] = []
    /// What the lease had for provisioning when the run last looked.
    public internal(set) var lease: [LeaseFact] = []

    private enum CodingKeys: String, CodingKey {
        case number, trigger, startedAt, finishedAt, milliseconds, outcome, source, url, next, storeFailure, steps,
            files
        case changes, messages, transfers, lease
    }

    /// Reads a trace that was kept.
    ///
    /// - Throws: `DecodingError`, also when the nine steps are not all there, in order.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(Int.self, forKey: .number)
        trigger = try container.decode(Trigger.self, forKey: .trigger)
        startedAt = try container.decode(WallTime.self, forKey: .startedAt)
        finishedAt = try container.decodeIfPresent(WallTime.self, forKey: .finishedAt)
        milliseconds = try container.decode(Int64.self, forKey: .milliseconds)
        outcome = try container.decodeIfPresent(Outcome.self, forKey: .outcome)
        source = try container.decode(ProvisioningSource.self, forKey: .source)
        url = try container.decodeIfPresent(String.self, forKey: .url)
        next = try container.decodeIfPresent(NextRun.self, forKey: .next)
        storeFailure = try container.decodeIfPresent(String.self, forKey: .storeFailure)
        steps = try container.decode([StepRecord].self, forKey: .steps)
        files = try container.decode([FileReport].self, forKey: .files)
        changes = try container.decode([ChangedSetting].self, forKey: .changes)
        // A trace of an earlier version has none of these.
        messages = try container.decodeIfPresent([MessageFact].self, forKey: .messages) ?? []
        transfers = try container.decodeIfPresent([TransferFact].self, forKey: .transfers) ?? []
        lease = try container.decodeIfPresent([LeaseFact].self, forKey: .lease) ?? []
        guard steps.map(\.step) == ProvisioningStep.allCases else {
            throw DecodingError.dataCorruptedError(
                forKey: .steps,
                in: container,
                debugDescription: "not the nine steps"
            )
        }
    }

    init(number: Int, trigger: Trigger, at now: Moment) {
        self.number = number
        self.trigger = trigger
        startedAt = now.wall
        milliseconds = 0
        source = .none
        steps = ProvisioningStep.allCases.map(StepRecord.init)
        files = []
        changes = []
    }

    /// The step that is under way, or the last that was.
    public var currentStep: ProvisioningStep? {
        steps.last(where: { $0.outcome == .running })?.step
    }

    /// One step's record.
    public subscript(step: ProvisioningStep) -> StepRecord {
        get { steps[step.rawValue - 1] }
        set { steps[step.rawValue - 1] = newValue }
    }
}

/// One of the nine steps in a run.
public struct StepRecord: Sendable, Hashable, Codable {
    /// How a step ended.
    public enum StepOutcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// Not reached yet.
        case pending
        /// Under way.
        case running
        /// It did what it is there for.
        case done
        /// It gave the provisioning URL.
        case found
        /// It gave nothing.
        case nothing
        /// It was not tried: the detail says why.
        case skipped
        /// It was tried and did not succeed.
        case failed
    }

    /// The most notes that a step keeps. What comes after that is counted.
    public static let maximumNotes = 200

    /// Which step.
    public let step: ProvisioningStep
    /// How it ended.
    public internal(set) var outcome: StepOutcome
    /// One sentence: what it found, or why not.
    public internal(set) var detail: String
    /// When it began; `nil` when it was not tried.
    public internal(set) var startedAt: WallTime?
    /// How long it took, in milliseconds; `nil` when it was not tried or goes on.
    public internal(set) var milliseconds: Int64?
    /// What happened in it, one line each.
    public internal(set) var notes: [String]
    /// Notes that were left out because there were more than ``maximumNotes``.
    public internal(set) var omittedNotes: Int

    var startedUptime: Duration = .zero

    init(_ step: ProvisioningStep) {
        self.step = step
        outcome = .pending
        detail = ""
        notes = []
        omittedNotes = 0
    }

    private enum CodingKeys: String, CodingKey {
        case step, outcome, detail, startedAt, milliseconds, notes, omittedNotes
    }

    mutating func note(_ text: String) {
        if notes.count < Self.maximumNotes {
            notes.append(text)
        } else {
            omittedNotes += 1
        }
    }
}

/// A setting that a run changed.
public struct ChangedSetting: Sendable, Hashable, Codable {
    /// The parameter, with its line: `SIP_AUTHID_2`.
    public let name: String
    /// The value before, `***` for a secret.
    public let old: String
    /// The value after, `***` for a secret.
    public let new: String
    /// The layer that gives the new value.
    public let layer: String
    /// The line of that layer's file, from 1; `nil` when it is not a file.
    public let line: Int?

    /// Makes a change.
    public init(name: String, old: String, new: String, layer: String, line: Int? = nil) {
        self.name = name
        self.old = old
        self.new = new
        self.layer = layer
        self.line = line
    }
}
