import Foundation
import Logging
@testable import WebProgramming
import Testing
import X509

@Suite("The configuration of phoneprov-web")
struct ConfigurationTests {
    @Test("is read, and a file that is not there is told from an empty one")
    func reads() throws {
        let text = """
            listenAddress: "::1"
            listenPort: 9443
            controlSocket: /run/x
            names: [phone.example.com, 192.0.2.7]
            idleMinutes: 0
            """
        let configuration = try WebConfiguration.read(text, path: "a")
        #expect(configuration.listenAddress == "::1" && configuration.listenPort == 9443)
        #expect(configuration.names == ["phone.example.com", "192.0.2.7"] && configuration.idleMinutes == 0)
        #expect(try WebConfiguration.load(path: "/nonexistent/file") == nil)
        #expect(try WebConfiguration.load(path: "/dev/null") == WebConfiguration())
        #expect(try WebConfiguration.read("", path: "a") == WebConfiguration())
    }

    @Test("as shipped has every key, each with its default and a comment of its own")
    func shipped() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "../../etc/phoneprovd/phoneprov-web.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(try WebConfiguration.read(text, path: "a") == WebConfiguration())
        let paragraphs = text.split(separator: "\n\n").dropFirst().map { $0.split(separator: "\n") }
        let keys = paragraphs.compactMap { $0.last?.prefix { $0 != ":" } }
        #expect(
            Set(keys) == [
                "listenAddress", "listenPort", "controlSocket", "stateDirectory", "certificate", "privateKey", "names",
                "idleMinutes",
            ]
        )
        #expect(paragraphs.allSatisfy { $0.count > 1 && $0.dropLast().allSatisfy { $0.hasPrefix("# ") } })
    }

    @Test(
        "is refused with the line and the reason",
        arguments: [
            ("listenPort: 70000", "a:1: listenPort"), ("\nlistenAddress: localhost", "a:2: listenAddress"),
            ("colour: red", "a:1: colour is not known"), ("certificate: cert.pem", "a:1: certificate"),
            ("certificate: /a.pem", "go together"), ("names: x y", "names: a list"), ("names: [\"a b\"]", "a:1: names"),
            ("idleMinutes: -1", "idleMinutes"), ("- a", "keys and values"), ("a: [", "a:"),
        ]
    )
    func refuses(text: String, reason: String) {
        do {
            _ = try WebConfiguration.read(text, path: "a")
            Issue.record("taken: \(text)")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test("a certificate is made once, kept for nobody else to read, and renewed before its end")
    func certificate() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "web-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var configuration = WebConfiguration()
        configuration.stateDirectory = directory.path
        configuration.names = ["phone.example.com", "192.0.2.7"]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let file = directory.appending(path: CertificateStore.certificateFile)
        let now = Date()
        let store = try CertificateStore(configuration, now: now, logger: logger)
        let first = try String(contentsOf: file, encoding: .utf8)
        for name in [CertificateStore.certificateFile, CertificateStore.privateKeyFile] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.appending(path: name).path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        let made = try Certificate(pemEncoded: first)
        let names = try #require(try made.extensions.subjectAlternativeNames)
        #expect(names.contains(.dnsName("phone.example.com")) && names.contains(.dnsName("localhost")))
        #expect(
            names.contains {
                if case .ipAddress(let bytes) = $0 { Array(bytes.bytes) == [192, 0, 2, 7] } else { false }
            }
        )

        store.refresh(now: now.addingTimeInterval(300 * 86_400))
        #expect(try String(contentsOf: file, encoding: .utf8) == first)
        store.refresh(now: now.addingTimeInterval(370 * 86_400))
        let second = try String(contentsOf: file, encoding: .utf8)
        #expect(second != first)
        #expect(try Certificate(pemEncoded: second).notValidAfter > now.addingTimeInterval(700 * 86_400))

        // A certificate of one's own that is not there is said, and nothing else is put in its place.
        configuration.certificate = "/nonexistent/cert.pem"
        configuration.privateKey = "/nonexistent/key.pem"
        #expect(throws: CertificateStore.Problem.self) { try CertificateStore(configuration, logger: logger) }
    }

    @Test("a certificate of one's own is checked with its key, and what is wrong is said of the file that is wrong")
    func ownCertificate() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "web-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func path(_ name: String) -> String { directory.appending(path: name).path }
        let pairs = try (1...2).map { _ in try SelfSignedCertificate(names: ["localhost"], now: Date()) }
        for (name, text) in [
            ("cert", pairs[0].certificate), ("key", pairs[0].privateKey), ("other", pairs[1].privateKey),
            ("text", "no PEM\n"),
        ] {
            try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        }
        func fault(_ certificate: String, _ key: String) -> String? {
            var configuration = WebConfiguration()
            configuration.certificate = path(certificate)
            configuration.privateKey = path(key)
            do {
                try CertificateStore.check(configuration)
            } catch {
                return "\(error)"
            }
            return nil
        }
        #expect(fault("cert", "key") == nil)
        #expect(fault("none", "key")?.hasPrefix("\(path("none")): there is no such file") == true)
        #expect(fault("cert", "none")?.hasPrefix("\(path("none")): there is no such file") == true)
        #expect(fault("text", "key") == "\(path("text")): no certificate in PEM can be read in it")
        #expect(fault("cert", "text")?.hasPrefix("\(path("text")): no private key in PEM") == true)
        #expect(fault("cert", "other")?.hasPrefix("\(path("other")): the key is not that of") == true)
        try CertificateStore.check(WebConfiguration())
    }

    @Test("sockets are taken from systemd only when they are meant for this process, and listen")
    func sockets() {
        #expect(ListeningSockets.inherited(variables: [:]).isEmpty)
        #expect(ListeningSockets.inherited(variables: ["LISTEN_FDS": "1"]).isEmpty)
        #expect(ListeningSockets.inherited(variables: ["LISTEN_FDS": "1", "LISTEN_PID": "1"], process: 2).isEmpty)
        #expect(ListeningSockets.inherited(variables: ["LISTEN_FDS": "-1", "LISTEN_PID": "2"], process: 2).isEmpty)
        #expect(ListeningSockets.inherited(variables: ["LISTEN_FDS": "abc", "LISTEN_PID": "2"], process: 2).isEmpty)
    }

    @Test("times are read as they are written, and nothing else is a time")
    func times() {
        #expect(Instant.words("1970-01-01T00:00:01.5Z") == "1 Jan 1970, 00:00:01 UTC")
        #expect(Instant.words("2026-11-25T15:20:31Z") == "25 Nov 2026, 15:20:31 UTC")
        for text in ["", "2026-11-25", "2026-13-25T15:20:31Z", "2026-11-25T15:20:31+01:00", "aaaa-bb-ccTdd:ee:ffZ"] {
            #expect(Instant.words(text) == text)
        }
    }
}
