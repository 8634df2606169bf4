import Control

/// Where the steps of a run lie in its time: what each picture of the run is drawn from.
public struct RunSpans: Sendable, Hashable {
    /// A step's part of the time.
    public struct Span: Sendable, Hashable {
        /// When it began, in milliseconds after the run did; 0 to ``RunSpans/total``.
        public let start: Int
        /// How long it took, in milliseconds; under way, to the end of what is known of the run.
        public let length: Int
        /// Whether it has ended.
        public let isOver: Bool

        /// `12 ms`, as ``Wording/duration(milliseconds:)`` says it, or `under way`.
        public var label: String { isOver ? Wording.duration(milliseconds: length) : "under way" }
    }

    /// How long the run took, in milliseconds, 1 or more; under way, as far as its steps tell.
    public let total: Int
    private let began: Int

    /// The time of a run.
    public init(_ run: RunRecord) {
        let began = RFC3339.milliseconds(run.startedAt) ?? 0
        let ends = run.steps.compactMap { step in
            step.startedAt.flatMap(RFC3339.milliseconds).map { $0 - began + (step.milliseconds ?? 0) }
        }
        // A run that is over knows how long it took, even when the clock was set meanwhile.
        total = max(run.milliseconds ?? ends.max() ?? 0, run.steps.compactMap(\.milliseconds).max() ?? 0, 1)
        self.began = began
    }

    /// A step's part; `nil` when it has not begun, or was skipped.
    public func span(of step: StepRecord) -> Span? {
        guard step.milliseconds != nil || step.outcome == "running",
            let start = step.startedAt.flatMap(offset(of:))
        else { return nil }
        return Span(start: start, length: step.milliseconds ?? total - start, isOver: step.milliseconds != nil)
    }

    /// When something was, in milliseconds after the run began, never outside it: the clock may have been set meanwhile.
    ///
    /// - Parameter time: RFC 3339; `nil` is returned for another form.
    public func offset(of time: String) -> Int? {
        RFC3339.milliseconds(time).map { min(max(0, $0 - began), total) }
    }
}
