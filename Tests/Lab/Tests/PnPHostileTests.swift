import Foundation
import Glibc
import LabSupport
import Synchronization
import Testing

/// A network on which somebody does what he can to keep the phone from its server, or to be its server.
@Suite("SIP PnP on a hostile network", .serialized)
struct PnPHostileTests {
    private static let good = "http://198.51.100.1/KX-UTG200B.cfg"
    private static let evil = "http://198.51.100.1/evil.cfg"

    /// What is sent: garbage, NOTIFYs that guess at the Call-ID, and SIP messages cut off anywhere.
    private static func rubbish() -> [[UInt8]] {
        var chances = SystemRandomNumberGenerator()
        var datagrams: [[UInt8]] = []
        for _ in 0..<100 {
            let length = Int.random(in: 1...1_200, using: &chances)
            datagrams.append((0..<length).map { _ in UInt8.random(in: .min ... .max, using: &chances) })
        }
        for _ in 0..<100 {
            let callID = String(UInt64.random(in: .min ... .max, using: &chances), radix: 16)
            let notify = Array(forged(callID: callID).utf8)
            datagrams.append(notify)
            datagrams.append(Array(notify.prefix(Int.random(in: 1..<notify.count, using: &chances))))
            let subscribe = SIPText.subscribe(callID: callID, from: "198.51.100.66")
            let answer = Array(SIPText.ok(to: subscribe).utf8)
            datagrams.append(answer)
            datagrams.append(Array(answer.prefix(Int.random(in: 1..<answer.count, using: &chances))))
        }
        return datagrams.shuffled()
    }

    private static func forged(callID: String) -> String {
        [
            "NOTIFY sip:198.51.100.50:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK\(callID)",
            "From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=\(callID)", "To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>",
            "Call-ID: \(callID)", "CSeq: 1 NOTIFY", "Event: ua-profile", "Contact: <sip:198.51.100.1:5060>",
            "Subscription-State: terminated;reason=timeout", "Content-Type: application/url",
            "Content-Length: \(evil.utf8.count)", "", evil,
        ].joined(separator: "\r\n")
    }

    private static func checkSyncs() -> [[UInt8]] {
        (0..<10_000).map { number in
            let lines = [
                "NOTIFY sip:1001@198.51.100.50:5060 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=\(number)",
                "From: <sip:server@198.51.100.1>", "To: <sip:1001@198.51.100.50>", "Call-ID: sync-\(number)",
                "CSeq: 1 NOTIFY", "Event: check-sync", "Content-Length: 0", "", "",
            ]
            return Array(lines.joined(separator: "\r\n").utf8)
        }
    }

    /// The longest datagrams that there are: what has to stand in the answer to one makes that longer still, so it cannot be
    /// sent.
    private static func unanswerable() -> [[UInt8]] {
        (0..<100).map { number in
            let lines = [
                "OPTIONS sip:1001@198.51.100.50:5060 SIP/2.0", "From: <sip:x@198.51.100.1>;tag=x",
                "To: <sip:1001@198.51.100.50>", "Call-ID: long-\(number)", "CSeq: 1 OPTIONS", "l: 0",
            ]
            var text = lines.joined(separator: "\r\n") + "\r\n"
            while text.utf8.count < 65_505 {
                let via = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"
                let room = min(65_505 - text.utf8.count, 8_000) - via.utf8.count - 2
                if room < 0 { break }
                text += via + String(repeating: "v", count: room) + "\r\n"
            }
            return Array((text + "\r\n").utf8)
        }
    }

    /// Sends datagrams round and round, at most 500,000 in all and for 10 seconds.
    private final class Flood: Sendable {
        static let limit = 500_000

        private struct State {
            var sent = 0
            var ended: ContinuousClock.Instant?
            var hasEnded: Bool { ended != nil }
        }
        private let state = Mutex(State())
        private let began = ContinuousClock.now

        init(_ datagrams: [[UInt8]], perSecond: Int, from host: LabNamespace) throws {
            let descriptor = try host.enter {
                socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            }
            try #require(descriptor >= 0)
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = inet_addr("198.51.100.50")
            name.sin_port = UInt16(5060).bigEndian
            let connected = withUnsafeBytes(of: &name) { raw in
                connect(descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(raw.count))
            }
            try #require(connected == 0)
            Thread.detachNewThread { [self] in
                send(datagrams, perSecond, descriptor)
                close(descriptor)
                state.withLock { $0.ended = .now }
            }
        }

