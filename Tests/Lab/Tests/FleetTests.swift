import Foundation
import LabSupport
import Testing

/// Many phones in one process: each of them is a phone of its own.
@Suite("A fleet")
struct FleetTests {
    private static let count = 100

    private struct Member: Sendable {
        let mac: String
        let registrar: String

        init(_ number: Int) {
            mac = "0080F0" + String(0xA0_0000 + number, radix: 16, uppercase: true)
            registrar = "registrar\(number).example.com"
        }
    }

    @Test("A hundred phones behind one interface are provisioned by SIP PnP, each with its own file")
    func hundred() async throws {
        let members = (1...Self.count).map(Member.init)
        try await LabNetwork.with { lab in
            let files = members.map { ("\($0.mac).cfg", Document.device(registrar: $0.registrar)) }
            let nginx = try await Nginx.start(in: lab, files: Dictionary(uniqueKeysWithValues: files))
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/{MAC}.cfg"))
            let phones = members.map { DaemonConfiguration.Phone(mac: $0.mac) }
            let clock = ContinuousClock()
            let began = clock.now
            let daemon = try await Daemon.start(in: lab, .init(phones: phones))
            _ = try await daemon.waitForRun(state: "provisioned", seconds: 30)
            let spent = began.duration(to: clock.now)
            print(
                "lab: \(Self.count) phones were provisioned \(spent) after the start, \(try daemon.residentKiB()) KiB"
            )

            let status = try await daemon.status()
            #expect(status.map(\.mac) == members.map(\.mac), "in the order of the configuration")
            #expect(status.allSatisfy { $0.state == "provisioned" && $0.source == "sip-pnp" })
            #expect(zip(status, members).allSatisfy { $0.url == "http://198.51.100.1/\($1.mac).cfg" })

            let records = try nginx.records
            #expect(records.count == Self.count && Set(records.map(\.target)).count == Self.count)
            let agents = members.map { "Panasonic_KX-UTG200B/03.131 (\($0.mac.lowercased()))" }
            #expect(Set(records.map(\.userAgent)) == Set(agents))
            try await eventuallyTrue("every NOTIFY to be answered") { kamailio.notifyStatuses.count >= Self.count }
            #expect(kamailio.notifyStatuses.allSatisfy { $0 == 200 })
            let calls = Set(kamailio.requests.compactMap { SIPText.header("Call-ID", of: $0.message) })
            #expect(calls.count == Self.count, "each has a Call-ID of its own")

            try await Self.forEach(members) { try await Self.inspect($0, daemon) }
            try await Self.expectIndependence(members, daemon)
        }
    }

    @Test("More phones than begin in a second wait for their turn, and still have their whole time for an answer")
    func turns() async throws {
        let members = (1...30).map(Member.init)
        try await LabNetwork.with { lab in
            let files = members.map { ("\($0.mac).cfg", Document.device(registrar: $0.registrar)) }
            _ = try await Nginx.start(in: lab, files: Dictionary(uniqueKeysWithValues: files))
            // The last ones have waited for longer than one of them waits for an answer.
            let configuration = DaemonConfiguration(
                phones: members.map { .init(mac: $0.mac) },
                pnpTimeoutSeconds: 1,
                pnpStartsPerSecond: 10
            )
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/{MAC}.cfg"))
            let daemon = try await Daemon.start(in: lab, configuration)
            _ = try await daemon.waitForRun(state: "provisioned", seconds: 30)

            let sentence = "ms for its turn: 10 phones a second begin"
            let waited = try await Self.said(sentence, by: members, daemon)
            // A second's worth has no need to, nor has one more for each tenth of a second that their beginning takes.
            #expect((5...20).contains(waited.count), "\(waited)")
            let callers = Set(kamailio.requests.compactMap { SIPText.header("From", of: $0.message) })
            #expect(callers.count == members.count)

            #expect(try await daemon.ctl(["--phone", members[0].mac, "provision"]).exit == .status(0))
            _ = try await daemon.waitForRun(state: "provisioned")
            #expect(try await Self.said(sentence, by: [members[0]], daemon).isEmpty, "alone, it has no need to wait")
        }
    }

    /// The phones whose last run says something.
    private static func said(_ sentence: String, by members: [Member], _ daemon: Daemon) async throws -> [String] {
        var result: [String] = []
        for member in members {
            let done = try await daemon.ctl(["--phone", member.mac, "explain"])
            if done.output.contains(sentence) { result.append(member.mac) }
        }
        return result
    }

    /// Its own value, and its own trace.
    private static func inspect(_ member: Member, _ daemon: Daemon) async throws {
        let value = try await daemon.ctl(["--phone", member.mac, "get", "SIP_RGSTR_ADDR_1"])
        #expect(value.output == member.registrar + "\n", "\(member.mac): \(value.errors)")
        struct Run: Decodable {
            let phone: String
            let number: Int
            let url: String?
            let steps: [Daemon.Step]
        }
        let run = try await daemon.json(Run.self, ["--phone", member.mac, "explain", "--json"])
        #expect(run.phone == member.mac && run.number == 1 && run.url?.contains(member.mac) == true)
        #expect(run.steps.map(\.step) == Array(1...9))
    }

    /// What one is told, the others do not hear.
    private static func expectIndependence(_ members: [Member], _ daemon: Daemon) async throws {
        let ambiguous = try await daemon.ctl(["get", "SIP_RGSTR_ADDR_1"])
        #expect(ambiguous.exit == .status(2) && ambiguous.errors.contains("There are several phones"))
        let (one, other) = (members[0].mac, members[1].mac)
        #expect(try await daemon.ctl(["--phone", one, "set", "PROVISION_ENABLE", "N"]).exit == .status(0))
        #expect(try await daemon.ctl(["--phone", one, "provision"]).exit == .status(0))
        let wait = ["--phone", one, "wait", "--state", "disabled", "--timeout", "10"]
        #expect(try await daemon.ctl(wait).exit == .status(0))
        #expect(try await daemon.ctl(["--phone", other, "get", "PROVISION_ENABLE"]).output == "Y\n")
        #expect(try await daemon.status().count { $0.state == "provisioned" } == members.count - 1)
    }

    /// Four at a time: the machine has few cores, and each of them starts programs.
    private static func forEach(
        _ members: [Member],
        _ body: @escaping @Sendable (Member) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, member) in members.enumerated() {
                if number >= 4 { try await group.next() }
                group.addTask { try await body(member) }
            }
            try await group.waitForAll()
        }
    }
}
