import Foundation
import LabSupport
import Testing

/// A phone whose server goes over to encrypted files, made by the openssl command as an engineer makes them.
@Suite("Encrypted configuration files")
struct EncryptedFileTests {
    private static let base = "http://\(LabNetwork.serverAddress)"
    private static let key = "0123456789abcdef0123456789abcdef"

    private static func encrypted(_ text: String, _ daemon: Daemon, key: String = key) async throws -> String {
        let place = daemon.directory.path(percentEncoded: false)
        try Data(text.utf8).write(to: daemon.directory.appending(path: "plain.cfg"))
        let made = try await LabProcess.run(
            LabCommand([
                "sh", "-ec",
                "cd \"$1\"; openssl enc -aes-192-cbc -md sha256 -a -salt -pass \"pass:$2\" -in plain.cfg 2>/dev/null",
                "sh",
                place, key,
            ])
        )
        #expect(made.exit == .status(0), "\(made.errors)")
        return made.output
    }

    @Test("the key that a plain file gave opens every encrypted file after it, and a wrong one changes nothing")
    func keyOfAPlainFile() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "KX-UTG200B.cfg": Document.initial(standard: "\(Self.base)/standard.cfg"),
                    "standard.cfg": Document.device(
                        registrar: "plain.example.com",
                        prov: "<CFG_FILE_KEY>\(Self.key)</CFG_FILE_KEY><CFG_FILE_KEY_LENGTH>192</CFG_FILE_KEY_LENGTH>"
                    ),
                ]
            )
            let daemon = try await Daemon.start(in: lab)
            try await daemon.set("USR_PROV_SVR_URL", Self.base)
            #expect(try await daemon.provision().state == "provisioned")

            // None of these names the key: it stays the phone’s. Their sizes differ, for nginx tells by them what has changed.
            for registrar in ["first.example.com", "second-with-blocks-more.example.com"] {
                try nginx.put("standard.cfg", try await Self.encrypted(Document.device(registrar: registrar), daemon))
                #expect(try await daemon.provision().state == "provisioned", "\(registrar)")
                #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == registrar)
            }
            #expect(try await daemon.provision().state == "provisioned", "unchanged")
            try await daemon.crash()
            try await daemon.start()
            #expect(try await daemon.provision().state == "provisioned", "after a restart")

            let other = try await Self.encrypted(Document.device(registrar: "x"), daemon, key: "another key")
            try nginx.put("standard.cfg", other)
            #expect(try await daemon.provision().state == "fallback")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "second-with-blocks-more.example.com")
            let explained = try await daemon.ctl(["explain"])
            #expect(explained.output.contains("does not open the file"), "\(explained.output)")
            #expect(!explained.output.contains(Self.key))
            #expect(try await daemon.value(of: "CFG_FILE_KEY") == "***")

            // The export of a phone comes back to it, or to one that was reset, although no file in it names the key.
            let archive = daemon.directory.appending(path: "phone.tar").path(percentEncoded: false)
            #expect(try await daemon.ctl(["export", archive]).exit == .status(0))
            #expect(try await daemon.ctl(["factory-reset", "--yes"]).exit == .status(0))
            #expect(try await daemon.waitForRun().state == "failed")
            #expect(try await daemon.value(of: "CFG_FILE_KEY") == "")
            let back = try await daemon.ctl(["import", archive])
            #expect(back.exit == .status(0), "\(back.errors)")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "second-with-blocks-more.example.com")
            let found = try await Self.encrypted(Document.device(registrar: "third.example.com"), daemon)
            try nginx.put("standard.cfg", found)
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "third.example.com")
        }
    }
}
