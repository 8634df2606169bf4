import Foundation
import LabSupport
import Testing

/// Flash as it can be met in the field: cut off, damaged, full, not to be written.
@Suite("Flash")
struct StoreTests {
    private static let web = "http://198.51.100.1"
    private static let odd = "http://198.51.100.1:8080"

    @Test("killed in the middle of a run, it starts again with the settings from before the run")
    func killed() async throws {
        try await LabNetwork.with { lab in
            let odd = try OddServer(in: lab, port: 8080)
            defer { odd.stop() }
            let nginx = try await Nginx.start(
                in: lab,
                files: [
                    "a.cfg": Document.initial(standard: "s.cfg"),
                    "s.cfg": Document.device(registrar: "old.example.com"),
                ]
            )
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            let before = try await daemon.ctl(["get", "--reveal"]).output

            // The second run gets an initial file and a standard file that are new, and hangs at the product file.
            try nginx.put("a.cfg", Document.initial(standard: "s.cfg", product: "\(Self.odd)/silent.cfg"))
            try nginx.put("s.cfg", Document.device(registrar: "new.example.com"))
            _ = try await daemon.ctl(["provision"])
            _ = try await nginx.waitForRequests("/s.cfg", count: 2)
            try await daemon.crash()

            await nginx.stop()
            try await daemon.start()
            #expect(try await daemon.ctl(["get", "--reveal"]).output == before)
            #expect(try await daemon.waitForRun().state == "fallback")
            #expect(try await daemon.ctl(["get", "--reveal"]).output == before)
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "old.example.com")
        }
    }

    @Test("a damaged store is moved aside with an error in the log, and the phone starts from factory defaults")
    func damagedStore() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "kept.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            _ = try await daemon.waitForRun()
            #expect(try await daemon.provision().state == "provisioned")
            try await daemon.stop()

            let state = daemon.directory.appending(path: "state")
            let garbage = Data((0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) })
            try garbage.write(to: state.appending(path: "flash.sqlite"))
            try await daemon.start()
            let log = try daemon.process.transcript
            #expect(log.contains("flash was damaged"), "\(log)")
            let names = try FileManager.default.contentsOfDirectory(atPath: state.path(percentEncoded: false))
            let aside = try #require(names.first { $0.hasPrefix("flash.sqlite.damaged-") && !$0.hasSuffix("-wal") })
            #expect(log.contains(aside))
            #expect(try Data(contentsOf: state.appending(path: aside)) == garbage)
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1").isEmpty)
            #expect(try await daemon.value(of: "USR_PROV_SVR_URL").isEmpty)

            // The new store is a good one.
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            try await daemon.crash()
            try await daemon.start()
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "kept.example.com")
        }
    }

    @Test("a run that flash has no room for changes nothing, and the next one that fits is kept")
    func full() async throws {
        try await LabNetwork.with { lab in
            let nginx = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "old.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.stop()
            let place = daemon.directory.appending(path: "state").path(percentEncoded: false)
            let process = try daemon.launch(in: lab, after: "mount -t tmpfs -o size=300k small '\(place)'")
            try await daemon.waitForSocket(of: process)
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            let before = try await daemon.ctl(["get", "--reveal"]).output

            let large = Document.device(registrar: "new.example.com")
            try nginx.put("a.cfg", large + "<!--\(String(repeating: "x", count: 240_000 - large.utf8.count))-->")
            let state = try await daemon.provision().state
            #expect(state == "fallback")
            let said = try await daemon.text(ofStep: 9)
            #expect(said.contains("flash could not be written, so the run has changed nothing"), "\(said)")
            #expect(try await daemon.ctl(["get", "--reveal"]).output == before)

            try nginx.put("a.cfg", Document.device(registrar: "newer.example.com"))
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "newer.example.com")
            #expect(process.exit == nil)
        }
    }

    @Test("without a directory that can be written the phone works from memory, with an error in the log")
    func unwritable() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["a.cfg": Document.device(registrar: "memory.example.com")])
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            try await daemon.stop()
            let state = daemon.directory.appending(path: "state").path(percentEncoded: false)
            let process = try daemon.launch(in: lab, after: "mount -t tmpfs -o ro nothing '\(state)'")
            try await daemon.waitForSocket(of: process)
            #expect(process.transcript.contains("flash cannot be kept in \(state)"), "\(process.transcript)")
            _ = try await daemon.waitForRun()
            try await daemon.set("USR_PROV_SVR_URL", "\(Self.web)/a.cfg")
            #expect(try await daemon.provision().state == "provisioned")
            #expect(try await daemon.value(of: "SIP_RGSTR_ADDR_1") == "memory.example.com")
        }
    }
}
