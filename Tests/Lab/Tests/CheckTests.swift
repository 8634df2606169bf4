import Foundation
import LabSupport
import Testing

/// `phoneprovctl check`: would the phone take this file, from this server, and what would it be set to afterwards?
@Suite("Checking files and servers without a phone")
struct CheckTests {
    private static let mac = "0080F0ABCDEF"
    private static let base = "http://\(LabNetwork.serverAddress)"

    /// phoneprovctl in a folder of its own on the phone's side of the network; no daemon runs.
    private struct Place {
        let lab: LabNetwork
        let folder: URL

        init(_ lab: LabNetwork) throws {
            self.lab = lab
            folder = try lab.makeDirectory("check")
        }

        func put(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: folder.appending(path: name)) }

        func shell(_ script: String) async throws -> LabProcess.Finished {
            let programs = LabPlaces.programs.path(percentEncoded: false)
            return try await lab.run(
                LabCommand(
                    [
                        "sh", "-c", "cd \"$1\" && PATH=\"$2:$PATH\" && \(script)", "sh",
                        folder.path(percentEncoded: false), programs,
                    ],
                    in: lab.phone
                ),
                within: .seconds(40)
            )
        }

        func check(_ words: String) async throws -> LabProcess.Finished {
            try await shell("phoneprovctl check \(words)")
        }
    }

    private static let faulty = """
        <PANASIPPhoneConfig><Device><System><Prov>
        <CFG_CYCLIK>Y</CFG_CYCLIK>
          <CFG_RTRY_INTVL>0</CFG_RTRY_INTVL>
        <USR_PROV_SVR_URL>http://id:geheim@elsewhere.example/</USR_PROV_SVR_URL>
        </Prov></System></Device></PANASIPPhoneConfig>
        """

    @Test("messages are a compiler's, and the exit status tells what came of it")
    func messages() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            try place.put("faulty.cfg", Self.faulty)
            try place.put("good.cfg", Document.device(registrar: "a.example.com"))
            try place.put("warned.cfg", Document.device(registrar: "a.example.com", prov: "<CFG_CYCLIK>Y</CFG_CYCLIK>"))
            try place.put("broken.cfg", "<PANASIPPhoneConfig>\n<Device>\n")

            let faulty = try await place.check("--phone \(Self.mac) --from \(Self.base)/ faulty.cfg")
            #expect(faulty.exit == .status(1))
            let lines = faulty.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(
                lines.first
                    == "faulty.cfg:2:1: warning: CFG_CYCLIK is not known: did you mean CFG_CYCLIC? Kept [unknown-parameter]"
            )
            #expect(
                lines.dropFirst().first?.hasPrefix("faulty.cfg:3:3: error: the value does not fit CFG_RTRY_INTVL")
                    == true
            )
            #expect(
                faulty.output.contains(
                    "faulty.cfg:4:1: warning: USR_PROV_SVR_URL is set to http://id:***@elsewhere.example/"
                )
            )
            #expect(!faulty.output.contains("geheim"))

            #expect(try await place.check("good.cfg").exit == .status(0))
            #expect(try await place.check("warned.cfg").exit == .status(0))
            #expect(try await place.check("--strict warned.cfg").exit == .status(1))
            #expect(try await place.check("--as standard - <good.cfg").exit == .status(0))
            let broken = try await place.check("good.cfg - <broken.cfg")
            #expect(
                broken.exit == .status(1) && broken.output.hasPrefix("standard input:3:1: error:"),
                "\(broken.output)"
            )
            try place.put(
                "cut.cfg",
                Document.device(registrar: "a", prov: "<USR_PROV_SVR_URL>file:///x</USR_PROV_SVR_URL>")
            )
            let cut = try await place.check("--strict cut.cfg")
            #expect(cut.exit == .status(1) && cut.output.contains("[unusable-provisioning-url]"), "\(cut.output)")
            let missing = try await place.check("warned.cfg none.cfg broken.cfg")
            #expect(missing.exit == .status(2) && missing.errors.contains("none.cfg cannot be read"))
            #expect(missing.output.contains("warned.cfg:") && missing.output.contains("broken.cfg:3:1: error:"))
            for (words, says) in [
                ("none.cfg", "cannot be read"), ("--as nonsense good.cfg", "initial"), ("http://192.0.2.1/", "--phone"),
                ("--as standard --as product good.cfg", "once for each"), ("--phone 1 good.cfg", "no hardware address"),
                ("--phone \(Self.mac) --from gopher://h/ good.cfg", "use tftp, http, https or ftp"),
                ("--key-length 64 good.cfg", "128, 192 or 256"), ("", "files"),
            ] {
                let wrong = try await place.check(words)
                #expect(wrong.exit == .status(2) && wrong.errors.contains(says), "\(words): \(wrong.errors)")
            }
        }
    }

    @Test("encrypted by the openssl command in every algorithm and digest, opened by an earlier file or a key file")
    func encrypted() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            let key = "0123456789abcdef0123456789abcdef"
            try place.put("key", key + "\n")
            try place.put("plain.cfg", Document.device(registrar: "secret.example.com"))
            for bits in [128, 192, 256] {
                try place.put(
                    "standard.cfg",
                    Document.device(
                        registrar: "a.example.com",
                        prov: "<CFG_FILE_KEY>\(key)</CFG_FILE_KEY><CFG_FILE_KEY_LENGTH>\(bits)</CFG_FILE_KEY_LENGTH>"
                    )
                )
                for digest in ["md5", "sha256"] {
                    let made = try await place.shell(
                        "openssl enc -aes-\(bits)-cbc -md \(digest) -a -salt -pass file:key -in plain.cfg -out product.enc"
                    )
                    #expect(made.exit == .status(0), "\(made.errors)")
                    let by = "--as standard --as product --settings standard.cfg product.enc"
                    for words in [by, "--settings --key-file key --key-length \(bits) product.enc"] {
                        let done = try await place.check(words)
                        #expect(done.exit == .status(0), "\(bits) \(digest) \(words): \(done.output)\(done.errors)")
                        #expect(done.output.contains("SIP_RGSTR_ADDR_1="))
                        #expect(!done.output.contains(key), "the key is never shown")
                    }
                    let other = bits == 128 ? 256 : 128
                    let wrong = try await place.check("--key-file key --key-length \(other) product.enc")
                    #expect(wrong.exit == .status(1) && wrong.output.contains("set CFG_FILE_KEY_LENGTH to \(bits)"))
                }
            }
            let none = try await place.check("product.enc")
            #expect(none.exit == .status(1) && none.output.contains("[encrypted-without-key]"))
            for (script, code) in [
                ("head -c 60 product.enc >bad.enc", "truncated-encryption"),
                ("sed 2s/^./!/ product.enc >bad.enc", "bad-base64"),
                ("openssl enc -aes-256-cbc -a -pass pass:other -in plain.cfg -out bad.enc", "wrong-key"),
            ] {
                let made = try await place.shell(
                    "{ \(script); } 2>/dev/null; phoneprovctl check --key-file key --key-length 256 bad.enc"
                )
                #expect(made.exit == .status(1) && made.output.contains("[\(code)]"), "\(code): \(made.output)")
            }
        }
    }

    @Test("a URL is fetched as the phone would, over all four protocols, with its User-Agent")
    func urls() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            let good = Document.device(registrar: "a.example.com")
            let certificates = try await LabCertificates.make(in: lab)
            let nginx = try await Nginx.start(
                in: lab,
                files: ["KX-UTG200B.cfg": good, "sub/page.cfg": "<!doctype html><p>Sign in", "\(Self.mac).cfg": good],
                listeners: [.http(), .https()],
                certificates: certificates
            )
            let tftp = try await TFTPD.start(in: lab, files: ["KX-UTG200B.cfg": good])
            let ftp = try await VSFTPD.start(in: lab, files: ["KX-UTG200B.cfg": good])
            let root = certificates.root.path(percentEncoded: false)
            for url in [
                Self.base, "\(Self.base)/{MAC}.cfg", "tftp://\(LabNetwork.serverAddress)/",
                "ftp://\(LabNetwork.serverAddress)/", "https://\(LabNetwork.serverAddress)/",
            ] {
                let done = try await place.check("--phone \(Self.mac) --root-certificate '\(root)' --settings '\(url)'")
                #expect(done.exit == .status(0), "\(url): \(done.output)\(done.errors)")
                #expect(done.output.contains("SIP_RGSTR_ADDR_1=a.example.com"), "\(url): \(done.output)")
            }
            let agents = Set(try nginx.records.map(\.userAgent))
            #expect(agents == ["Panasonic_KX-UTG200B/03.131 (0080f0abcdef)"])

            let page = try await place.check("--phone \(Self.mac) \(Self.base)/sub/page.cfg")
            #expect(page.exit == .status(1) && page.output.contains("[html-page]"), "\(page.output)")
            let missing = try await place.check("--phone \(Self.mac) --json \(Self.base)/none.cfg")
            #expect(missing.exit == .status(1) && missing.output.contains("404"), "\(missing.output)")
            let untrusted = try await place.check("--phone \(Self.mac) https://\(LabNetwork.serverAddress)/")
            #expect(untrusted.exit == .status(1) && untrusted.output.contains("is not trusted"), "\(untrusted.output)")
            await tftp.stop()
            await ftp.stop()
        }
    }

    @Test("with --follow, the files that an initial file names are checked and resolved as in a run")
    func follow() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            _ = try await Nginx.start(
                in: lab,
                files: [
                    "KX-UTG200B.cfg": Document.initial(
                        standard: "\(Self.base)/Config{MAC}.cfg",
                        product: "\(Self.base)/Config{MODEL}.cfg",
                        master: "\(Self.base)/none.cfg"
                    ),
                    "Config\(Self.mac).cfg": Document.device(registrar: "standard.example.com"),
                    "ConfigKX-UTG200B.cfg": Document.device(
                        registrar: "product.example.com",
                        prov: "<CFG_RTRY_INTVL>7</CFG_RTRY_INTVL>"
                    ),
                ]
            )
            // A TFTP server that has no such file says so at once.
            let tftp = try await TFTPD.start(in: lab, files: [:])
            // Without a protocol all four are tried, and without a URL nothing is beside it.
            try place.put(
                "bare.cfg",
                Document.initial(
                    standard: "Config{MAC}.cfg",
                    product: "\(LabNetwork.serverAddress)/Config{MODEL}.cfg",
                    master: "\(LabNetwork.serverAddress)/none.cfg"
                )
            )
            let bare = try await place.check("--phone \(Self.mac) --follow --settings bare.cfg")
            #expect(bare.exit == .status(1))
            #expect(bare.output.contains("it names ‘Config{MAC}.cfg’, beside the URL"), "\(bare.output)")
            #expect(bare.output.contains("SIP_RGSTR_ADDR_1=product.example.com"), "\(bare.output)")
            #expect(!bare.output.contains("tftp://\(LabNetwork.serverAddress)/ConfigKX"), "\(bare.output)")
            for scheme in ["tftp", "http", "https", "ftp"] {
                #expect(
                    bare.output.contains("\(scheme)://\(LabNetwork.serverAddress)/none.cfg: error:"),
                    "\(bare.output)"
                )
            }

            await tftp.stop()

            let done = try await place.check("--phone \(Self.mac) --follow --settings \(Self.base)/")
            #expect(done.exit == .status(1), "the master file is missing")
            #expect(done.output.contains("\(Self.base)/none.cfg: error:"), "\(done.output)")
            #expect(
                done.output.contains("SIP_RGSTR_ADDR_1=standard.example.com  (\(Self.base)/Config\(Self.mac).cfg:5)")
            )
            #expect(done.output.contains("CFG_RTRY_INTVL=7  (\(Self.base)/ConfigKX-UTG200B.cfg:4)"), "\(done.output)")
        }
    }

    /// As far as GitHub's code scanning and the minimum of the specification read it.
    private struct SARIF: Decodable {
        struct Text: Decodable { let text: String }
        struct Rule: Decodable {
            let id: String
            let shortDescription: Text
        }
        struct Driver: Decodable {
            let name: String
            let version: String
            let rules: [Rule]
        }
        struct Tool: Decodable { let driver: Driver }
        struct Artifact: Decodable { let uri: String }
        struct Region: Decodable {
            let startLine: Int
            let startColumn: Int?
        }
        struct Physical: Decodable {
            let artifactLocation: Artifact
            let region: Region?
        }
        struct Location: Decodable { let physicalLocation: Physical }
        struct Result: Decodable {
            let ruleId: String
            let ruleIndex: Int
            let level: String
            let message: Text
            let locations: [Location]
            let partialFingerprints: [String: String]
        }
        struct Run: Decodable {
            let tool: Tool
            let columnKind: String
            let results: [Result]
        }
        let version: String
        let runs: [Run]
    }

    @Test("SARIF has what its readers need, and fingerprints that stay while lines move")
    func sarif() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            try FileManager.default.createDirectory(
                at: place.folder.appending(path: "a b"),
                withIntermediateDirectories: true
            )
            func read(_ text: String) async throws -> SARIF.Run {
                try place.put("a b/f.cfg", text)
                let done = try await place.check("--format sarif \"$PWD/a b/f.cfg\"")
                #expect(done.exit == .status(1) && done.output.contains("sarif-schema-2.1.0.json"))
                let log = try JSONDecoder().decode(SARIF.self, from: Data(done.output.utf8))
                #expect(log.version == "2.1.0" && log.runs.count == 1)
                return try #require(log.runs.first)
            }
            let first = try await read(Self.faulty)
            #expect(first.columnKind == "unicodeCodePoints")
            #expect(first.results.map(\.ruleId) == ["unknown-parameter", "invalid-value"])
            for result in first.results {
                #expect(["error", "warning", "note"].contains(result.level))
                #expect(first.tool.driver.rules[result.ruleIndex].id == result.ruleId)
                #expect(result.locations.first?.physicalLocation.artifactLocation.uri == "a%20b/f.cfg")
                #expect(result.locations.first?.physicalLocation.region?.startLine ?? 0 > 1)
            }
            #expect(Set(first.tool.driver.rules.map(\.id)).count == first.tool.driver.rules.count)
            let moved = try await read("\n\n" + Self.faulty)
            #expect(moved.results.map(\.partialFingerprints) == first.results.map(\.partialFingerprints))
            #expect(moved.results.first?.locations.first?.physicalLocation.region?.startLine == 4)
        }
    }

    @Test("parameters tells what the dictionary knows, and what it does not")
    func parameters() async throws {
        try await LabNetwork.with { lab in
            let place = try Place(lab)
            let one = try await place.shell("phoneprovctl parameters CFG_RTRY_INTVL")
            #expect(
                one.exit == .status(0) && one.output.contains("1 to 1440 minutes") && one.output.contains("[S KX-UT")
            )
            struct Answer: Decodable {
                struct Parameter: Decodable {
                    let name: String
                    let line: Bool
                    let meaning: String
                    let source: String
                }
                let parameters: [Parameter]
            }
            let all = try await place.shell("phoneprovctl parameters --json")
            let answer = try JSONDecoder().decode(Answer.self, from: Data(all.output.utf8))
            #expect(answer.parameters.count == 317 && answer.parameters.contains { $0.name == "SIP_PASS" && $0.line })
            let group = try await place.shell("phoneprovctl parameters System/Prov")
            #expect(group.output.contains("USR_PROV_SVR_URL") && !group.output.contains("SIP_PASS"))
            let unknown = try await place.shell("phoneprovctl parameters CFG_ZYCLIC")
            #expect(unknown.exit == .status(2) && unknown.errors.contains("did you mean CFG_CYCLIC"))
        }
    }
}
