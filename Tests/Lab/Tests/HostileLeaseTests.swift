import Foundation
import LabSupport
import Testing

/// Values that no administrator means, through every client and its hook: whole, or refused with their bytes, and never a
/// command.
@Suite("Hostile values in a lease", .serialized)
struct HostileLeaseTests {
    private static let quick = "downloads: { connectSeconds: 1, firstByteSeconds: 1, idleSeconds: 1, trySeconds: 1 }"

    /// What a server sends, and what the phone's log says of it.
    struct Value {
        let bytes: [UInt8]
        let said: String
        /// What it says through dhclient, which writes text that looks like a list of hexadecimal numbers as it writes the
        /// bytes of such a list.
        var ambiguous: String?

        static func text(_ text: String, or ambiguous: String? = nil) -> Value {
            Value(bytes: Array(text.utf8), said: text, ambiguous: ambiguous)
        }
        static func text(_ sent: String, becomes text: String) -> Value { Value(bytes: Array(sent.utf8), said: text) }
        static func refused(_ bytes: [UInt8]) -> Value {
            let hex = bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined(separator: " ")
            return Value(bytes: bytes, said: "(bytes: \(hex))")
        }
    }

    /// Three at a time, in options 160, 159 and 66.
    private static func rounds(_ path: String) -> [[Value]] {
        let long = "http://198.51.100.1/" + String(repeating: "x", count: 255 - 20)
        // More than one option holds: in parts (RFC 3396).
        let split = "http://198.51.100.1/" + (0..<30).map { "part\($0)/" }.joined()
        return [
            [
                .text("http://h.invalid/$(touch${IFS}\(path)a)`touch${IFS}\(path)b`?x=\\101&y='z'|{mac}*[]<>~#!\";"),
                .text("$(touch \(path)c);touch \(path)d&&touch \(path)e||x"),
                // A quote at one end only.
                .refused(Array("' ; touch \(path)f ; \"`touch \(path)g`".utf8)),
            ],
            [
                .refused(Array("x\ntouch \(path)h\n".utf8)),
                .refused(Array("http://h/\0A".utf8)),
                .refused(Array("http://h/".utf8) + [0xE9, 0xFF, 0x41]),
            ],
            [.text(long), .text("\"http://h.invalid/\" ", becomes: "http://h.invalid/"), .text("http://é.invalid/ü")],
            [
                .text(split), Value(bytes: [198, 51, 100, 1], said: "198.51.100.1"),
                .text("00:80:f0:ab:cd:ef", or: "(bytes: 00 80 f0 ab cd ef)"),
            ],
        ]
    }

    @Test(
        "Through every client a value comes whole or is refused with its bytes, and runs nothing",
        arguments: [
            DHCPClientUnderTest.Kind.dhclient, .dhcpcd, .dhcpcdPlain, .udhcpc, .networkManagerDhclient, .networkd,
        ]
    )
    func values(kind: DHCPClientUnderTest.Kind) async throws {
        try await LabNetwork.with(.init(phoneAddress: nil)) { lab in
            let place = try lab.makeDirectory("injected").path(percentEncoded: false) + "/"
            let helper = try await InformHelper.start(in: lab)
            var server: ISCServer?
            for round in Self.rounds(place) {
                let options = Dictionary(uniqueKeysWithValues: zip([160, 159, 66] as [UInt8], round.map(\.bytes)))
                if let before = server {
                    server = try await before.restarted(.init(options: options))
                } else {
                    server = try await ISCServer.start(in: lab, .init(options: options))
                }
                // udhcpc's 66 and plain dhcpcd's 159 and 160 never come: the daemon says so, and asks.
                let policy = kind == .udhcpc || kind == .networkd || kind == .dhcpcdPlain ? "auto" : "never"
                let daemon = try await Daemon.start(
                    in: lab,
                    .init(pnpTimeoutSeconds: 1, lines: [Self.quick, helper.line(policy)])
                )
                let client = try DHCPClientUnderTest.start(kind, in: lab, binds: try await daemon.hookBinds())
                let log = try daemon.process
                for (code, value) in zip(["160", "159", "66"], round) where kind != .dhcpcdPlain || code == "66" {
                    let isDHClient = kind == .dhclient || kind == .networkManagerDhclient
                    let said = isDHClient ? value.ambiguous ?? value.said : value.said
                    try await log.waitUntil("option \(code): \(said)", within: .seconds(20)) {
                        let lines = log.transcript.split(separator: "\n").filter { $0.contains("DHCP") }
                        return lines.contains { $0.contains("option \(code) ") && $0.contains(said) }
                    }
                }
                await client.crash()
                try await daemon.stop()
                try await LabProcess.require(
                    LabCommand(["ip", "-n", lab.phone.name, "addr", "flush", "dev", LabNetwork.interface])
                )
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: place) == [])
        }
    }
}
