import CCurl

/// The `Retry-After` header (RFC 9110 section 10.2.3): a number of seconds, or a date.
///
/// libcurl hands a date of the past over as a negative number and a large number unchanged (measured with
/// 7.88.1), so it is read here.
public enum RetryAfter {
    /// The longest time that is believed: one day.
    public static let longest = Duration.seconds(86_400)

    /// The time from now, from zero to ``longest``. `nil` for a text that is neither a number nor a date.
    /// - Parameters:
    ///   - value: The header's value without blanks around it.
    ///   - now: Seconds since 1970.
    public static func parse(_ value: String, now: Int) -> Duration? {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // A number that does not fit is larger than the longest time.
            guard let seconds = Int(value) else { return longest }
            return min(.seconds(seconds), longest)
        }
        // Three letters of a weekday begin every date of RFC 9110; libcurl reads much more than that.
        guard value.utf8.count >= 16, value.utf8.count <= 40, value.first?.isLetter == true else { return nil }
        let date = curl_getdate(value, nil)
        guard date != -1 else { return nil }
        guard date > now else { return .zero }
        return min(.seconds(date - now), longest)
    }
}
