import FoundationEssentials
import Provisioning

extension WallTime {
    /// The time now, by the system's clock.
    public static var now: WallTime {
        WallTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded()))
    }

    /// The time in UTC with milliseconds, as RFC 3339 writes it: `2026-11-21T09:30:00.123Z`.
    public var rfc3339: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(Self.style)
    }

    /// Reads what ``rfc3339`` writes; `nil` for any other text.
    public init?(rfc3339 text: String) {
        guard let date = try? Date(text, strategy: Self.style) else { return nil }
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
    }

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
