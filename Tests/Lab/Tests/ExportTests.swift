import Foundation
import LabSupport
import Testing

/// A phone's settings and saved files as one archive, and back, with the tar of every Debian between.
@Suite("Export and import")
struct ExportTests {
    private static let device = Document.device(
        registrar: "a.example.com",
        prov: "<CFG_FILE_KEY>0123456789abcdef0123456789abcdef</CFG_FILE_KEY>"
    )

    private static func servers(_ lab: LabNetwork) async throws -> (nginx: Nginx, daemon: Daemon) {
        let base = "http://\(LabNetwork.serverAddress)"
        let nginx = try await Nginx.start(
            in: lab,
            files: [
                "KX-UTG200B.cfg": Document.initial(standard: "\(base)/Config{MAC}.cfg"),
                "Config0080F0ABCDEF.cfg": device,
            ]
        )
        let daemon = try await Daemon.start(in: lab)
        try await daemon.set("USR_PROV_SVR_URL", base)
        try await daemon.set("DISPLAY_NAME_2", "Anna \"Ä\"")
        _ = try await daemon.provision()
        return (nginx, daemon)
    }

    private static func path(_ daemon: Daemon, _ name: String) -> String {
        daemon.directory.appending(path: name).path(percentEncoded: false)
    }

    private static func shell(_ script: String, in daemon: Daemon) async throws -> LabProcess.Finished {
        let place = daemon.directory.path(percentEncoded: false)
        return try await LabProcess.run(LabCommand(["sh", "-ec", "cd \"$1\"\n\(script)", "sh", place]))
    }

    @Test("a phone that was reset gets everything back, without its server")
    func roundTrip() async throws {
        try await LabNetwork.with { lab in
            let (nginx, daemon) = try await Self.servers(lab)
            let file = Self.path(daemon, "phone.tar")
            let exported = try await daemon.ctl(["export", file])
            #expect(exported.exit == .status(0), "\(exported.errors)")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600, "it holds passwords")

            // Real tools read it, and find its sums right.
            let unpacked = try await Self.shell(
                "mkdir out; tar -xf phone.tar -C out; cd out; sha256sum --check --strict SHA256SUMS; cat files/standard",
                in: daemon
            )
            #expect(unpacked.exit == .status(0), "\(unpacked.errors)")
            #expect(unpacked.output.contains("files/standard: OK") && unpacked.output.contains("phone.json: OK"))
            #expect(unpacked.output.contains(Self.device), "the file as it was received")

            // With the server gone, a reset phone has nothing, and an import brings back what there was.
            await nginx.process.stop()
            #expect(try await daemon.ctl(["factory-reset", "--yes"]).exit == .status(0))
            #expect(try await daemon.waitForRun().state == "failed")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "")
            let imported = try await daemon.ctl(["import", file])
            #expect(imported.exit == .status(0), "\(imported.errors)")
            #expect(
                imported.output.contains("2 settings of the user, saved files: standard, initial"),
                "\(imported.output)"
            )
            #expect(try await daemon.waitForRun().state == "fallback")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "a.example.com")
            #expect(try await daemon.value(of: "DISPLAY_NAME_2") == "Anna \"Ä\"")
            #expect(try await daemon.value(of: "CFG_FILE_KEY") == "***")
            let history = try await daemon.ctl(["history"])
            #expect(history.output.contains("DISPLAY_NAME_2"), "who gave it its value: \(history.output)")

            // What tar has packed anew is an export too, by standard input and through a pipe.
            let repacked = try await Self.shell(
                "tar -cf again.tar --format=ustar -C out ./SHA256SUMS ./files ./phone.json",
                in: daemon
            )
            #expect(repacked.exit == .status(0), "\(repacked.errors)")
            #expect(try await daemon.ctl(["import", Self.path(daemon, "again.tar")]).exit == .status(0))
            // It is in flash, not only in memory.
            try await daemon.crash()
            try await daemon.start()
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "a.example.com")
        }
    }

    @Test("an archive that is not whole, hostile or of another phone changes nothing")
    func refusals() async throws {
        try await LabNetwork.with { lab in
            let (_, daemon) = try await Self.servers(lab)
            #expect(try await daemon.ctl(["export", Self.path(daemon, "phone.tar")]).exit == .status(0))
            let made = try await Self.shell(
                """
                mkdir out; tar -xf phone.tar -C out
                head -c 2000 phone.tar >short.tar
                gzip --keep phone.tar
                ln -s /etc/shadow out/link; tar -cf link.tar -C out SHA256SUMS phone.json files link; rm out/link
                tar -cf up.tar -C out --transform 's|^|../|' SHA256SUMS phone.json files
                tar -cf absolute.tar -P -C out --transform 's|^|/|' SHA256SUMS phone.json files
                tar -cf twice.tar --hard-dereference -C out SHA256SUMS phone.json files phone.json
                echo x >out/more; tar -cf more.tar -C out SHA256SUMS phone.json files more; rm out/more
                cp -r out changed; echo ' ' >>changed/files/standard; tar -cf changed.tar -C changed .
                cp -r out other; cd other; sed -i s/0080F0ABCDEF/0080F0ABCDEE/ phone.json
                sha256sum phone.json files/* >SHA256SUMS; tar -cf ../other.tar .; cd ..
                cp -r out bad; cd bad; printf '<PANASIPPhoneConfig>' >files/standard
                sha256sum phone.json files/* >SHA256SUMS; tar -cf ../bad.tar .; cd ..
                """,
                in: daemon
            )
            #expect(made.exit == .status(0), "\(made.errors)")
            let cases = [
                ("short.tar", "ends early"), ("phone.tar.gz", "unpack it with gunzip"), ("link.tar", "a symbolic link"),
                ("up.tar", "leads out of the archive"), ("absolute.tar", "leads out of the archive"),
                ("twice.tar", "phone.json stands twice"), ("more.tar", "more has no place"),
                ("changed.tar", "does not have the SHA-256 sum"), ("other.tar", "--from-other-phone"),
                ("bad.tar", "its standard file would be refused"), ("phoneprovd.yaml", "no tar archive"),
            ]
            try await daemon.set("DISPLAY_NAME_2", "still here")
            for (name, says) in cases {
                let done = try await daemon.ctl(["import", Self.path(daemon, name)])
                #expect(done.exit == .status(1), "\(name): \(done.output)")
                #expect(
                    done.errors.contains(says) && done.errors.contains("nothing was changed"),
                    "\(name): \(done.errors)"
                )
                #expect(try await daemon.value(of: "DISPLAY_NAME_2") == "still here", "\(name)")
            }
            #expect(try await daemon.ctl(["import", Self.path(daemon, "none.tar")]).exit == .status(2))
            let taken = try await daemon.ctl(["import", "--from-other-phone", Self.path(daemon, "other.tar")])
            #expect(taken.exit == .status(0), "\(taken.errors)")
            #expect(try await daemon.value(of: "DISPLAY_NAME_2") == "Anna \"Ä\"")
        }
    }
}
