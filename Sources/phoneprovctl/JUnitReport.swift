import Presentation

/// A report that continuous integration reads: the subset of JUnit's XML that every reader takes.
struct JUnitReport {
    struct Case {
        enum Result {
            case passed
            /// The check found a fault.
            case failed(message: String, text: String)
            /// The check could not be made.
            case error(message: String)
        }

        let name: String
        let result: Result
    }

    /// The class that the cases belong to.
    let className: String
    /// When the check began, RFC 3339 in UTC.
    let began: String
    /// How long it took, in seconds.
    let seconds: Double
    let cases: [Case]
    /// What a person wants to read beside the verdict.
    let output: String

    /// The document.
    var xml: String {
        let failures = cases.count { if case .failed = $0.result { true } else { false } }
        let errors = cases.count { if case .error = $0.result { true } else { false } }
        let time = Self.decimal(seconds)
        // Strict readers take ISO 8601 without a zone.
        let timestamp = began.prefix(19)
        let counts =
            "name=\"phoneprovctl expect\" tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"\(errors)\" "
            + "time=\"\(time)\""
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites \(counts)>",
            "  <testsuite \(counts) skipped=\"0\" timestamp=\"\(timestamp)\">",
        ]
        for entry in cases {
            let head = "    <testcase name=\"\(Self.escaped(entry.name))\" classname=\"\(Self.escaped(className))\" "
            switch entry.result {
            case .passed:
                lines.append(head + "time=\"\(time)\"/>")
            case .failed(let message, let text):
                lines += [
                    head + "time=\"\(time)\">",
                    "      <failure message=\"\(Self.escaped(message))\" type=\"mismatch\">\(Self.escaped(text))</failure>",
                    "    </testcase>",
                ]
            case .error(let message):
                lines += [
                    head + "time=\"\(time)\">",
                    "      <error message=\"\(Self.escaped(message))\" type=\"not-judged\"/>",
                    "    </testcase>",
                ]
            }
        }
        lines += [
            "    <system-out>\(Self.escaped(output))</system-out>",
            "  </testsuite>",
            "</testsuites>",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Seconds with three decimals.
    private static func decimal(_ seconds: Double) -> String {
        let milliseconds = Int((max(0, seconds) * 1_000).rounded())
        return "\(milliseconds / 1_000).\(String(1_000 + milliseconds % 1_000).dropFirst())"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "\n"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result += SafeText.of(String(scalar))
            }
        }
        return result
    }
}
