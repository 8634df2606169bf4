/// Times as the control interface writes them, without a calendar library: RFC 3339 in UTC.
public enum RFC3339 {
    /// Milliseconds since 1970 of `2026-11-21T09:30:00.123Z`, with or without a fraction; `nil` for another form.
    public static func milliseconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var fraction = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count <= 30, let digits = number(20..<bytes.count - 1) else {
                return nil
            }
            var scale = bytes.count - 21
            fraction = digits
            while scale > 3 { (fraction, scale) = (fraction / 10, scale - 1) }
            while scale < 3 { (fraction, scale) = (fraction * 10, scale + 1) }
        }
        // Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + fraction
    }

    /// The time of day in it, `09:30:00.123`; the text itself when it has another form.
    public static func timeOfDay(_ text: String) -> String {
        guard milliseconds(text) != nil else { return text }
        return String(text.dropFirst(11).dropLast())
    }

    /// `2026-11-21 09:30:00 UTC`; the text itself when it has another form.
    public static func spoken(_ text: String) -> String {
        guard milliseconds(text) != nil else { return text }
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
