/// How a run ended.
public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every file that was to be had is fresh from the server.
    case provisioned
    /// Some or all settings come from saved copies.
    case fallback
    /// Some files are in force, others are missing altogether.
    case partial
    /// No file, neither fresh nor saved.
    case failed
    /// PROVISION_ENABLE is `N`: nothing was tried.
    case disabled

    /// Whether another attempt follows CFG_RTRY_INTVL later.
    public var schedulesRetry: Bool {
        switch self {
        case .fallback, .partial, .failed: true
        case .provisioned, .disabled: false
        }
    }

    /// Judges a run by its files.
    ///
    /// All fresh: ``provisioned``. Some from saved copies: ``fallback``. Some missing altogether: ``partial``. None:
    /// ``failed``. A file with no settings of its own (an initial file that only names others) does not make a run
    /// better than the device files do.
    ///
    /// - Parameter files: the initial file, and every device file that it names.
    public static func judge(_ files: [FileReport]) -> Outcome {
        let withSettings = files.filter(\.carriesSettings)
        guard !withSettings.isEmpty else {
            return files.contains(where: \.disposition.isFresh) ? .provisioned : .failed
        }
        guard withSettings.contains(where: \.disposition.isInForce) else { return .failed }
        if files.contains(where: { $0.disposition == .missing && $0.carriesSettings }) { return .partial }
        if files.contains(where: { $0.disposition == .saved }) { return .fallback }
        return .provisioned
    }
}
