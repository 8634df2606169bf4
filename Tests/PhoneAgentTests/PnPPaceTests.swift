import Testing

@testable import PhoneAgent

@Suite("The pace of SIP PnP")
struct PnPPaceTests {
    @Test("a second's worth of phones begins at once, the others one after the other")
    func many() {
        let pace = PnPPace()
        let turns = (0..<2_000).map { _ in pace.turn(perSecond: 500, at: .seconds(60)) }
        #expect(turns.prefix(501).allSatisfy { $0 == .zero })
        #expect(turns[501] == .milliseconds(2))
        #expect(turns[1_999] == .milliseconds(2 * 1_499))
        #expect(zip(turns, turns.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("who comes later than the others need not wait for what they have used")
    func later() {
        let pace = PnPPace()
        for _ in 0..<30 { _ = pace.turn(perSecond: 10, at: .seconds(60)) }
        #expect(pace.turn(perSecond: 10, at: .seconds(60)) == .seconds(2))
        #expect(pace.turn(perSecond: 10, at: .seconds(62)) == .milliseconds(100))
        #expect(pace.turn(perSecond: 10, at: .seconds(90)) == .zero)
    }

    @Test("phones that follow each other slowly never wait, nor do the first ones of a process")
    func few() {
        let pace = PnPPace()
        #expect((0..<500).allSatisfy { _ in pace.turn(perSecond: 500, at: .zero) == .zero })
        let slow = PnPPace()
        for number in 0..<100 { #expect(slow.turn(perSecond: 1, at: .seconds(number)) == .zero) }
    }

    @Test("the rate may change meanwhile")
    func change() {
        let pace = PnPPace()
        #expect(pace.turn(perSecond: 1, at: .seconds(10)) == .zero)
        #expect(pace.turn(perSecond: 1, at: .seconds(10)) == .zero)
        #expect(pace.turn(perSecond: 1_000, at: .seconds(10)) == .seconds(1))
        #expect(pace.turn(perSecond: 1_000, at: .seconds(10)) == .milliseconds(1_001))
    }
}
