import Foundation
import LabSupport
import Testing

/// HTTPS: what is wrong with a server's certificate is said, and with which one of its chain; and whom the phone trusts.
@Suite("Certificates")
struct CertificateFaultTests {
    private static let web = "http://198.51.100.1"
    private static let https = "https://198.51.100.1"

    @Test("what is wrong with a certificate is said, for each kind; with its root it is taken")
    func faults() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            var files = Fault.good
            files["rooted.cfg"] = Document.initial(standard: "s.cfg", root: "root.pem")
            files["root.pem"] = try String(contentsOf: certificates.root, encoding: .utf8)
            _ = try await Nginx.start(
                in: lab,
                files: files,
                rules: [NginxRule("/down.cfg", .redirect(to: "\(Self.web)/good.cfg"))],
                listeners: [
                    .http(), .https(443, .good), .https(8441, .expired), .https(8442, .wrongHost),
                    .https(8443, .selfSigned), .https(8444, .future), .https(8445, .weak), .https(8446, .belowExpired),
                    .https(8447, .belowMissing),
                ],
                certificates: certificates
            )
            let daemon = try await Fault.provisioned(in: lab)
            try await Fault("\(Self.https)/good.cfg", says: "issued by \"CN = Lab root\", which is not trusted").suffer(
                daemon
            )
            try await Fault("\(Self.https):8443/good.cfg", says: "\"CN = Lab selfSigned\" is self-signed").suffer(
                daemon
            )

            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/rooted.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.text(ofStep: 8).contains("trusted from now on: 1 certificate (CN=Lab root)"))
            for fault in [
                Fault(
                    "\(Self.https):8441/good.cfg",
                    says: "the server's certificate \"CN = Lab expired\" has expired on"
                ),
                Fault("\(Self.https):8442/good.cfg", says: "it is for DNS:other.example.net"),
                Fault("\(Self.https):8443/good.cfg", says: "self-signed"),
                Fault("\(Self.https):8444/good.cfg", says: "is not valid yet, only from Jan  1 00:00:00 2045 GMT on"),
                Fault("\(Self.https):8445/good.cfg", says: "\"CN = Lab weak\" would be too weak"),
                Fault(
                    "\(Self.https):8446/good.cfg",
                    says: "certificate 2 of the server's chain, \"CN = Lab expiredAuthority\""
                ),
                Fault(
                    "\(Self.https):8447/good.cfg",
                    says: "issued by \"CN = Lab unsentAuthority\", which is not trusted"
                ),
                Fault("\(Self.https)/down.cfg", says: "not encrypted"),
                Fault("\(Self.https):80/good.cfg", says: "does not speak TLS"),
            ] {
                try await fault.suffer(daemon)
            }
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.https)/rooted.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            try await Fault.expectKept(daemon)
        }
    }

    @Test("roots are taken as PEM and DER, several in a file, and fetched again only when they have changed")
    func provisionedRoots() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "a.cfg": Document.initial(standard: "\(Self.https)/s.cfg", root: "root"),
                    "s.cfg": Document.device(registrar: "rooted.example.com"),
                ],
                listeners: [.http(), .https(443, .good)],
                certificates: certificates
            )
            let pem = try Data(contentsOf: certificates.root)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            let forms: [(bytes: Data, says: String)] = [
                (pem, "trusted from now on: 1 certificate (CN=Lab root)"),
                (try Data(contentsOf: certificates.rootDER), "trusted from now on: 1 certificate (CN=Lab root)"),
                (
                    try Data(contentsOf: certificates.otherRoot) + pem,
                    "trusted from now on: 2 certificates (CN=Lab otherRoot; CN=Lab root)"
                ),
            ]
            for form in forms {
                try nginx.put("root", form.bytes)
                #expect(try await daemon.provision().state == "provisioned")
                #expect(try await daemon.text(ofStep: 8).contains(form.says))
            }
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.text(ofStep: 8).contains("trusted as before: 2 certificates"))
            #expect(try nginx.records.filter { $0.target == "/root" }.map(\.status) == ["200", "200", "200", "304"])

            // A file that is none does not take the place of one that is.
            try nginx.put("root", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
            #expect(try await daemon.provision().state == "provisioned")
            let said = try await daemon.text(ofStep: 8)
            #expect(said.contains("certificate 1 of 1 in it cannot be read"), "\(said)")
            #expect(said.contains("the one that was fetched before stays trusted"), "\(said)")
        }
    }

    @Test("a root that the initial file names no more is no longer trusted, now and after a restart")
    func droppedRoot() async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            let standard = "\(Self.https)/s.cfg"
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "a.cfg": Document.initial(standard: standard, root: "root.pem"),
                    "s.cfg": Document.device(registrar: "rooted.example.com"),
                ],
                listeners: [.http(), .https(443, .good)],
                certificates: certificates
            )
            try nginx.put("root.pem", try Data(contentsOf: certificates.root))
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")

            // It stays trusted while the server cannot give it, and while the initial file cannot be had.
            try nginx.remove("root.pem")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.text(ofStep: 8).contains("the one that was fetched before stays trusted"))
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.https)/none.cfg")
            #expect(try await daemon.provision().state == "fallback")
            #expect(try await daemon.text(ofStep: 8).contains("HTTP 404"))

            // Another place is named, which has none: what came from the old one counts no more.
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            try nginx.put("a.cfg", Document.initial(standard: standard, root: "other.pem"))
            #expect(try await daemon.provision().state == "fallback")
            var said = try await daemon.text(ofStep: 8)
            #expect(said.contains("which is named no more, is no longer trusted"), "\(said)")
            #expect(said.contains("which is not trusted; provide its root"), "\(said)")

            try nginx.put("root.pem", try Data(contentsOf: certificates.root))
            try nginx.put("a.cfg", Document.initial(standard: standard, root: "root.pem"))
            #expect(try await daemon.provision().state == "provisioned")
            try nginx.put("a.cfg", Document.initial(standard: standard))
            for _ in 0..<2 {
                #expect(try await daemon.provision().state == "fallback")
                said = try await daemon.text(ofStep: 8)
                #expect(said.contains("which is not trusted; provide its root"), "\(said)")
                try await daemon.crash()
                try await daemon.start()
                _ = try await daemon.waitForRun()
            }
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "rooted.example.com")
        }
    }

    @Test(
        "the system's roots are trusted, unless the provisioned ones are to be the only ones",
        arguments: [false, true]
    )
    func systemRoots(onlyProvisioned: Bool) async throws {
        try await LabNetwork.with { lab in
            let certificates = try await LabCertificates.make(in: lab)
            var files = Fault.good
            files["rooted.cfg"] = Document.initial(standard: "\(Self.https)/s.cfg", root: "root.pem")
            files["root.pem"] = try String(contentsOf: certificates.root, encoding: .utf8)
            _ = try await Nginx.start(
                in: lab,
                files: files,
                listeners: [.http(), .https(443, .good)],
                certificates: certificates
            )
            let daemon = try await Daemon.start(
                in: lab,
                .init(pnpTimeoutSeconds: 1, onlyProvisionedRoots: onlyProvisioned)
            )
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.https)/good.cfg")
            try await daemon.stop()
            // As if the administrator had installed the lab's root on this machine.
            let system = "/etc/ssl/certs/ca-certificates.crt"
            let process = try daemon.launch(in: lab, after: "mount --bind \(certificates.root.path()) \(system)")
            try await daemon.waitForSocket(of: process)
            #expect(try await daemon.waitForRun().state == (onlyProvisioned ? "failed" : "provisioned"))
            #expect(try await daemon.text(ofStep: 8).contains("which is not trusted") == onlyProvisioned)
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/rooted.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            await process.stop()
        }
    }
}
