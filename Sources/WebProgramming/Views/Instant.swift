import Presentation

/// A time of the control interface, RFC 3339 in UTC, on a page.
enum Instant {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// For a template: `datetime`, as it came, and `words`.
    static func view(_ text: String?) -> View? {
        text.map { ["datetime": $0, "words": words($0)] }
    }

    /// `25 Nov 2026, 15:20:31 UTC`; the text itself when it has another form.
    static func words(_ text: String) -> String {
        guard RFC3339.milliseconds(text) != nil, let month = Int(text.dropFirst(5).prefix(2)),
            let day = Int(text.dropFirst(8).prefix(2))
        else { return text }
        return "\(day) \(months[month - 1]) \(text.prefix(4)), \(text.dropFirst(11).prefix(8)) UTC"
    }
}
