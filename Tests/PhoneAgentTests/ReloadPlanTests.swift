import Provisioning
import Testing

@testable import PhoneAgent

/// What a changed configuration means for a daemon that runs.
struct ReloadPlanTests {
    private func read(_ phones: [(mac: String, interface: String)], _ rest: String = "") throws -> DaemonConfiguration {
        let list = phones.map {
            "  - { mac: \"\($0.mac)\", model: KX-UTG200B, softwareVersion: \"03.131\", interface: \($0.interface) }\n"
        }
        return try DaemonConfiguration.read("phones:\n" + list.joined() + rest, path: "phoneprovd.yaml")
    }

    private func names(_ phones: [DaemonConfiguration.PhoneDefinition]) -> [String] {
        phones.map(\.identity.mac.upperCase)
    }

    @Test func `phones are unchanged, changed, added or removed`() throws {
        let old = try read([("0080F0000001", "eth0"), ("0080F0000002", "eth0"), ("0080F0000003", "eth0")])
        let new = try read([("0080F0000004", "eth0"), ("0080F0000002", "eth1"), ("0080F0000001", "eth0")])
        let plan = try ReloadPlan(from: old, to: new)
        #expect(names(plan.unchanged) == ["0080F0000001"])
        #expect(names(plan.changed) == ["0080F0000002"])
        #expect(names(plan.added) == ["0080F0000004"])
        #expect(names(plan.removed) == ["0080F0000003"])
        #expect(!plan.reopensSockets)
    }

    @Test(arguments: [
        ("sipPnP: { localPort: 5070 }", true), ("sipPnP: { group: 239.0.0.1 }", true), ("sipPnP: { port: 5061 }", true),
        ("sipPnP: { vendor: OEM }", true), ("sipPnP: { allowForeignCallID: true }", true),
        ("sipPnP: { group6: \"ff02::db8:0:4b\" }", true),
        ("sipPnP: { timeoutSeconds: 2 }", false), ("redirection: { url: \"http://r.example.com/\" }", false),
        ("resync: { from: trusted }", false),
    ])
    func `sockets are opened anew only when they would be others`(lines: String, reopens: Bool) throws {
        let old = try read([("0080F0000001", "eth0")])
        let plan = try ReloadPlan(from: old, to: try read([("0080F0000001", "eth0")], lines + "\n"))
        #expect(plan.reopensSockets == reopens)
        #expect(names(plan.unchanged) == ["0080F0000001"])
    }

    @Test(arguments: [
        "stateDirectory: /srv/state", "controlSocket: /srv/run", "controlGroup: adm", "controlAdminGroup: adm",
    ])
    func `what is open cannot change, and the problem says which key it is`(line: String) throws {
        let old = try read([("0080F0000001", "eth0")])
        let new = try read([("0080F0000001", "eth0"), ("0080F0000002", "eth0")], line + "\n")
        let problem = #expect(throws: ConfigurationProblem.self) { try ReloadPlan(from: old, to: new) }
        #expect(problem?.place == String(line.prefix { $0 != ":" }))
        #expect(problem?.message.contains("restart it") == true)
    }
}
