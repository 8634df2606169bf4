import Testing

@testable import DHCPOptions

@Suite("What the hooks of other clients hand over")
struct HookTranslationTests {
    @Test("Bytes that are not UTF-8 come through an environment")
    func bytes() throws {
        let entries: [[UInt8]] = [
            Array("reason=BOUND".utf8), Array("interface=eth0".utf8),
            Array("new_phone_prov_160=http://".utf8) + [0xE9, 0xFF] + Array("\\134x=y".utf8),
            Array("new_phone_prov_159=http://é/".utf8), Array("=x".utf8), Array("novalue".utf8),
            [0xFF] + Array("name=x".utf8), Array("reason=RENEW".utf8),
        ]
        let variables = HookEnvironment.variables(of: entries.flatMap { $0 + [0] })
        #expect(
            variables == [
                "reason": "BOUND", "interface": "eth0", "new_phone_prov_160": #"http://\351\377\134x=y"#,
                "new_phone_prov_159": "http://é/",
            ]
        )
        let bytes = try ClientEncoding.bytes(of: try #require(variables["new_phone_prov_160"]))
        #expect(bytes == Array("http://".utf8) + [0xE9, 0xFF] + Array(#"\x=y"#.utf8))
    }

    @Test("What is written as dhclient writes comes back, whatever the bytes are")
    func encoding() throws {
        for length in [0, 1, 3, 5, 255] {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(try ClientEncoding.bytes(of: ClientEncoding.text(of: bytes)) == bytes)
        }
        let all = (0...255).map { UInt8($0) }
        #expect(try ClientEncoding.bytes(of: ClientEncoding.text(of: all)) == all)
    }

    @Test("What a client does not hand over is named, and kept with the lease until it ends")
    func losses() throws {
        let event = try DHCPEvent(environment: [
            "reason": "BOUND", "interface": "eth0", "phone_prov_lost": "66:bad 160:not-requested renewals:unreported",
        ])
        let losses: [DHCPLoss] = [.option(66, .bad), .option(160, .notRequested), .renewals]
        #expect(event.losses == losses && event.notes == losses.map(DHCPEvent.Note.lost))
        let values = LeaseValues().merging(event)
        #expect(values.losses == losses)
        let end = try DHCPEvent(environment: ["reason": "EXPIRE", "interface": "eth0", "phone_prov_lost": ""])
        #expect(values.merging(end).losses.isEmpty)
        for note in event.notes { #expect(note.description.contains("phoneprov-inform.socket")) }
    }

    @Test(
        "Words that no hook writes are refused",
        arguments: ["66", "66:", "67:bad", "66:worse", "x:bad", "renewals", "66:bad 66:bad", "-66:bad"]
    )
    func wrongWords(text: String) {
        #expect(throws: DHCPEventError.malformed(name: "phone_prov_lost", value: text)) {
            try DHCPEvent(environment: ["reason": "BOUND", "interface": "eth0", "phone_prov_lost": text])
        }
    }
}
