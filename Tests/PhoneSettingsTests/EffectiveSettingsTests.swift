import Testing

@testable import PhoneSettings

@Suite struct EffectiveSettingsTests {
    /// One case of the rule: what stands in which layer, and what comes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let entries: [(SettingsLayer, String, String)]
        let value: String
        let layer: SettingsLayer
        let hidden: [SettingsLayer]
        let change: String

        init(
            _ entries: [(SettingsLayer, String, String)],
            _ value: String,
            _ layer: SettingsLayer,
            hides hidden: [SettingsLayer],
            _ change: String
        ) {
            (self.entries, self.value, self.layer, self.hidden, self.change) = (entries, value, layer, hidden, change)
        }

        var testDescription: String { entries.map { "\($0.0)=\($0.1)[\($0.2)]" }.joined(separator: " ") }
    }

    static let cases = [
        Case([], "30", .factory, hides: [], "allowed"),
        Case([(.user, "1", "")], "1", .user, hides: [.factory], "allowed"),
        Case([(.master, "2", "")], "2", .master, hides: [.factory], "allowed"),
        Case([(.initialDevice, "2", "")], "2", .initialDevice, hides: [.factory], "allowed"),
        Case(
            [(.initialDevice, "2", ""), (.master, "3", "")],
            "3",
            .master,
            hides: [.initialDevice, .factory],
            "allowed"
        ),
        Case(
            [(.standard, "2", ""), (.product, "3", ""), (.master, "4", "")],
            "2",
            .standard,
            hides: [.product, .master, .factory],
            "allowed"
        ),
        Case([(.user, "1", ""), (.standard, "2", "")], "1", .user, hides: [.standard, .factory], "allowed"),
        Case([(.user, "1", ""), (.standard, "2", "!")], "2", .standard, hides: [.user, .factory], "overridden"),
        Case([(.user, "1", ""), (.standard, "2", "!R")], "2", .standard, hides: [.user, .factory], "forbidden"),
        Case([(.user, "1", ""), (.standard, "2", "R")], "1", .user, hides: [.standard, .factory], "forbidden"),
        // A "!" in the product file does not beat the standard file, nor then the user.
        Case([(.standard, "2", ""), (.product, "3", "!")], "2", .standard, hides: [.product, .factory], "allowed"),
        Case(
            [(.user, "1", ""), (.standard, "2", ""), (.product, "3", "!R")],
            "1",
            .user,
            hides: [.standard, .product, .factory],
            "allowed"
        ),
        Case(
            [(.user, "1", ""), (.product, "3", "!")],
            "3",
            .product,
            hides: [.user, .factory],
            "overridden"
        ),
        Case([(.standard, "", "")], "", .standard, hides: [.factory], "allowed"),
        // Of two entries in one file the last one counts, its permission too.
        Case([(.standard, "2", "!R"), (.standard, "3", "")], "3", .standard, hides: [.factory], "allowed"),
        Case(
            [(.user, "1", ""), (.master, "4", "!"), (.master, "5", "!"), (.master, "6", "!")],
            "6",
            .master,
            hides: [.user, .factory],
            "overridden"
        ),
    ]

    @Test(arguments: cases)
    func theRule(example: Case) throws {
        var layers: [SettingsLayer: [Setting]] = [:]
        for (index, entry) in example.entries.enumerated() {
            let permission = try #require(Permission(attribute: entry.2))
            layers[entry.0, default: []].append(
                Setting(
                    key: .cfgRetryInterval,
                    value: entry.1,
                    permission: permission,
                    position: entry.0.isFile ? SourcePosition(line: index + 1) : nil
                )
            )
        }
        let settings = EffectiveSettings(layers: layers)
        let explanation = settings.explain(.cfgRetryInterval)
        #expect(settings.value(.cfgRetryInterval) == example.value)
        #expect(explanation.value == example.value && explanation.layer == example.layer)
        #expect(explanation.hidden.map(\.layer) == example.hidden)
        let expectedLine = example.entries.lastIndex { $0.0 == example.layer }.map { $0 + 1 }
        #expect(explanation.decided?.position?.line == (example.layer.isFile ? expectedLine : nil))
        switch explanation.userChange {
        case .allowed: #expect(example.change == "allowed")
        case .overridden: #expect(example.change == "overridden")
        case .forbidden: #expect(example.change == "forbidden")
        }
    }

    @Test func whatForbidsAChangeIsNamedWithItsLine() throws {
        let settings = EffectiveSettings(layers: [
            .standard: [
                Setting(key: .adminID, value: "a", permission: .readOnly, position: SourcePosition(line: 12, column: 5))
            ],
            .master: [Setting(key: .adminID, value: "b", position: SourcePosition(line: 3))],
        ])
        guard case .forbidden(let entry) = settings.explain(.adminID).userChange else {
            Issue.record("not forbidden")
            return
        }
        #expect(entry.place == "standard file, line 12")
    }

    @Test func anEmptyValueOfAFlagOrANumberMeansTheFactoryDefault() {
        let settings = EffectiveSettings(layers: [
            .standard: [
                Setting(key: .cfgRetryInterval, value: ""), Setting(key: .cfgCyclic, value: ""),
                Setting(key: .cfgResyncFromSIP, value: ""), Setting(key: .cfgResyncTime, value: "06:30"),
                Setting(key: .cfgCyclicInterval, value: "4320"),
            ]
        ])
        #expect(settings.integer(.cfgRetryInterval) == 30)
        #expect(settings.integer(.cfgCyclicInterval) == 4320)
        #expect(settings.flag(.cfgCyclic) == false)
        #expect(settings.flag(.sipPnPEnable) == true)
        #expect(settings.text(.cfgResyncFromSIP) == "")
        #expect(settings.timeOfDay(.cfgResyncTime) == TimeOfDay("06:30"))
        #expect(settings.value(.userProvisioningURL) == nil && settings.text(.userProvisioningURL) == "")
        #expect(settings.integer(ParameterKey("UNKNOWN")) == nil && settings.flag(ParameterKey("UNKNOWN")) == nil)
        #expect(settings.flag(ParameterKey("AUTO_KEY_ASSIGNMENT", line: LineNumber(rawValue: 3))) == true)
    }

    @Test func factoryEntriesReplaceTheDictionarysDefaults() {
        let settings = EffectiveSettings(layers: [.factory: [Setting(key: .cfgRetryInterval, value: "5")]])
        #expect(settings.explain(.cfgRetryInterval).decided == LayerValue(layer: .factory, value: "5"))
        #expect(settings.explain(.cfgRetryInterval).hidden.isEmpty)
    }

    @Test func accessComesFromTheHighestFileThenFromTheDictionary() {
        let unknown = ParameterKey("NOT_KNOWN")
        let settings = EffectiveSettings(layers: [
            .standard: [Setting(key: .adminID, value: "x", access: .both), Setting(key: unknown, value: "x")],
            .master: [Setting(key: .adminID, value: "x", access: .user)],
        ])
        #expect(settings.access(to: .adminID) == .both)
        #expect(settings.access(to: .adminPassword) == .administrator)
        #expect(settings.access(to: .userPassword) == .both)
        #expect(settings.access(to: unknown) == .administrator)
    }

    @Test func aLinesParameterIsEachLinesOwn() throws {
        let (one, two) = (LineNumber.all[0], LineNumber.all[1])
        let settings = EffectiveSettings(layers: [
            .standard: [
                Setting(key: ParameterKey("SIP_AUTHID", line: one), value: "1001"),
                Setting(key: ParameterKey("SIP_AUTHID", line: two), value: "1002"),
                Setting(key: ParameterKey("VENDOR_THING", line: two), value: "x"),
            ]
        ])
        #expect(settings.value(settings.key(parsing: "SIP_AUTHID_1")) == "1001")
        #expect(settings.value(settings.key(parsing: "SIP_AUTHID_2")) == "1002")
        #expect(settings.value(settings.key(parsing: "SIP_AUTHID_3")) == nil)
        #expect(settings.value(settings.key(parsing: "VENDOR_THING_2")) == "x")
        #expect(settings.value(settings.key(parsing: "VENDOR_THING")) == nil)
        #expect(settings.linesInUse == [one, two])
    }

    @Test func theListIsInTheDictionarysOrderLineByLineAndUnknownOnesLast() throws {
        let (one, two) = (LineNumber.all[0], LineNumber.all[1])
        let settings = EffectiveSettings(layers: [
            .standard: [
                Setting(key: ParameterKey("ZZZ"), value: "1"), Setting(key: ParameterKey("AAA"), value: "1"),
                Setting(key: ParameterKey("AAA", line: two), value: "1"),
                Setting(key: ParameterKey("SIP_AUTHID", line: two), value: "1"),
                Setting(key: ParameterKey("SIP_AUTHID", line: one), value: "1"),
            ]
        ])
        let names = settings.all().map(\.key.description)
        #expect(names.first == "ADMIN_ID" && names.suffix(3) == ["AAA", "AAA_2", "ZZZ"])
        let lineParameters = ParameterDictionary.standard.definitions.filter(\.isLineParameter).count
        #expect(names.count == 311 + lineParameters + 3)
        let first = try #require(names.firstIndex(of: "SIP_AUTHID_1"))
        #expect(names[first + lineParameters] == "SIP_AUTHID_2")
        #expect(try #require(names.firstIndex(of: "LOG_FILE_SIZE")) > first)
        #expect(Set(names).count == names.count && !names.contains("CFG_STANDARD_FILE_PATH"))
        #expect(settings.all(lines: []).count == 311 - lineParameters + 2)
        #expect(EffectiveSettings(layers: [:]).all().count == 311 - lineParameters)
    }

    @Test func changesNameOldAndNewAndTheirLayers() throws {
        let one = LineNumber.all[0]
        let pass = ParameterKey("SIP_PASS", line: one)
        let old = EffectiveSettings(layers: [
            .standard: [Setting(key: .cfgCyclic, value: "Y"), Setting(key: pass, value: "old")],
            .user: [Setting(key: .adminID, value: "boss")],
        ])
        let new = EffectiveSettings(layers: [
            .product: [Setting(key: .cfgCyclic, value: "Y")],
            .standard: [
                Setting(key: pass, value: "new"), Setting(key: .cfgRetryInterval, value: "60"),
                Setting(key: .option66Enable, value: "Y"), Setting(key: ParameterKey("NEW"), value: "1"),
            ],
        ])
        let changes = EffectiveSettings.changes(from: old, to: new)
        #expect(changes.map(\.key.description) == ["ADMIN_ID", "CFG_RTRY_INTVL", "NEW", "SIP_PASS_1"])
        #expect(changes[0].old?.layer == .user && changes[0].new?.layer == .factory && changes[0].displayNew == "admin")
        #expect(changes[1].displayOld == "30" && changes[1].new == LayerValue(layer: .standard, value: "60"))
        #expect(changes[2].old == nil && changes[2].displayOld == nil)
        #expect(changes[3].displayOld == "***" && changes[3].displayNew == "***" && changes[3].new?.value == "new")
        #expect(EffectiveSettings.changes(from: new, to: new).isEmpty)
    }

    @Test func secretsAreShownAsStars() {
        let settings = EffectiveSettings(layers: [.user: [Setting(key: .adminPassword, value: "geheim")]])
        let explanation = settings.explain(.adminPassword)
        #expect(explanation.displayValue == "***" && explanation.value == "geheim")
        #expect(explanation.hidden.map { explanation.display($0.value) } == ["***"])
    }

    @Test func fiveThousandParametersInFiveLayersResolve() {
        var layers: [SettingsLayer: [Setting]] = [:]
        for layer in SettingsLayer.allCases {
            layers[layer] = (0..<5000).map { Setting(key: ParameterKey("P\($0)"), value: layer.rawValue) }
        }
        let settings = EffectiveSettings(layers: layers)
        #expect((0..<5000).allSatisfy { settings.value(ParameterKey("P\($0)")) == "user" })
        let lower = Array(SettingsLayer.allCases.sorted(by: >).dropFirst())
        #expect(settings.explain(ParameterKey("P4999")).hidden.map(\.layer) == lower)
    }
}
