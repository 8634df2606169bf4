import Foundation
import LabSupport
import Testing

/// What real FTP and TFTP servers refuse, and what a bad cable does.
@Suite("FTP and TFTP servers")
struct FileServerFaultTests {
    @Test("a login that FTP refuses, a file that is not there, and one that is too large")
    func ftp() async throws {
        try await LabNetwork.with { lab in
            let large = Document.device(registrar: "large.example.com") + String(repeating: " ", count: 245_761)
            _ = try await VSFTPD.start(
                in: lab,
                files: ["good.cfg": Document.device(registrar: "ftp.example.com"), "large.cfg": large],
                user: .init("id", password: "pass1")
            )
            _ = try await Nginx.start(in: lab, files: Fault.good)
            // vsftpd takes seconds to refuse a password, and the login counts as a part of the connection.
            let limits = "downloads: { connectSeconds: 20, totalSeconds: 30 }"
            let daemon = try await Fault.provisioned(in: lab, lines: [limits])
            let refused = "the FTP server refuses user name or password"
            for fault in [
                Fault("ftp://id:wrong@198.51.100.1/good.cfg", says: refused, within: 20),
                Fault("ftp://198.51.100.1/good.cfg", says: refused, within: 20),
                Fault("ftp://id:pass1@198.51.100.1/none.cfg", says: "the FTP server has no such file"),
                Fault("ftp://id:pass1@198.51.100.1/large.cfg", says: "more than 245760 bytes"),
                Fault("ftp://id:pass1@198.51.100.1/", says: "KX-UTG200B.cfg: the FTP server has no such file"),
            ] {
                try await fault.suffer(daemon)
            }
            try await Fault.expectKept(daemon)
            // USR_PROV_SVR_AUTH_* are for the URL of step 2, whatever its protocol.
            try await daemon.set("USR_PROV_SVR_URL", "ftp://198.51.100.1/good.cfg")
            try await daemon.set("USR_PROV_SVR_AUTH_ID", "id")
            try await daemon.set("USR_PROV_SVR_AUTH_PASSWORD", "pass1")
            #expect(try await daemon.provision().state == "provisioned")
        }
    }

    @Test("a file that TFTP does not have, and one that is too large")
    func tftp() async throws {
        try await LabNetwork.with { lab in
            let large = Document.device(registrar: "large.example.com") + String(repeating: " ", count: 245_761)
            _ = try await TFTPD.start(in: lab, files: ["large.cfg": large])
            _ = try await Nginx.start(in: lab, files: Fault.good)
            let daemon = try await Fault.provisioned(in: lab)
            try await Fault("tftp://198.51.100.1/none.cfg", says: "the TFTP server has no such file").suffer(daemon)
            try await Fault("tftp://198.51.100.1/large.cfg", says: "more than 245760 bytes").suffer(daemon)
            try await Fault.expectKept(daemon)
        }
    }

    @Test("TFTP over a cable that loses 30 % of the frames brings the file, with patience")
    func lossyTFTP() async throws {
        try await LabNetwork.with(LabNetwork.Options(wire: true)) { lab in
            let padding = "<!--\(String(repeating: "x", count: 400))-->"
            let files = ["a.cfg": Document.device(registrar: "lossy.example.com") + padding]
            _ = try await TFTPD.start(in: lab, files: files)
            let patience = "downloads: { firstByteSeconds: 90, idleSeconds: 90, totalSeconds: 180 }"
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1, lines: [patience]))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "tftp://198.51.100.1/a.cfg")
            lab.wire?.impair(Impairment(loss: 0.3, seed: 5))
            _ = try await daemon.ctl(["provision"])
            let status = try await daemon.waitForRun(seconds: 200)
            let said = try await daemon.text(ofStep: 8)
            #expect(status.state == "provisioned", "\(said)")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "lossy.example.com")
        }
    }

    @Test("a server that has the file under the MAC address in the other case is named", arguments: ["http", "tftp"])
    func otherCase(scheme: String) async throws {
        try await LabNetwork.with { lab in
            let device = Document.device(registrar: "lower.example.com")
            var files = Fault.good
            files["Config0080f0abcdef.cfg"] = device
            files["named.cfg"] = Document.initial(standard: "\(scheme)://198.51.100.1/Config{MAC}.cfg")
            let nginx = try await Nginx.start(in: lab, files: files)
            _ = try await TFTPD.start(in: lab, files: ["Config0080f0abcdef.cfg": device])
            let daemon = try await Fault.provisioned(in: lab)
            let lower = "\(scheme)://198.51.100.1/Config0080f0abcdef.cfg"
            let said = "your server has it, under another case: \(lower) answers; write {mac} in the URL"
            try await Fault("\(scheme)://198.51.100.1/Config{MAC}.cfg", says: said).suffer(daemon)
            try await daemon.set("USR_PROV_SVR_URL", "http://198.51.100.1/named.cfg")
            #expect(try await daemon.provision().state == "fallback")
            #expect(try await daemon.text(ofStep: 8).contains("standard file: \(scheme)://"))
            #expect(try await daemon.text(ofStep: 8).contains(said))
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "before.example.com")
            if scheme == "http" {
                let asked = try nginx.records.map(\.target).filter { $0.lowercased().contains("config0080") }
                #expect(asked.prefix(2) == ["/Config0080F0ABCDEF.cfg", "/Config0080f0abcdef.cfg"])
            }
            try await Fault("\(scheme)://198.51.100.1/None{MAC}.cfg", says: "no such file").suffer(daemon)
            #expect(try await !daemon.text(ofStep: 8).contains("under another case"))
        }
    }
}
