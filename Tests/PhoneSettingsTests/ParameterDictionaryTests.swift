import Testing

@testable import PhoneSettings

@Suite struct ParameterDictionaryTests {
    let dictionary = ParameterDictionary.standard

    @Test func theTableIsReadAndEveryRowHasAMeaningAndASource() {
        #expect(dictionary.definitions.count == 317)
        for definition in dictionary.definitions {
            #expect(definition.meaning.count > 10, "\(definition.name)")
            #expect(!definition.source.isEmpty, "\(definition.name)")
            #expect(dictionary[definition.name] === definition)
        }
    }

    /// `[T]`, `[G]`, `[D]`, `[S model]` or an RFC, after what is known from there.
    @Test func everySourceSaysWhereEachPartIsKnownFrom() throws {
        let codes = /\[(T|G|D|D: [^\]]+|S KX-[A-Z0-9, KX-]+|RFC [0-9]+)\]/
        for definition in dictionary.definitions {
            let source = definition.source
            let aspects = source.split(separator: "; ")
            #expect(
                aspects.allSatisfy { $0.contains(codes) || $0 == "meaning not known" },
                "\(definition.name): \(source)"
            )
            #expect(aspects.first?.hasPrefix("[T]") == true || aspects.first?.hasPrefix("name, ") == true)
            #expect(source.contains("meaning"), "\(definition.name)")
            #expect(
                definition.meaning.contains("not documented") || !source.contains("meaning not known")
                    || definition.name == "HTTP_VER",
                "\(definition.name)"
            )
            if definition.unit != nil { #expect(source.contains("unit"), "\(definition.name)") }
            switch definition.constraint {
            case .range?: #expect(source.contains("range"), "\(definition.name)")
            case .oneOf?: #expect(source.contains("values"), "\(definition.name)")
            case .pattern?: #expect(source.contains("form"), "\(definition.name)")
            case nil: #expect(!source.contains("range"), "\(definition.name)")
            }
            if source.contains("default [S") || definition.permissionSeen != nil { continue }
            #expect(definition.defaultValue == nil || definition.section == .initial, "\(definition.name)")
        }
    }

    @Test(arguments: ParameterKey.knownOfWholePhone)
    func everyParameterThatTheProgramUsesIsInTheTable(key: ParameterKey) throws {
        let definition = try #require(dictionary[key.name])
        #expect(!definition.isLineParameter)
        #expect(definition.section == .device)
    }

    @Test func theParametersOfLinesThatTheProgramUsesAreInTheTable() throws {
        for line in LineNumber.all {
            for key in [ParameterKey.phoneNumber(line), .sipURI(line)] {
                #expect(dictionary[key.name]?.isLineParameter == true)
                #expect(ParameterKey(parsing: key.description) == key)
            }
        }
    }

    @Test(arguments: [
        ("ADMIN_ID", "admin"), ("ADMIN_PASS", "adminpass"), ("USER_ID", "user"), ("USER_PASS", "userpass"),
        ("CFG_RTRY_INTVL", "30"), ("CFG_CYCLIC", "N"), ("CFG_CYCLIC_INTVL", "10080"), ("CFG_RESYNC_TIME", ""),
        ("CFG_FILE_KEY_LENGTH", "128"), ("CFG_RESYNC_FROM_SIP", "check-sync"), ("PROVISION_ENABLE", "Y"),
        ("SIPPNP_ENABLE", "Y"), ("OPTION160_ENABLE", "Y"), ("OPTION159_ENABLE", "Y"), ("OPTION66_ENABLE", "Y"),
        ("DHCPV6_OPTION17_PROV_ENABLE", "Y"), ("HTTP_USER_AGENT", "Panasonic_{MODEL}/{fwver} ({mac})"),
        ("USR_PROV_SVR_URL", nil), ("FIRM_VERSION", nil),
    ])
    func factoryDefaults(name: String, value: String?) {
        #expect(dictionary.defaultValue(of: ParameterKey(name)) == value)
    }

    @Test func aLinesParameterHasADefaultInALineOnly() throws {
        let line = LineNumber.all[1]
        #expect(dictionary.defaultValue(of: ParameterKey("SIP_TRANSPORT", line: line)) == "0")
        #expect(dictionary.defaultValue(of: ParameterKey("SIP_TRANSPORT")) == nil)
        #expect(dictionary.defaultValue(of: ParameterKey("CFG_CYCLIC", line: line)) == nil)
    }

    @Test func passwordsAndKeysAreSecretsAndNothingElseIs() {
        let secrets = dictionary.definitions.filter(\.isSecret).map(\.name)
        #expect(
            Set(secrets) == [
                "ADMIN_PASS", "USER_PASS", "CFG_FILE_KEY", "USR_PROV_SVR_AUTH_PASSWORD", "HTTP_AUTH_PASSWORD",
                "LDAP_PASSWORD", "SIP_PASS", "XMLAPP_USERPASS",
            ]
        )
    }

    @Test func theInitialPartHasSixParameters() {
        let initial = dictionary.definitions.filter { $0.section == .initial }
        #expect(initial.map(\.group) == ["Certs", "Certs", "Certs", "CfgFiles", "CfgFiles", "CfgFiles"])
    }

    @Test(arguments: [
        (["a\tb"], ParameterDictionaryError.columns(line: 1, found: 2)),
        ([row(type: "number")], .badCell(line: 1, column: "type")),
        ([row(constraint: "9..1")], .badCell(line: 1, column: "constraint")),
        ([row(perm: "W")], .badCell(line: 1, column: "perm")),
        ([row(access: "")], .badCell(line: 1, column: "access")),
        ([row(secret: "yes")], .badCell(line: 1, column: "secret")),
        ([row(meaning: "No full stop")], .badCell(line: 1, column: "meaning")),
        (["# comment", "", row(type: "flagYN", value: "maybe")], .badCell(line: 3, column: "default")),
        ([row(), row()], .duplicateName(line: 2, name: "NAME")),
    ])
    func aDamagedTableIsRefusedWithItsLine(rows: [String], error: ParameterDictionaryError) {
        #expect(throws: error) { try ParameterDictionary(tsv: Array(rows.joined(separator: "\n").utf8)) }
    }

    @Test func aTableThatIsNotUTF8IsRefused() {
        #expect(throws: ParameterDictionaryError.notUTF8) { try ParameterDictionary(tsv: [0xFF]) }
    }
}

private func row(
    type: String = "text",
    constraint: String = "",
    value: String = "-",
    perm: String = "RW",
    access: String = "A",
    secret: String = "",
    meaning: String = "A meaning."
) -> String {
    ["G", "NAME", type, constraint, value, perm, access, secret, "", meaning, "s"].joined(separator: "\t")
}
