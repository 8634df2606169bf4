import PhoneSettings

/// What is said about a document, up to a limit: warnings make room for errors, so that none is lost among the many.
struct DiagnosticList {
    private typealias Entry = (order: Int, diagnostic: ConfigurationDiagnostic)

    private var errors: [Entry] = []
    private var warnings: [Entry] = []
    private var count = 0

    mutating func append(_ diagnostic: ConfigurationDiagnostic) {
        count += 1
        switch diagnostic.severity {
        case .error where errors.count < ConfigurationFile.maximumDiagnostics: errors.append((count, diagnostic))
        case .warning where warnings.count < ConfigurationFile.maximumDiagnostics: warnings.append((count, diagnostic))
        case .error, .warning: break
        }
    }

    /// In the order of the file, and last how many more there are.
    var listed: [ConfigurationDiagnostic] {
        let kept = (errors + warnings.prefix(ConfigurationFile.maximumDiagnostics - errors.count)).sorted {
            ($0.diagnostic.position ?? .start, $0.order) < ($1.diagnostic.position ?? .start, $1.order)
        }
        let all = kept.map(\.diagnostic)
        return kept.count == count ? all : all + [ConfigurationDiagnostic(.andMore(count - kept.count), at: nil)]
    }
}

extension SourcePosition {
    /// Before everything in the document.
    fileprivate static let start = SourcePosition(line: 0)
}
