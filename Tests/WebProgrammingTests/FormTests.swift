@testable import WebProgramming
import Testing

@Suite("Forms as browsers send them")
struct FormTests {
    @Test(
        "are read as they were meant",
        arguments: [
            ("a=1&b=%C3%BC+%2B%26", ["a": "1", "b": "ü +&"]),
            ("", [:]),
            ("a", ["a": ""]),
            ("=x", ["": "x"]),
            ("a=b=c", ["a": "b=c"]),
        ] as [(String, [String: String])]
    )
    func reads(text: String, fields: [String: String]) {
        #expect(FormFields(text) == FormFields(fields))
    }

    @Test(
        "are refused whole when a part of them cannot be read",
        arguments: [
            "a=%", "a=%4", "a=%GG", "a=%ff", "a=1&a=2",
            (0...FormFields.maximumFields).map { "f\($0)=1" }.joined(separator: "&"),
        ]
    )
    func refuses(text: String) { #expect(FormFields(text) == nil) }
}
