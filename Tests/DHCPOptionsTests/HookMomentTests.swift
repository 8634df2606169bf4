import Testing

@testable import DHCPOptions

@Suite("Which of two events is the later one")
struct HookMomentTests {
    private func event(_ reason: String, _ began: String?, on interface: String = "eth0") throws -> DHCPEvent {
        var variables = ["reason": reason, "interface": interface]
        variables["phone_prov_began"] = began
        return try DHCPEvent(environment: variables)
    }

    @Test("The text of a hook is read, and comes through the spool")
    func text() throws {
        let moment = try #require(HookMoment("5021.37:4711"))
        #expect(moment.uptime == 502_137 && moment.process == 4711)
        let event = try event("BOUND", "5021.37:4711")
        #expect(event.began == moment)
        let kept = try DHCPEventFile.decode(try DHCPEventFile.encode(event.variables))
        #expect(try DHCPEvent(environment: kept) == event)
        #expect(try self.event("BOUND", nil).began == nil)
    }

    @Test(
        "Any other text is refused",
        arguments: [
            "", ":", "1.00", "1.00:", ":1", "1:1", "1.0:1", "1.000:1", ".00:1", "-1.00:1", "1.00:-1", "1.00:1:1",
            "+1.00:1",
            "1.00: 1", "1.00:4294967296", "99999999999999999999.00:1", "1.00:00000000000000000000000000000001",
        ]
    )
    func otherText(text: String) {
        #expect(throws: DHCPEventError.malformed(name: "phone_prov_began", value: text)) {
            try event("BOUND", text)
        }
    }

    @Test(
        "The time decides, and within a hundredth of a second the process id, also where the ids begin anew",
        arguments: [
            ("10.00:9", "10.01:1"), ("9.99:9", "10.00:1"), ("10.00:1", "10.00:2"), ("10.00:32760", "10.00:310"),
            ("10.00:4194300", "10.00:301"), ("10.00:1", "10.00:16385"),
        ]
    )
    func order(first: String, second: String) throws {
        let (first, second) = (try #require(HookMoment(first)), try #require(HookMoment(second)))
        #expect(first.precedes(second))
        #expect(!second.precedes(first))
        #expect(!first.precedes(first))
    }

    @Test("An event that began before the last one of its interface and family is no news")
    func late() throws {
        var order = DHCPEventOrder()
        #expect(order.admits(try event("RENEW", "100.00:7")))
        #expect(!order.admits(try event("BOUND", "99.98:5")))
        #expect(!order.admits(try event("EXPIRE", "100.00:6")))
        #expect(order.admits(try event("BOUND6", "99.98:5")), "the other family")
        #expect(order.admits(try event("BOUND", "99.98:5", on: "eth1")), "another interface")
        #expect(order.admits(try event("RENEW", "100.00:7")), "the same once more")
        #expect(order.admits(try event("BOUND", nil)), "one that does not say when it began")
        #expect(order.admits(try event("PREINIT", "1.00:1")), "one that changes no lease")
        #expect(!order.admits(try event("BOUND", "40.00:1")))
        #expect(order.admits(try event("BOUND", "39.99:1")), "a machine that counts anew")
        #expect(order.admits(try event("RENEW", "40.02:2")), "and goes on from there")
    }
}
