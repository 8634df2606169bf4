import FoundationEssentials

/// The time as the tool writes it.
enum Clock {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// Now, RFC 3339 in UTC with milliseconds.
    static var now: String { Date().formatted(style) }
}
