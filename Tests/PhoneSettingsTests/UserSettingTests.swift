import Testing

@testable import PhoneSettings

@Suite struct UserSettingTests {
    let settings = EffectiveSettings(layers: [
        .standard: [
            Setting(key: .adminID, value: "x", permission: .readOnly, position: SourcePosition(line: 7)),
            Setting(key: .cfgRetryInterval, value: "10", permission: .override, position: SourcePosition(line: 8)),
            Setting(key: .cfgCyclic, value: "N", access: .user),
        ],
        .master: [Setting(key: .option66Enable, value: "Y", permission: .overrideReadOnly)],
    ])

    @Test func aChangeThatIsTakenSaysWhetherItTakesEffect() throws {
        #expect(try settings.canUserSet(.option160Enable, "N") == .allowed)
        #expect(try settings.canUserSet(.option160Enable, "") == .allowed)
        #expect(try settings.canUserSet(ParameterKey(parsing: "SIP_AUTHID_2"), "1002") == .allowed)
        guard case .overridden(let entry) = try settings.canUserSet(.cfgRetryInterval, "5") else {
            Issue.record("not overridden")
            return
        }
        #expect(entry.place == "standard file, line 8")
    }

    @Test(arguments: [
        ("CFG_CYCLIK", "Y", "there is no parameter CFG_CYCLIK: did you mean CFG_CYCLIC?"),
        ("FOO", "Y", "there is no parameter FOO: see the list of all parameters"),
        ("SIP_AUTHID", "x", "each line has its own SIP_AUTHID: write SIP_AUTHID_1 for line 1, up to SIP_AUTHID_6"),
        ("SIP_AUTHID_7", "x", "SIP_AUTHID_7 names a line that the phone does not have: lines are 1 to 6"),
        ("CFG_CYCLIC_2", "Y", "CFG_CYCLIC belongs to the whole phone, not to a line: write CFG_CYCLIC"),
        (
            "CFG_STANDARD_FILE_PATH", "x",
            "CFG_STANDARD_FILE_PATH is read from an initial configuration file only: "
                + "change it on the provisioning server"
        ),
        ("ADMIN_ID", "x", "ADMIN_ID is read-only: standard file, line 7 has perm \"R\"; change it there"),
        ("OPTION66_ENABLE", "N", "OPTION66_ENABLE is read-only: master file has perm \"!R\"; change it there"),
        ("CFG_CYCLIC", "Y", "CFG_CYCLIC is changed by the user only (access U)"),
        (
            "CFG_CYCLIC_INTVL", "0",
            "the value does not fit CFG_CYCLIC_INTVL: expected an integer from 1 to 40320"
        ),
    ])
    func aChangeThatIsRefusedSaysWhyAndWhatToDo(name: String, value: String, message: String) {
        do throws(UserSettingError) {
            try settings.canUserSet(ParameterKey(parsing: name), value)
            Issue.record("accepted")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func theUserChangesOnlyWhatTheUserMaySee() {
        #expect(throws: UserSettingError.noAccess(key: .adminPassword, access: .administrator)) {
            try settings.canUserSet(.adminPassword, "secret1", as: .user)
        }
        #expect(throws: Never.self) { try settings.canUserSet(.userPassword, "secret1", as: .user) }
        #expect(throws: Never.self) { try settings.canUserSet(.cfgCyclic, "Y", as: .user) }
    }

    @Test func aLineOfAParameterOfTheWholePhoneIsRefused() throws {
        let key = ParameterKey("CFG_CYCLIC", line: LineNumber.all[0])
        #expect(throws: UserSettingError.notOfALine(name: "CFG_CYCLIC")) { try settings.canUserSet(key, "Y") }
    }
}
