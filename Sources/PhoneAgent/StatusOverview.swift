import Control

/// How the phones stand together.
enum StatusOverview: Equatable {
    /// There is one phone.
    case one(PhoneStatus)
    /// How many phones are in each state that there is.
    case many([PhoneState: Int])

    /// Whether a run is going on.
    var isProvisioning: Bool {
        switch self {
        case .one(let phone): phone.state == .provisioning
        case .many(let counts): counts[.provisioning] != nil
        }
    }

    /// The daemon's state in one true line, for `systemctl status`.
    var line: String {
        switch self {
        case .one(let phone):
            let next = phone.nextAttempt.map { "; next run \($0)" } ?? ""
            return "\(phone.model) \(phone.mac): \(phone.detail)\(next)"
        case .many(let counts):
            let parts = PhoneState.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
            return "\(counts.values.reduce(0, +)) phones: \(parts.joined(separator: ", "))"
        }
    }
}
