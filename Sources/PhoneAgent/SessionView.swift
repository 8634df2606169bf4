import Control
import PhoneSettings

// What the user's account is shown: not what `access` keeps for the administrator (Administrator Guide, "access").

extension PhoneStatus {
    /// As the user sees it. The URL is the administrator's parameter, and the sentence may have it in it.
    var forUser: PhoneStatus {
        var copy = self
        copy.url = nil
        copy.detail =
            switch state {
            case .provisioning: "the phone is being provisioned"
            case .provisioned: "the phone has its configuration"
            case .fallback: "the phone works with the configuration that it saved earlier"
            case .partial: "the phone has a part of its configuration"
            case .failed: "the phone has no configuration"
            case .disabled: "provisioning is switched off"
            }
        return copy
    }
}

extension RunSummary {
    /// As the user sees it.
    var forUser: RunSummary {
        var copy = self
        copy.url = nil
        return copy
    }
}

extension RunRecord {
    /// As the user sees it: what came of each step, and the changes of parameters that `isVisible` tells to be the user's.
    func forUser(_ isVisible: (String) -> Bool) -> RunRecord {
        var copy = self
        copy.url = nil
        copy.advice = nil
        copy.steps = steps.map { step in
            var step = step
            step.detail = ""
            step.notes = []
            return step
        }
        copy.files = files.map { file in
            var file = file
            file.url = nil
            file.detail = ""
            return file
        }
        copy.changes = changes.filter { isVisible($0.name) }
        return copy
    }
}

extension EffectiveSettings {
    /// Whether an account in this role sees the parameter that the control interface calls `name`.
    func isVisible(_ name: String, to role: Access.Role) -> Bool { access(to: key(parsing: name)).admits(role) }
}
