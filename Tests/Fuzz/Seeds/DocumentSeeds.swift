import ConfigurationFile
import PhoneSettings

/// Writes the first inputs of the fuzzers of configuration files: the documents of the unit tests, and one document for
/// each group of parameters; then the words of those documents as a dictionary for libFuzzer.
@main
enum DocumentSeeds {
    /// Arguments: the folder of the document fuzzer, that of the encrypted files', and the dictionary.
    static func main() throws {
        var documents = SeedFolder(CommandLine.arguments[1])
        var encrypted = SeedFolder(CommandLine.arguments[2])
        let all = MutationTests.seeds.prefix(2) + groups + [initial]
        for bytes in all {
            // The length chooses the kind of file, so each document comes in four lengths.
            for blanks in 0..<4 { try documents.add(bytes + [UInt8](repeating: 0x0A, count: blanks)) }
        }
        for bytes in MutationTests.seeds.dropFirst(2) { try documents.add(bytes) }
        for (index, bytes) in all.enumerated() {
            // The first byte chooses length of key, digest and form; see `Encrypted/Fuzzer.swift`.
            try encrypted.add([UInt8(index % 24), 0] + bytes.prefix(2_000))
        }
        for bytes in MutationTests.seeds.dropFirst(2) { try encrypted.add([24, 0] + bytes) }
        try words(to: CommandLine.arguments[3])
    }

    /// Every parameter with its default, or with 1.
    private static var groups: [[UInt8]] {
        let writer = ConfigurationWriter()
        let device = ParameterDictionary.standard.definitions.filter { $0.section == .device }
        return Dictionary(grouping: device, by: \.group).sorted { $0.key < $1.key }.map { _, definitions in
            let settings = definitions.prefix(20).map { definition in
                Setting(
                    key: ParameterKey(definition.name, line: definition.isLineParameter ? LineNumber.all.first : nil),
                    value: definition.defaultValue.map { $0.isEmpty ? "1" : $0 } ?? "1",
                    permission: definition.permissionSeen ?? .readWrite,
                    access: definition.access
                )
            }
            return Array(writer.document(settings: settings).utf8)
        }
    }

    private static var initial: [UInt8] {
        let section = InitialSection(
            rootCertificatePaths: ["http://h/a.pem", "b.pem"],
            standardFilePath: "Config{MAC}.cfg",
            masterFilePath: "/c"
        )
        return Array(ConfigurationWriter().document(initial: section).utf8)
    }

    private static func words(to path: String) throws {
        let markup = [
            "<?xml version='1.0' encoding='", "ISO-8859-1'?>", "UTF-16'?>", "<![CDATA[", "]]>", "<!--", "-->",
            "<!DOCTYPE ",
            "<!ENTITY ", "&#13;", "&#x2028;", "&amp;", "&lt;", "xmlns:a='b'", "a:", "/>", "</", "perm='!R'",
            "access='AU'",
            "<Line idx='2'>", "</Line>", "PANASIPPhoneConfig", "Initial", "Device",
        ]
        let dictionary = ParameterDictionary.standard
        let names = dictionary.definitions.map { "<\($0.name)>" } + dictionary.groupNames.sorted().map { "<\($0)>" }
        let text = (markup + names).map { "\"\($0)\"\n" }.joined()
        try SeedFolder.write(text.utf8, to: path)
    }
}
