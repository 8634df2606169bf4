/// Everything about one run, as `explain` shows it.
public struct RunRecord: Codable, Sendable, Equatable {
    /// The phone's MAC address.
    public var phone: String
    /// The phone's model.
    public var model: String
    /// The run's number, counted from 1 for each phone.
    public var number: Int
    /// What set the run off: the start, a timer, a DHCP event, a request.
    public var trigger: String
    /// When it started, RFC 3339 in UTC.
    public var startedAt: String
    /// When it ended, RFC 3339 in UTC, or `nil` while it is under way.
    @Nullable public var finishedAt: String?
    /// How long it took in milliseconds, or `nil` while it is under way.
    @Nullable public var milliseconds: Int?
    /// How it ended, or `nil` while it is under way.
    @Nullable public var outcome: String?
    /// Where the URL came from.
    public var source: StatusSource
    /// The URL with credentials masked, or `nil` when there was none.
    @Nullable public var url: String?
    /// When the next run is due, RFC 3339 in UTC, or `nil` when none is planned.
    @Nullable public var nextAttempt: String?
    /// What to do about the outcome, or `nil` when there is nothing to do.
    @Nullable public var advice: String?
    /// All nine steps, also those skipped.
    public var steps: [StepRecord]
    /// What became of each configuration file.
    public var files: [FileRecord]
    /// The parameters that the run changed.
    public var changes: [SettingChange]
    /// The SIP messages, in their order.
    @Listed public var messages: [MessageRecord]
    /// The downloads, in their order, also those that failed.
    @Listed public var downloads: [DownloadRecord]
    /// The provisioning options of the lease that the run had.
    @Listed public var lease: [LeaseRecord]

    /// A run's record from its parts; each is described at its property.
    public init(
        phone: String,
        model: String,
        number: Int,
        trigger: String,
        startedAt: String,
        finishedAt: String?,
        milliseconds: Int?,
        outcome: String?,
        source: StatusSource,
        url: String?,
        nextAttempt: String?,
        advice: String?,
        steps: [StepRecord],
        files: [FileRecord],
        changes: [SettingChange],
        messages: [MessageRecord] = [],
        downloads: [DownloadRecord] = [],
        lease: [LeaseRecord] = []
    ) {
        self.phone = phone
        self.model = model
        self.number = number
        self.trigger = trigger
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.milliseconds = milliseconds
        self.outcome = outcome
        self.source = source
        self.url = url
        self.nextAttempt = nextAttempt
        self.advice = advice
        self.steps = steps
        self.files = files
        self.changes = changes
        self.messages = messages
        self.downloads = downloads
        self.lease = lease
    }
}

/// One of the nine steps of a run.
public struct StepRecord: Codable, Sendable, Equatable {
    /// The step's number, 1 to 9.
    public var step: Int
    /// What the step is called.
    public var name: String
    /// How it ended.
    public var outcome: String
    /// What happened, or the reason for which it was skipped.
    public var detail: String
    /// When it started, RFC 3339 in UTC, or `nil` when it was skipped.
    @Nullable public var startedAt: String?
    /// How long it took in milliseconds, or `nil` when it was skipped.
    @Nullable public var milliseconds: Int?
    /// What else is worth knowing, a sentence each.
    public var notes: [String]

    /// A step's record from its parts; each is described at its property.
    public init(
        step: Int,
        name: String,
        outcome: String,
        detail: String,
        startedAt: String?,
        milliseconds: Int?,
        notes: [String]
    ) {
        self.step = step
        self.name = name
        self.outcome = outcome
        self.detail = detail
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.notes = notes
    }
}

/// What became of one configuration file.
public enum FileDisposition: String, Codable, Sendable, CaseIterable {
    /// Downloaded and used.
    case fresh
    /// The server says that the saved copy is the newest.
    case unchanged
    /// It could not be had, and the saved copy is in use.
    case saved
    /// It could not be had and there is no saved copy.
    case missing
}

/// One configuration file of a run.
public struct FileRecord: Codable, Sendable, Equatable {
    /// Which of the phone's files it is.
    public var role: String
    /// What became of it.
    public var disposition: FileDisposition
    /// The URL with credentials masked, or `nil` when the file has none.
    @Nullable public var url: String?
    /// The size of the content in use in bytes, or `nil` when there is none.
    @Nullable public var bytes: Int?
    /// The SHA-256 of the content in use in lower-case hexadecimal digits, or `nil` when there is none.
    @Nullable public var sha256: String?
    /// What happened.
    public var detail: String

    /// A file's record from its parts; each is described at its property.
    public init(
        role: String,
        disposition: FileDisposition,
        url: String?,
        bytes: Int?,
        sha256: String?,
        detail: String
    ) {
        self.role = role
        self.disposition = disposition
        self.url = url
        self.bytes = bytes
        self.sha256 = sha256
        self.detail = detail
    }
}

/// A parameter that a run changed.
public struct SettingChange: Codable, Sendable, Equatable {
    /// The parameter's name.
    public var name: String
    /// The value before, or `nil` when it had none.
    @Nullable public var old: String?
    /// The value after, or `nil` when it has none.
    @Nullable public var new: String?
    /// The layer that brought the change.
    public var layer: String
    /// The line of that layer's file, counted from 1, or `nil` when it is not a file.
    @Nullable public var line: Int?

    /// A change from its parts; each is described at its property.
    public init(name: String, old: String?, new: String?, layer: String, line: Int? = nil) {
        self.line = line
        self.name = name
        self.old = old
        self.new = new
        self.layer = layer
    }
}

/// A run in a few words, as `history` shows it.
public struct RunSummary: Codable, Sendable, Equatable {
    /// The phone's MAC address.
    public var phone: String
    /// The phone's model.
    public var model: String
    /// The run's number, counted from 1 for each phone.
    public var number: Int
    /// What set the run off.
    public var trigger: String
    /// When it started, RFC 3339 in UTC.
    public var startedAt: String
    /// When it ended, RFC 3339 in UTC, or `nil` while it is under way.
    @Nullable public var finishedAt: String?
    /// How long it took in milliseconds, or `nil` while it is under way.
    @Nullable public var milliseconds: Int?
    /// How it ended, or `nil` while it is under way.
    @Nullable public var outcome: String?
    /// Where the URL came from.
    public var source: StatusSource
    /// The URL with credentials masked, or `nil` when there was none.
    @Nullable public var url: String?

    /// A summary from its parts; each is described at its property.
    public init(
        phone: String,
        model: String,
        number: Int,
        trigger: String,
        startedAt: String,
        finishedAt: String?,
        milliseconds: Int?,
        outcome: String?,
        source: StatusSource,
        url: String?
    ) {
        self.phone = phone
        self.model = model
        self.number = number
        self.trigger = trigger
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.milliseconds = milliseconds
        self.outcome = outcome
        self.source = source
        self.url = url
    }
}

extension RunRecord {
    /// The same run in a few words.
    public var summary: RunSummary {
        RunSummary(
            phone: phone,
            model: model,
            number: number,
            trigger: trigger,
            startedAt: startedAt,
            finishedAt: finishedAt,
            milliseconds: milliseconds,
            outcome: outcome,
            source: source,
            url: url
        )
    }
}