        private func send(_ datagrams: [[UInt8]], _ perSecond: Int, _ descriptor: CInt) {
            var sent = 0
            while sent < Self.limit {
                let elapsed = began.duration(to: .now)
                guard elapsed < .seconds(10) else { return }
                let due = min(Int(elapsed / .seconds(1) * Double(perSecond)), Self.limit)
                guard due > sent else {
                    usleep(200)
                    continue
                }
                // In portions, so that the end is not far away.
                for number in sent..<min(due, sent + 1_000) {
                    let datagram = datagrams[number % datagrams.count]
                    // ECONNREFUSED and the like tell of an earlier one; this one counts as sent all the same.
                    _ = Glibc.send(descriptor, datagram, datagram.count, 0)
                }
                sent = min(due, sent + 1_000)
                state.withLock { [sent] in $0.sent = sent }
            }
        }

        /// How many have been sent so far.
        var sent: Int { state.withLock { $0.sent } }
        /// Whether it is over.
        var hasEnded: Bool { state.withLock { $0.hasEnded } }
        /// How long it took, or has taken so far.
        var duration: Duration { began.duration(to: state.withLock { $0.ended } ?? .now) }
    }

    /// What the attacker sends.
    enum Attack: String, CaseIterable, Sendable {
        case rubbish = "garbage, forged NOTIFYs and SIP cut short"
        case checkSync = "NOTIFYs that ask for a run, each a new one"
        case unanswerable = "requests so long that no answer can be sent"

        var datagrams: [[UInt8]] {
            switch self {
            case .rubbish: PnPHostileTests.rubbish()
            case .checkSync: PnPHostileTests.checkSyncs()
            case .unanswerable: PnPHostileTests.unanswerable()
            }
        }

        /// How many are sent in a second. Every NOTIFY of the second kind is a request that the phone answers.
        var perSecond: Int {
            switch self {
            case .rubbish: 50_000
            case .checkSync: 2_000
            case .unanswerable: 100
            }
        }
    }

    @Test(
        "a flood of datagrams does not keep the phone from its server, nor fill the memory or the log",
        arguments: Attack.allCases
    )
    func flood(attack: Attack) async throws {
        try await LabNetwork.with { lab in
            let document = Document.device(registrar: "k.example.com")
            let nginx = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": document])
            _ = try await KamailioPnP.start(in: lab, .init(url: Self.good))
            let daemon = try await Daemon.start(in: lab)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
            for _ in 0..<3 { #expect(try await daemon.provision().state == "provisioned") }
            let before = try daemon.residentKiB()
            let linesBefore = try Self.otherLines(daemon).count

            let flood = try Flood(attack.datagrams, perSecond: attack.perSecond, from: lab.server)
            var peak = before
            var states: [String] = []
            // Runs during the flood, and the rest of it after them.
            while states.count < 4, !flood.hasEnded {
                let status = try await daemon.provision()
                states.append(status.state)
                #expect(
                    ["sip-pnp", "none"].contains(status.source) && [Self.good, nil].contains(status.url),
                    "\(status)"
                )
                peak = max(peak, try daemon.residentKiB())
            }
            try await eventuallyTrue("the end of the flood", within: .seconds(30)) { flood.hasEnded }
            let seconds = flood.duration / .seconds(1)
            let told = "\(flood.sent) datagrams in \(seconds) s, \(try Self.drops(lab)) of them not read"
            peak = max(peak, try daemon.residentKiB())
            let lines = try Self.otherLines(daemon).dropFirst(linesBefore)
            print("\(attack): \(told); \(lines.count) lines, \(before) KiB resident before, \(peak) after, \(states)")
            // However slow the machine: while the phone waits, the kernel lets in what has its Call-ID.
            #expect(states.contains("provisioned"), "\(states), \(told)")
            #expect(Double(peak) < 1.2 * Double(before), "\(before) KiB before, \(peak) KiB after \(told)")
            // The seconds of a clock are one more than the time between two looks at it; a line more tells that NOTIFYs come
            // too often, or that an answer could not be sent, once a minute.
            #expect(lines.count <= Int(seconds) + 3, "\(told)\n\(lines.joined(separator: "\n"))")
            #expect(try nginx.records.allSatisfy { $0.target == "/KX-UTG200B.cfg" })
            // One more than the user asked for: a NOTIFY may begin a run, but only one a minute.
            #expect(try nginx.records.count <= states.count + 4 + 1)
            #expect(try await daemon.provision().source == "sip-pnp", "it goes on as before")
        }
    }

    /// The lines of the log that do not belong to a run.
    private static func otherLines(_ daemon: Daemon) throws -> [Substring] {
        try daemon.process.transcript.split(separator: "\n").filter { line in
            ![
                "run was asked for", "run begins", "info step ", "notice provisioned ", "warning not provisioned",
            ].contains {
                line.contains($0)
            }
        }
    }

    /// How many datagrams the phone's socket on port 5060 had no room for (proc(5), the last column of /proc/net/udp).
    private static func drops(_ lab: LabNetwork) throws -> Int {
        try lab.phone.enter {
            let table = try String(contentsOfFile: "/proc/thread-self/net/udp", encoding: .utf8)
            let line = table.split(separator: "\n").first { $0.contains(":13C4 ") }
            return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
        }
    }
}
