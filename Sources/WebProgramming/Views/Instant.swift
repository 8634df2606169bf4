/// A time of the control interface: RFC 3339 in UTC.
struct Instant {
    /// As it came, for the attribute `datetime`.
    let text: String
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let milliseconds: Int

    private let fields: [Int]

    /// Reads `2026-11-25T15:20:31Z`, with or without a fraction; `nil` for anything else.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(into: Optional(0)) { result, byte in
                guard let value = result, (0x30...0x39).contains(byte) else { return result = nil }
                result = value * 10 + Int(byte - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var fraction = 0
        if bytes.count > 21, bytes[19] == UInt8(ascii: ".") {
            let digits = bytes[20..<min(23, bytes.count - 1)]
            guard let value = number(20..<20 + digits.count) else { return nil }
            fraction = value * [1, 100, 10, 1][digits.count]
        }
        self.text = text
        fields = [year, month, day, hour, minute, second]
        let days = Self.days(year, month, day)
        milliseconds = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + fraction
    }

    /// `25 Nov 2026, 15:20:31 UTC`.
    var words: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = fields[3...].map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
        return "\(fields[2]) \(months[fields[1] - 1]) \(fields[0]), \(time) UTC"
    }

    /// Days since 1970-01-01 of the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// For a template: `text` and `words`; `nil` when it cannot be read.
    static func view(_ text: String?) -> View? {
        text.map { text in ["datetime": text, "words": Instant(text)?.words ?? text] }
    }
}
