import Glibc
import Testing

@testable import SIP

/// A small generator with a fixed start, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value &>> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value &>> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value &>> 31
    }
}

/// Processor time of this thread: what other processes do meanwhile does not count.
private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

@Suite struct MutationTests {
    private static let pieces: [[UInt8]] = [
        [0], [0xFF], [0x0D, 0x0A], [0x0A], [0x0D], Array("\r\n ".utf8), Array("\r\n\r\n".utf8), Array(";;".utf8),
        Array("\"".utf8), Array("\\".utf8), Array("<".utf8), Array(">".utf8), Array("[".utf8), Array("%".utf8),
        Array("%3".utf8), Array(",".utf8), Array("99999999999999999999".utf8), Array("-1".utf8),
        Array("Content-Length: 3\r\n".utf8), Array("Via: SIP/2.0/UDP h\r\n".utf8), Array(";rport".utf8),
        Array("@".utf8),
        Array(":".utf8), Array("Call-ID: \(ourCallID)\r\n".utf8),
    ]

    private func mutated(_ bytes: [UInt8], with other: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...result.count, using: &random)
            let end = min(result.count, place + Int.random(in: 0...40, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: if place < result.count { result[place] = UInt8.random(in: .min ... .max, using: &random) }
            case 1: result.removeSubrange(place..<end)
            case 2: result.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
            case 3: result.insert(contentsOf: result[place..<end], at: place)
            case 4: result.removeSubrange(place...)
            default: result.replaceSubrange(place..., with: other.suffix(other.count / 2))
            }
        }
        return result
    }

    @Test func twentyThousandMutationsNeitherTrapNorBreakWhatAnAnswerMustBe() throws {
        var random = SplitMix(state: 4_475)
        let seeds =
            TortureMessage.all.map(\.bytes) + [
                notify(), accepted(), notify(via: "Via: SIP/2.0/UDP 198.51.100.50:5060;branch=\(ourBranch);rport"),
                notify(contentType: "Content-Type: message/external-body;access-type=URL;URL=\"http://h/\"", body: ""),
                notify(callID: "Call-ID: sync", event: "Event: check-sync", body: ""),
            ]
        var read = 0
        var found = 0
        var desk = try Desk.waiting()
        for round in 0..<20_000 {
            if round % 50 == 0 { desk = try Desk.waiting(allowForeignCallID: round % 100 == 0) }
            let seed = seeds[round % seeds.count]
            let bytes = mutated(seed, with: seeds[Int.random(in: 0..<seeds.count, using: &random)], &random)
            if let message = try? SIPMessage.parse(bytes) {
                read += 1
                let again = try SIPMessage.parse(message.serialized())
                #expect(again.headers.count <= message.headers.count + 1)
                _ = try? (message.vias(), message.nameAddress(.from), message.nameAddress(.contact), message.event())
                _ = try? (message.sequence(), message.mediaType(), SIPURI(message.requestURI ?? ""))
            }
            desk.now += .milliseconds(100)
            let reaction = desk.receive(bytes, from: strangerAddress)
            found += reaction.urls.count
            for (answer, to) in reaction.sent {
                #expect(to == strangerAddress)
                let message = try SIPMessage.parse(answer)
                #expect(message.status != nil && message.hasEmptyLine && message.first(.via) != nil)
            }
            for url in reaction.urls {
                #expect(url.utf8.count <= SIPLimits.maximumURLLength && url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F })
            }
            for note in reaction.notes { #expect(!note.description.contains { $0.isNewline }) }
        }
        #expect(read > 10_000 && found > 100, "read \(read), found \(found)")
    }

    @Test func everyPrefixOfEveryFixtureIsTakenWithoutATrap() throws {
        var desk = try Desk.waiting()
        for bytes in TortureMessage.all.map(\.bytes) + [notify(), accepted()] {
            for length in stride(from: 0, to: bytes.count, by: bytes.count > 1_000 ? 19 : 3) {
                desk.now += .milliseconds(50)
                #expect(desk.receive(Array(bytes[..<length]), from: strangerAddress).resynced.isEmpty)
            }
        }
    }

    /// The longest hostile datagrams: many parameters, quotes that never end, folds, commas, escapes. Ten of each kind
    /// take less than a second even without optimisation; anything quadratic would take minutes.
    @Test(arguments: [";a", "\"", "\\\"", ",SIP/2.0/UDP h", "<", "[", "%41", "@", ":", " ", "\r\n ", "=", "\r\n\r"])
    func theTimeIsLinearInTheLength(piece: String) throws {
        var desk = try Desk.waiting()
        for header in [
            "Via: SIP/2.0/UDP h", "From: ", "To: \"", "Contact: ", "Event: ua-profile", "Content-Type: a/b", "X: ",
        ] {
            let lead = "NOTIFY sip:a@b SIP/2.0\r\nCall-ID: \(ourCallID)\r\n\(header)"
            let one = lead + String(repeating: piece, count: 8_000 / piece.utf8.count)
            let start = processorTime()
            for _ in 0..<10 { _ = desk.receive(Array(one.utf8), from: strangerAddress) }
            let spent = processorTime() - start
            #expect(spent < .seconds(2), "\(header) \(piece)")
        }
    }
}
