import Control

/// The daemon's state in one true line, for `systemctl status`.
enum StatusLine {
    static func of(_ phones: [PhoneStatus]) -> String {
        if phones.count == 1, let phone = phones.first {
            var line = "\(phone.model) \(phone.mac): \(phone.detail)"
            if let next = phone.nextAttempt { line += "; next run \(next)" }
            return line
        }
        let counts = PhoneState.allCases.compactMap { state -> String? in
            let count = phones.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        return "\(phones.count) phones: \(counts.joined(separator: ", "))"
    }
}
