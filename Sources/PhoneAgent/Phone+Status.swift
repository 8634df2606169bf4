import Control
import Flash
import Provisioning

// How a phone stands, in the words of the control interface.

extension Phone {
    func status() -> PhoneStatus {
        let trace = sequence.trace(at: AgentClock.now())
        let isRunning = sequence.isRunning
        let current = isRunning ? trace?.currentStep : nil
        let phoneState: PhoneState
        if isRunning {
            phoneState = .provisioning
        } else if let outcome = sequence.outcome {
            phoneState = PhoneState(outcome)
        } else {
            phoneState = .provisioning
        }
        return PhoneStatus(
            mac: identity.mac.upperCase,
            model: identity.model,
            interface: interface,
            state: phoneState,
            source: StatusSource(trace?.source ?? .none),
            url: trace?.url,
            step: current?.rawValue ?? 0,
            detail: detail(trace, current),
            lastOutcome: sequence.outcome?.rawValue,
            nextAttempt: sequence.plannedRun(at: AgentClock.now())?.at.rfc3339,
            runNumber: trace?.number,
            since: since.rfc3339,
            steps: trace?.steps.map(\.outcome.rawValue) ?? []
        )
    }

    private func detail(_ trace: RunTrace?, _ current: ProvisioningStep?) -> String {
        guard let trace else { return "not started yet" }
        guard let current else { return RunSentence.ending(of: trace) }
        if let waiting { return waiting.text }
        let record = trace[current]
        return record.detail.isEmpty ? record.step.name : "\(record.step.name): \(record.detail)"
    }

    /// What the run waits for before it can go on, and what a person can do about it.
    private var waiting: (text: String, advice: String)? {
        guard sequence.isWaitingForAddress else { return nil }
        return state.exists
            ? (
                "waiting for an address on \(interface)",
                "Start the DHCP client of \(interface), or give it an address: ip address add ADDRESS/LENGTH dev \(interface)."
            )
            : (
                "waiting for the interface \(interface), which does not exist",
                "Attach \(interface), or name one that ip link lists in phoneprovd.yaml; then systemctl reload phoneprovd."
            )
    }

    /// A run's record: the one that is under way, or one that flash keeps.
    func record(of number: Int?) async throws -> RunRecord {
        let current = sequence.trace(at: AgentClock.now())
        if let current, number == nil || number == current.number {
            var record = RunRecord(current, identity)
            if let waiting, let step = current.currentStep,
                let index = record.steps.firstIndex(where: { $0.step == step.rawValue })
            {
                record.steps[index].detail = waiting.text
                record.advice = waiting.advice
            }
            return record
        }
        let kept = try await environment.flash.traces(of: identity.mac)
        guard let trace = number.map({ number in kept.first { $0.number == number } }) ?? kept.first else {
            throw ControlError.noSuchRun(phone: identity.mac.upperCase, run: number)
        }
        return RunRecord(trace, identity)
    }

    /// The runs that are kept, the newest first; one that is under way is the newest.
    func history() async throws -> [RunSummary] {
        var traces = try await environment.flash.traces(of: identity.mac)
        if let current = sequence.trace(at: AgentClock.now()), current.number != traces.first?.number {
            traces.insert(current, at: 0)
        }
        return traces.map { RunRecord($0, identity).summary }
    }
}

extension PhoneState {
    init(_ outcome: Outcome) {
        switch outcome {
        case .provisioned: self = .provisioned
        case .fallback: self = .fallback
        case .partial: self = .partial
        case .failed: self = .failed
        case .disabled: self = .disabled
        }
    }
}

extension StatusSource {
    init(_ source: ProvisioningSource) {
        switch source {
        case .manual: self = .manual
        case .stored: self = .stored
        case .sipPnP: self = .sipPnP
        case .dhcp160: self = .dhcp160
        case .dhcp159: self = .dhcp159
        case .dhcp66: self = .dhcp66
        case .dhcpv6: self = .dhcpv6
        case .redirection: self = .redirection
        case .none: self = .none
        }
    }
}

extension RunRecord {
    init(_ trace: RunTrace, _ identity: PhoneIdentity) {
        self.init(
            phone: identity.mac.upperCase,
            model: identity.model,
            number: trace.number,
            trigger: trace.trigger.rawValue,
            startedAt: trace.startedAt.rfc3339,
            finishedAt: trace.finishedAt?.rfc3339,
            milliseconds: Int(trace.milliseconds),
            outcome: trace.outcome?.rawValue,
            source: StatusSource(trace.source),
            url: trace.url,
            nextAttempt: trace.next?.at.rfc3339,
            advice: RunAdvice.advice(on: trace),
            steps: trace.steps.map(Control.StepRecord.init),
            files: trace.files.map(FileRecord.init),
            changes: trace.changes.map {
                Control.SettingChange(name: $0.name, old: $0.old, new: $0.new, layer: $0.layer, line: $0.line)
            },
            messages: trace.messages.map(MessageRecord.init),
            downloads: trace.transfers.map(DownloadRecord.init),
            lease: trace.lease.map(LeaseRecord.init)
        )
    }
}

extension Control.StepRecord {
    init(_ record: Provisioning.StepRecord) {
        var notes = record.notes
        if record.omittedNotes > 0 { notes.append("… and \(record.omittedNotes) more") }
        self.init(
            step: record.step.rawValue,
            name: record.step.name,
            outcome: record.outcome.rawValue,
            detail: record.detail,
            startedAt: record.startedAt?.rfc3339,
            milliseconds: record.milliseconds.map(Int.init),
            notes: notes
        )
    }
}

extension FileRecord {
    init(_ report: FileReport) {
        let disposition: Control.FileDisposition =
            switch report.disposition {
            case .fresh: .fresh
            case .unchanged: .unchanged
            case .saved: .saved
            case .missing: .missing
            }
        let isThere = report.disposition.isInForce
        self.init(
            role: report.role.rawValue,
            disposition: disposition,
            url: report.url.isEmpty ? nil : report.url,
            bytes: isThere ? report.bytes : nil,
            sha256: isThere ? report.sha256 : nil,
            detail: report.detail
        )
    }
}
