import Presentation
import Provisioning

/// What a person is told about a run, in one sentence.
enum RunSentence {
    /// How it ended.
    static func ending(of trace: RunTrace) -> String {
        if let failure = trace.storeFailure {
            let inForce =
                trace.outcome == .fallback ? "settings come from saved copies" : trace.files.lackOfSavedCopies
            return "not provisioned, \(inForce): flash could not be written: \(failure)"
        }
        switch trace.outcome {
        case .provisioned:
            let time = Wording.duration(milliseconds: Int(trace.milliseconds))
            return "provisioned from \(trace.url ?? "") (\(trace.source.rawValue)) in \(time)"
        case .fallback:
            return "not provisioned, settings come from saved copies: \(cause(trace))"
        case .partial:
            let missing = trace.files.filter { $0.disposition == .missing }.map { "\($0.role.rawValue) file" }
            return "provisioned in part, missing: \(missing.joined(separator: ", ")): \(cause(trace))"
        case .failed:
            return "not provisioned, and \(trace.files.lackOfSavedCopies): \(cause(trace))"
        case .disabled:
            return "provisioning is disabled: PROVISION_ENABLE is N"
        case nil:
            return "under way"
        }
    }

    private static func cause(_ trace: RunTrace) -> String {
        if let file = trace.files.first(where: { !$0.disposition.isFresh }) { return file.detail }
        return trace[.download].detail
    }
}
