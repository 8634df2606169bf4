import Foundation
import PhoneSettings
import Testing

@Suite struct CodableTests {
    @Test func aSettingIsStoredAndReadBack() throws {
        let setting = Setting(
            key: ParameterKey("SIP_PASS", line: LineNumber(rawValue: 2)),
            value: "ü&<",
            permission: .overrideReadOnly,
            access: .both,
            position: SourcePosition(line: 70_000, column: 9)
        )
        let data = try JSONEncoder().encode(setting)
        #expect(try JSONDecoder().decode(Setting.self, from: data) == setting)
    }

    @Test func aLineNumberOutOfRangeIsNotReadBack() {
        let damaged = Data(#"{"name":"SIP_PASS","line":9}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ParameterKey.self, from: damaged) }
    }
}
