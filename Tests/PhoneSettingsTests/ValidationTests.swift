import Testing

@testable import PhoneSettings

@Suite struct ValidationTests {
    @Test(arguments: [
        ("CFG_RTRY_INTVL", "1"), ("CFG_RTRY_INTVL", "1440"), ("CFG_RTRY_INTVL", "030"), ("CFG_CYCLIC_INTVL", "40320"),
        ("CFG_RESYNC_TIME", "00:00"), ("CFG_RESYNC_TIME", "23:59"), ("CFG_FILE_KEY_LENGTH", "256"),
        ("SIP_TRANSPORT", "2"), ("SYSLOG_PORT", "0"), ("SYSLOG_PORT", "65535"), ("TIME_ZONE", "-480"),
        ("DIAL_TONE1_FRQ", "350,440"), ("HOLD_TONE_FRQ", "425"), ("OUTBANDDTMF_VOL", "-10"), ("CFG_CYCLIC", "Y"),
        ("LINE_ENABLE", "Yes"), ("SIP_PASS", "a&b<c>\"d' ü漢字"), ("NOT_KNOWN", "anything"),
    ])
    func valuesThatFit(name: String, value: String) {
        #expect(ParameterDictionary.standard.validate(value, for: ParameterKey(name)) == nil)
    }

    @Test(arguments: [
        ("CFG_RTRY_INTVL", "0", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", "1441", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", "abc", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", "+30", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", " 30", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", "30.5", "expected an integer from 1 to 1440"),
        ("CFG_RTRY_INTVL", "99999999999999999999", "expected an integer from 1 to 1440"),
        ("CFG_CYCLIC_INTVL", "40321", "expected an integer from 1 to 40320"),
        ("CFG_RESYNC_TIME", "24:00", "expected a time of day HH:MM, from 00:00 to 23:59"),
        ("CFG_RESYNC_TIME", "7:05", "expected a time of day HH:MM, from 00:00 to 23:59"),
        ("CFG_RESYNC_TIME", "07:5x", "expected a time of day HH:MM, from 00:00 to 23:59"),
        ("CFG_FILE_KEY_LENGTH", "127", "expected 128, 192 or 256"),
        ("SIP_TRANSPORT", "3", "expected 0, 1 or 2"),
        ("SYSLOG_PORT", "65536", "expected an integer from 0 to 65535"),
        ("SYSLOG_PORT", "-1", "expected an integer from 0 to 65535"),
        ("KEY_PAD_TONE", "loud", "expected an integer"),
        ("DIAL_TONE1_FRQ", "350,,440", "expected integers with commas between them, like 350,440"),
        ("DIAL_TONE1_FRQ", "350, 440", "expected integers with commas between them, like 350,440"),
        ("CFG_CYCLIC", "y", "expected Y or N"), ("CFG_CYCLIC", "Yes", "expected Y or N"),
        ("LINE_ENABLE", "Y", "expected Yes or No"),
        ("ADMIN_ID", "ad\u{7}min", "expected text without control characters"),
        ("ADMIN_ID", "ad\u{0}min", "expected text without control characters"),
        ("NOT_KNOWN", "\u{1B}[2J", "expected text without control characters"),
        ("USR_PROV_SVR_URL", String(repeating: "u", count: 2049), "expected a URL of at most 2048 bytes"),
        ("ADMIN_ID", String(repeating: "x", count: 245_761), "expected at most 245760 bytes"),
        ("NOT_KNOWN", String(repeating: "x", count: 245_761), "expected at most 245760 bytes"),
    ])
    func valuesThatDoNotFit(name: String, value: String, expectation: String) {
        #expect(ParameterDictionary.standard.validate(value, for: ParameterKey(name))?.description == expectation)
    }

    @Test func anEmptyValueFitsEveryParameter() {
        for definition in ParameterDictionary.standard.definitions { #expect(definition.validate("") == nil) }
    }

    @Test func aTimeOfDayIsHourAndMinute() throws {
        let time = try #require(TimeOfDay("07:05"))
        #expect(time.hour == 7 && time.minute == 5)
        #expect(TimeOfDay("0a:05") == nil && TimeOfDay("07-05") == nil && TimeOfDay("07:60") == nil)
    }

    @Test(arguments: [
        ("", true, false), ("RW", true, false), ("R", false, false), ("!", true, true), ("!RW", true, true),
        ("!R", false, true),
    ])
    func permissions(text: String, mayChange: Bool, overrides: Bool) throws {
        let permission = try #require(Permission(attribute: text))
        #expect(permission.userMayChange == mayChange && permission.overridesUser == overrides)
        #expect(Permission(attribute: permission.attribute) == permission)
    }

    @Test(arguments: ["W", "rw", "RW!", " RW", "!!R", "!W"])
    func otherPermissionsMeanNothing(text: String) { #expect(Permission(attribute: text) == nil) }

    @Test func accessAdmitsThoseItNames() {
        #expect(Access(rawValue: "A")?.admits(.user) == false && Access.administrator.admits(.administrator))
        #expect(Access(rawValue: "U")?.admits(.user) == true && !Access.user.admits(.administrator))
        #expect(Access(rawValue: "AU")?.admits(.user) == true && Access.both.admits(.administrator))
        #expect(Access(rawValue: "UA") == nil)
    }

    @Test func layersAreOrderedByPriorityAndHaveStableNames() {
        #expect(
            SettingsLayer.allCases.sorted(by: >).map(\.rawValue) == [
                "user", "standard", "product", "master", "initial-device", "factory",
            ]
        )
    }
}

@Suite struct RedactionTests {
    @Test(arguments: [
        ("SIP_PASS", "geheim", "***"), ("SIP_PASS", "", ""), ("ADMIN_ID", "admin", "admin"),
        ("SOME_NEW_PASSWORD", "geheim", "***"), ("CFG_FILE_KEY2", "geheim", "***"), ("POUND_KEY", "#", "#"),
        ("USR_PROV_SVR_URL", "http://id:geheim@h/x", "http://id:***@h/x"),
        ("USR_PROV_SVR_URL", "http://id@h/x:y@z", "http://id@h/x:y@z"),
        ("USR_PROV_SVR_URL", "https://a:b:c@d@h?q", "https://a:***@h?q"),
        ("USR_PROV_SVR_URL", "http://id:geheim@h/x?mac=1&token=einmal", "http://id:***@h/x?mac=1&token=***"),
        ("CFG_CYCLIC", "Y", "Y"),
    ])
    func valuesAsTheyAreShown(name: String, value: String, shown: String) {
        #expect(ParameterDictionary.standard.displayValue(value, of: name) == shown)
    }

    @Test func aSettingNeverPrintsItsSecret() {
        let setting = Setting(key: ParameterKey("SIP_PASS"), value: "geheim")
        #expect("\(setting)" == "SIP_PASS=***")
        #expect(String(reflecting: [setting]) == "[SIP_PASS=***]")
        let value = LayerValue(layer: .master, value: "geheim", position: SourcePosition(line: 3))
        #expect("\(SettingChange(key: setting.key, old: value, new: nil))".contains("master file, line 3"))
        #expect(!"\(SettingChange(key: setting.key, old: value, new: nil))".contains("geheim"))
    }
}
