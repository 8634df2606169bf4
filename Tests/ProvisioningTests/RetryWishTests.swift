import Testing

@testable import Provisioning

/// `Retry-After`: when the next attempt comes instead.
struct RetryWishTests {
    private static let phones = (0..<1_000).compactMap { number -> PhoneIdentity? in
        let digits = String(0x0080_F0A0_0000 + number, radix: 16, uppercase: true)
        let text = String(repeating: "0", count: 12 - digits.count) + digits
        return MACAddress(text).map { PhoneIdentity(mac: $0, model: "KX-UTG200B", softwareVersion: "03.131") }
    }

    private static func waits(_ asked: Duration, retryMinutes: Int, run: Int = 1) -> [Duration] {
        phones.map { RetryWish(asked: asked, share: $0.share(inRun: run)).wait(retryMinutes: retryMinutes).wait }
    }

    // asked for (s), CFG_RTRY_INTVL (min), earliest and latest (s)
    @Test(arguments: [
        (0, 30, 60, 120), (59, 30, 60, 120), (60, 30, 60, 120), (120, 30, 120, 180), (600, 30, 600, 750),
        (7_000, 30, 7_000, 7_200), (7_200, 30, 5_400, 7_200), (86_400, 30, 5_400, 7_200), (86_400, 1, 180, 240),
        (60, 1, 60, 120), (200, 1, 180, 240), (86_400, 1_440, 86_400, 108_000),
    ])
    func `a thousand phones come between the bounds, and not together`(
        asked: Int,
        retryMinutes: Int,
        earliest: Int,
        latest: Int
    ) {
        #expect(Self.phones.count == 1_000)
        let waits = Self.waits(.seconds(asked), retryMinutes: retryMinutes)
        let span = Duration.seconds(latest - earliest)
        #expect(waits.allSatisfy { (.seconds(earliest) ... .seconds(latest)).contains($0) })
        // In ten equal parts of the time: with perfect spread a hundred phones in each.
        var parts = [Int](repeating: 0, count: 10)
        for wait in waits { parts[min(9, Int((wait - .seconds(earliest)) / span * 10))] += 1 }
        #expect(parts.allSatisfy { (60...140).contains($0) }, "\(parts)")
    }

    @Test func `whatever is asked, the wait is from one minute to four times CFG_RTRY_INTVL`() throws {
        for retryMinutes in [1, 2, 30, 1_440] {
            let longest = RetryWish.longest(retryMinutes: retryMinutes)
            for asked in [0, 1, 59, 60, 61, 179, 180, 181, 239, 240, 3_600, 86_399, 86_400, 345_600] {
                for share in [0, 0.5, 0.999_999_999] {
                    let wish = RetryWish(asked: .seconds(asked), share: share)
                    let wait = wish.wait(retryMinutes: retryMinutes).wait
                    try #require((RetryWish.shortest...longest).contains(wait), "\(asked) \(retryMinutes) \(share)")
                    // What fits, with room for those that come apart, is never undercut.
                    if .seconds(asked) + RetryWish.shortest <= longest { try #require(wait >= .seconds(asked)) }
                }
            }
        }
    }

    @Test func `the order of the phones is another one in the next run`() {
        let first = Self.waits(.seconds(600), retryMinutes: 30, run: 1)
        let second = Self.waits(.seconds(600), retryMinutes: 30, run: 2)
        #expect(zip(first, second).count { abs(($0 - $1) / .seconds(1)) < 1 } < 50)
        #expect(first == Self.waits(.seconds(600), retryMinutes: 30, run: 1))
    }

    @Test func `the reason names what was asked for, the bound and the share`() {
        func reason(_ asked: Int) -> String {
            RetryWish(asked: .seconds(asked), share: 0.5).wait(retryMinutes: 30).reason
        }
        #expect(
            reason(0) == "the server asks for 0 s (Retry-After), of which 1 min is the least, and 30 s more keep the "
                + "phones of a site apart"
        )
        #expect(
            reason(90) == "the server asks for 90 s (Retry-After), and 30 s more keep the phones of a site apart"
        )
        #expect(
            reason(86_400)
                == "the server asks for 1440 min (Retry-After), of which 120 min (4 × CFG_RTRY_INTVL) is the "
                + "most, and 15 min less keep the phones of a site apart"
        )
    }

    @Test func `the longest wish of a run counts, and only while the run was not provisioned`() throws {
        let url = "http://prov.example.com/a.cfg"
        var world = SimulatedPhone.World()
        world.settings.provisioningURL = .manual(url)
        world.settings.savedFiles[.initial] = .init(
            url: url,
            receivedAt: WallTime(milliseconds: 1),
            bytes: 1,
            sha256: "aa",
            hasSettings: true
        )
        let names = FetchedDocument.InitialPart(standard: "s.cfg", product: "p.cfg")
        world.downloads[url] = .document(.sample(url, names: names))
        world.downloads["http://prov.example.com/s.cfg"] = .failed("429", because: .busy(retryAfter: .seconds(900)))
        world.downloads["http://prov.example.com/p.cfg"] = .failed("503", because: .busy(retryAfter: .seconds(120)))
        var phone = SimulatedPhone(world)
        let trace = try phone.firstRun()
        #expect(trace.next?.trigger == .retryAfter)
        #expect(trace[.savedFiles].notes.contains { $0.contains("the server asks for 15 min (Retry-After)") })

        phone.world.downloads["http://prov.example.com/s.cfg"] = .document(at: "http://prov.example.com/s.cfg")
        phone.world.downloads["http://prov.example.com/p.cfg"] = .failed("404")
        try phone.letTimePass()
        #expect(phone.ended.last?.trigger == .retryAfter)
        #expect(phone.ended.last?.next?.trigger == .retry)
    }
}
