import ArgumentParser
import Control
import PhoneSettings
import Presentation

/// One thing that a run is expected to have brought: `source=dhcp-160`, `SIP_RGSTR_ADDR_1=pbx.example.com`.
struct Expectation: ExpressibleByArgument, Sendable {
    enum Subject: Sendable, Equatable {
        case source
        case outcome
        case url
        case parameter(String)
    }

    /// What a run can end as.
    static let outcomes = ["provisioned", "fallback", "partial", "failed", "disabled"]

    let subject: Subject
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        let name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
        switch name {
        case "source": subject = .source
        case "outcome": subject = .outcome
        case "url": subject = .url
        case "": return nil
        default: subject = .parameter(name)
        }
    }

    var name: String {
        switch subject {
        case .source: "source"
        case .outcome: "outcome"
        case .url: "url"
        case .parameter(let name): name
        }
    }

    /// `name=value`, secrets as `***`.
    var text: String { "\(name)=\(shownValue)" }

    /// The value as it may be shown.
    var shownValue: String { shown(value) }

    /// Why it can never come true; `nil` when it can.
    var fault: String? {
        switch subject {
        case .source:
            guard StatusSource(rawValue: value) == nil else { return nil }
            return "source=\(value): there is no such source; one of "
                + StatusSource.allCases.map(\.rawValue).joined(separator: ", ")
        case .outcome:
            guard !Self.outcomes.contains(value) else { return nil }
            return "outcome=\(value): there is no such outcome; one of \(Self.outcomes.joined(separator: ", "))"
        case .url, .parameter: return nil
        }
    }

    private func shown(_ value: String) -> String {
        let dictionary = ParameterDictionary.standard
        switch subject {
        case .source, .outcome: return value
        case .url: return dictionary.displayValue(value, of: ParameterKey.userProvisioningURL.name)
        case .parameter(let name):
            return dictionary.displayValue(value, of: ParameterKey(parsing: name, in: dictionary).name)
        }
    }

    /// What came instead, with the line of explain that tells why; `nil` when it came true.
    ///
    /// - Parameter setting: the parameter's value as it is, for a parameter.
    func mismatch(with run: RunRecord, setting: SettingValue?) -> Mismatch? {
        switch subject {
        case .source:
            guard run.source.rawValue != value else { return nil }
            return Mismatch(expected: value, came: run.source.rawValue, why: Self.line(ofSource: value, in: run))
        case .outcome:
            let outcome = run.outcome ?? "under way"
            guard outcome != value else { return nil }
            return Mismatch(expected: value, came: outcome, why: Self.lineOfOutcome(in: run))
        case .url:
            // The daemon tells no password, nor does a report.
            guard run.url != shownValue else { return nil }
            return Mismatch(
                expected: shownValue,
                came: run.url ?? "none",
                why: run.steps.first { $0.outcome == "found" }.map(ExplainText.line) ?? Self.lineOfOutcome(in: run)
            )
        case .parameter:
            guard let setting, setting.value != value else { return nil }
            return Mismatch(
                expected: shown(value),
                came: shown(setting.value),
                why: Self.place(of: setting) + "; " + Self.lineOfOutcome(in: run)
            )
        }
    }

    private static func place(of setting: SettingValue) -> String {
        let file = setting.file.map { ", \($0)" } ?? ""
        return "it comes from \(setting.layer)\(file)" + (setting.line.map { ", line \($0)" } ?? "")
    }

    /// The step at which the expected source would have given the URL; else the step that gave it.
    private static func line(ofSource value: String, in run: RunRecord) -> String {
        let step: Int? =
            switch StatusSource(rawValue: value) {
            case .manual, .stored: 2
            case .sipPnP: 3
            case .dhcp160: 4
            case .dhcp159: 5
            case .dhcp66, .dhcpv6: 6
            case .redirection: 7
            case .some(.none), nil: nil
            }
        let record =
            step.flatMap { step in run.steps.first { $0.step == step } } ?? run.steps.first { $0.outcome == "found" }
        return record.map(ExplainText.line) ?? lineOfOutcome(in: run)
    }

    /// The step that decided: the download where it says why there is none, else the last that failed.
    private static func lineOfOutcome(in run: RunRecord) -> String {
        let download = run.steps.first { $0.step == 8 }
        let record = download?.outcome == "done" ? run.steps.last { $0.outcome == "failed" } ?? download : download
        return record.map(ExplainText.line) ?? "the run has no steps"
    }

    /// What was expected, what came, and why.
    struct Mismatch: Sendable {
        let expected: String
        let came: String
        /// The line of explain.
        let why: String

        /// `expected dhcp-160, came sip-pnp`.
        var sentence: String {
            // Two secrets look the same.
            let other = expected == came ? "another value (a secret, which is not shown)" : Self.word(came)
            return "expected \(Self.word(expected)), came \(other)"
        }

        private static func word(_ value: String) -> String { value.isEmpty ? "nothing" : value }
    }
}
