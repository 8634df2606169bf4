import Provisioning
import Testing

@testable import PhoneAgent

@Suite("A clock that somebody has set")
struct ClockWatchTests {
    private let start = Moment(uptime: .seconds(1_000), wall: WallTime(milliseconds: 1_780_000_000_000))

    private func moment(uptime: Duration, wall: Duration) -> Moment {
        Moment(uptime: start.uptime + uptime, wall: start.wall.advanced(by: wall))
    }

    @Test("A jump is told once, forward or back")
    func jumps() {
        var watch = ClockWatch(start)
        #expect(watch.jump(at: moment(uptime: .seconds(15), wall: .seconds(15))) == nil)
        #expect(watch.jump(at: moment(uptime: .seconds(30), wall: .seconds(315_360_030))) == .seconds(315_360_000))
        #expect(watch.jump(at: moment(uptime: .seconds(45), wall: .seconds(315_360_045))) == nil)
        #expect(watch.jump(at: moment(uptime: .seconds(60), wall: .seconds(58))) == .seconds(-315_360_002))
        #expect(watch.jump(at: moment(uptime: .seconds(60), wall: .seconds(60))) == .seconds(2))
    }

    @Test("A clock that is only trimmed was not set, however far it comes")
    func trimmed() {
        var watch = ClockWatch(start)
        for look in 1...100 {
            let now = moment(uptime: .seconds(15 * look), wall: .milliseconds(13_001 * look))
            #expect(watch.jump(at: now) == nil)
        }
    }
}
