import CXML2
import ConfigurationFile
import PhoneSettings
import Testing

/// libxml2's own RELAX NG validator with the grammar that we write.
final class Grammar {
    private let schema: xmlRelaxNGPtr

    init() throws {
        let text = ConfigurationSchema.relaxNG()
        // The parser copies nothing of the text before it has been parsed.
        schema = try text.utf8CString.withUnsafeBufferPointer { buffer in
            let parser = try #require(xmlRelaxNGNewMemParserCtxt(buffer.baseAddress, Int32(buffer.count - 1)))
            defer { xmlRelaxNGFreeParserCtxt(parser) }
            return try #require(xmlRelaxNGParse(parser), "libxml2 takes the grammar")
        }
    }

    deinit { xmlRelaxNGFree(schema) }

    /// Whether the grammar takes the document; `nil` when it is not well-formed.
    func takes(_ document: [UInt8]) throws -> Bool? {
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        let tree = document.withUnsafeBytes {
            xmlReadMemory($0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), nil, nil, options)
        }
        guard let tree else { return nil }
        defer { xmlFreeDoc(tree) }
        let context = try #require(xmlRelaxNGNewValidCtxt(schema))
        defer { xmlRelaxNGFreeValidCtxt(context) }
        xmlRelaxNGSetValidStructuredErrors(context, { _, _ in }, nil)
        return xmlRelaxNGValidateDoc(context, tree) == 0
    }
}

@Suite struct SchemaTests {
    /// What `check` has to say that a grammar can see.
    private func faults(_ bytes: [UInt8]) throws(ConfigurationFileError) -> [String] {
        try ConfigurationFile.read(bytes, as: .initial).diagnostics.filter {
            !ConfigurationSchema.invisibleCodes.contains($0.code)
        }.map(\.description)
    }

    private func agree(_ bytes: [UInt8], _ grammar: Grammar, _ name: String = "") throws {
        let text = name.isEmpty ? String(decoding: bytes.prefix(400), as: UTF8.self) : name
        do throws(ConfigurationFileError) {
            let faults = try faults(bytes)
            let taken = try? grammar.takes(bytes)
            #expect(taken == .some(.some(faults.isEmpty)), "\(text): \(faults)")
        } catch {
            switch error {
            // A validator reads what we refuse for safety, for its size, or for what stands before it.
            case .documentType, .tooLarge, .tooDeep: break
            default: #expect(try grammar.takes(bytes) != true, "\(text): \(error)")
            }
        }
    }

    @Test func everyDocumentOfTheOtherTests() throws {
        let grammar = try Grammar()
        for test in DiagnosticTests.cases { try agree(document(test.device), grammar) }
        for test in RefusalTests.cases { try agree(test.body, grammar, test.name) }
    }

    @Test func whatTheWriterWritesForEveryParameter() throws {
        let grammar = try Grammar()
        let dictionary = ParameterDictionary.standard
        let initial = InitialSection(
            rootCertificatePaths: ["http://192.0.2.1/root.pem"],
            standardFilePath: "http://192.0.2.1/Config{MAC}.cfg"
        )
        var settings: [Setting] = []
        for definition in dictionary.definitions where definition.section == .device {
            for line in definition.isLineParameter ? LineNumber.all.map(Optional.some) : [nil] {
                settings.append(
                    Setting(
                        key: ParameterKey(definition.name, line: line),
                        value: definition.defaultValue ?? "",
                        permission: .overrideReadOnly,
                        access: .both
                    )
                )
            }
        }
        let bytes = Array(ConfigurationWriter().document(initial: initial, settings: settings).utf8)
        #expect(try grammar.takes(bytes) == true)
        #expect(try faults(bytes) == [])
    }

    private static let values = [
        "", " ", "Y", "N", "y", "Yes", "No", "0", "-1", "007", "+5", "5 ", " 5", "5 6", "1,2", "1,,2", "1, 2", ",",
        "65535", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
        "9223372036854775799,0001234567890123456789",
        "65536", "9999999999999999999999", "00:00", "23:59", "24:00", "7:00", "128", "129", "http://192.0.2.1/",
        "a&amp;b", "<![CDATA[<x>]]>", "&#228;", "1.5", "0x10",
        String(repeating: "e\u{301}", count: 200), String(repeating: "u", count: 384),
        String(repeating: "u", count: 385),
    ]

    @Test func everyParameterWithEveryKindOfValue() throws {
        let grammar = try Grammar()
        // One of each type and constraint stands for all others.
        var seen: Set<String> = []
        for definition in ParameterDictionary.standard.definitions {
            let kind = "\(definition.section) \(definition.type) \(String(describing: definition.constraint))"
            guard seen.insert(kind).inserted else { continue }
            let parts = definition.group.split(separator: "/")
            let open = parts.map { $0 == "Line" ? "<Line idx=\"3\">" : "<\($0)>" }.joined()
            let close = parts.reversed().map { "</\($0)>" }.joined()
            for value in Self.values {
                let part = definition.section == .initial ? "Initial" : "Device"
                let text =
                    "<PANASIPPhoneConfig><\(part)>\(open)<\(definition.name)>\(value)</\(definition.name)>\(close)"
                    + "</\(part)></PANASIPPhoneConfig>"
                try agree(Array(text.utf8), grammar)
            }
        }
        #expect(seen.count > 8)
    }

    @Test(arguments: [
        "<PANASIPPhoneConfig/>", "<PANASipPhoneConfig><initial/><device/></PANASipPhoneConfig>",
        "<panasipphoneconfig><INITIAL/><DEVICE/></panasipphoneconfig>",
        "<PANASIPPhoneConfig><Device/><Initial/><Device/></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig>text</PANASIPPhoneConfig>", "<PANASIPPhoneConfig note='1'/>",
        "<PANASIPPhoneConfig xmlns='urn:x'><Device/></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig xmlns:x='urn:x'><x:Device/></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><System/><System><Prov/><Prov/></System></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Prov/></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Sytem/></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Line idx='1'/></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Lines><Line idx='+1'/><Line idx='06'/></Lines></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Lines><Line idx=' 1'/></Lines></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Lines><Line/></Lines></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><Certs/></Device><Initial><System/></Initial></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Other/></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Initial><CfgFiles><CFG_MASTER_FILE_PATH perm='X'>a</CFG_MASTER_FILE_PATH></CfgFiles></Initial>"
            + "</PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Initial><Certs><CFG_ROOT_CERTIFICATE_PATH1 access='X'/></Certs></Initial>"
            + "</PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><!-- c --><?p i?><System><Prov><CFG_CYCLIC perm='!R'>Y</CFG_CYCLIC>"
            + "<CFG_CYCLIC perm=''>N</CFG_CYCLIC></Prov></System></Device></PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><System><Prov><CFG_CYCLIC perm='!r'>Y</CFG_CYCLIC></Prov></System></Device>"
            + "</PANASIPPhoneConfig>",
        "<PANASIPPhoneConfig><Device><System perm='R'><Prov><CFG_CYCLIC access=''/></Prov></System></Device>"
            + "</PANASIPPhoneConfig>",
    ])
    func theParts(text: String) throws {
        try agree(Array(text.utf8), try Grammar())
    }
}
