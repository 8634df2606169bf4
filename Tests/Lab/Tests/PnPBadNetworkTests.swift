import Foundation
import LabSupport
import Synchronization
import Testing

/// SIP PnP with Kamailio, which repeats its NOTIFY, over a cable that loses, doubles, delays and reorders datagrams.
@Suite("SIP PnP over a bad network")
struct PnPBadNetworkTests {
    private static let url = "http://198.51.100.1/KX-UTG200B.cfg"

    /// What has come to the wire since a run began.
    private struct Seen: Sendable {
        var subscribes = 0
        var notifies = 0
        /// The download has begun, so PnP is over.
        var hasTCP = false
    }

    /// A network on which nothing but SIP and HTTP is under way, so that the wire's chances fall to their frames alone, in
    /// the order of the protocol: who loses what is the same every time.
    private final class BadNetwork: Sendable {
        let wire: LabWire
        let kamailio: KamailioPnP
        let daemon: Daemon
        private let seen = Mutex(Seen())

        init(in lab: LabNetwork) async throws {
            wire = try #require(lab.wire)
            let hosts = [
                (lab.phone, LabNetwork.serverAddress, LabNetwork.serverHardwareAddress),
                (lab.server, "198.51.100.50", LabNetwork.phoneHardwareAddress),
            ]
            for (host, address, hardwareAddress) in hosts {
                let words = ["ip", "-n", host.name, "neigh", "replace", address, "lladdr", hardwareAddress]
                try await LabProcess.require(LabCommand(words + ["dev", LabNetwork.interface, "nud", "permanent"]))
            }
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "k.example.com")])
            kamailio = try await KamailioPnP.start(in: lab, .init(url: PnPBadNetworkTests.url))
            daemon = try await Daemon.start(in: lab)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp", "as long as all is well")
            wire.filter { [self] frame in passes(frame) }
        }

        /// IPv4 with UDP or TCP in it; the reports of group members (IGMP) come when they like.
        private func passes(_ frame: WireFrame) -> Bool {
            guard frame.bytes.count > 23, frame.bytes[12...13].elementsEqual([0x08, 0x00]) else { return false }
            let isTCP = frame.bytes[23] == 6
            guard isTCP || frame.bytes[23] == 17 else { return false }
            seen.withLock {
                if isTCP { $0.hasTCP = true }
                if frame.contains("SUBSCRIBE sip:") { $0.subscribes += 1 }
                if frame.contains("NOTIFY sip:") { $0.notifies += 1 }
            }
            return true
        }

        /// One run with the impairment until PnP has brought the URL, or the window has closed.
        /// - Returns: the phone afterwards, the frames of PnP, and how many frames were lost of all.
        func run(_ impairment: Impairment) async throws -> (status: Daemon.PhoneStatus, seen: Seen, lost: Int) {
            try await eventuallyTrue("every NOTIFY of the last run to be answered", within: .seconds(10)) {
                kamailio.notifyStatuses.count == kamailio.requests.count
            }
            // TCP sends again after 200 ms what the last run lost; it would take the chances that are the SUBSCRIBE's.
            var last = (received: wire.counters.received, time: ContinuousClock.now)
            try await eventuallyTrue("300 ms of silence on the wire") {
                if wire.counters.received != last.received { last = (wire.counters.received, .now) }
                return last.time.duration(to: .now) > .milliseconds(300)
            }
            seen.withLock { $0 = Seen() }
            let before = wire.counters
            wire.impair(impairment)
            _ = try await daemon.ctl(["provision"])
            try await eventuallyTrue("the end of PnP", within: .seconds(10)) {
                if seen.withLock({ $0.hasTCP }) { return true }
                return try await daemon.status().first?.state != "provisioning"
            }
            let (pnp, lost) = (seen.withLock { $0 }, wire.counters.lost - before.lost)
            wire.impair(Impairment())
            return (try await daemon.waitForRun(), pnp, lost)
        }
    }

    /// A seed, and how often the phone sends its SUBSCRIBE and Kamailio its NOTIFY with it until one NOTIFY arrives.
    private struct Chance {
        let seed: UInt64
        let subscribes: Int
        let notifies: Int
    }

    /// Of 30 % loss, in an order in which every kind of message is lost somewhere.
    private static let losses = [
        Chance(seed: 1, subscribes: 1, notifies: 2), Chance(seed: 3, subscribes: 3, notifies: 1),
        Chance(seed: 6, subscribes: 1, notifies: 3), Chance(seed: 18, subscribes: 3, notifies: 2),
        Chance(seed: 33, subscribes: 2, notifies: 1),
    ]

    @Test("with 30 % loss retransmission brings the URL in 5 of 6 runs; in the sixth everything is lost for 5 s")
    func loss() async throws {
        try await LabNetwork.with(.init(wire: true)) { lab in
            let network = try await BadNetwork(in: lab)
            for chance in Self.losses {
                let (status, seen, lost) = try await network.run(Impairment(loss: 0.3, seed: chance.seed))
                #expect(status.source == "sip-pnp" && status.state == "provisioned", "seed \(chance.seed): \(status)")
                #expect(seen.subscribes == chance.subscribes, "seed \(chance.seed)")
                #expect(seen.notifies == chance.notifies, "seed \(chance.seed)")
                #expect(lost > 0, "seed \(chance.seed)")
                let said = try await network.daemon.text(ofStep: 3)
                #expect(said.contains("(try \(chance.subscribes))"), "seed \(chance.seed): \(said)")
            }
            let (status, seen, lost) = try await network.run(Impairment(loss: 0.3, seed: 48))
            #expect(status.source == "none" && status.state == "fallback", "\(status)")
            #expect(seen.subscribes + seen.notifies > 3 && lost > 3, "\(seen), \(lost) lost")
        }
    }

    @Test("duplicates, datagrams out of order and 200 ms each way do no harm, alone or all at once with 30 % loss")
    func others() async throws {
        try await LabNetwork.with(.init(wire: true)) { lab in
            let network = try await BadNetwork(in: lab)
            let alone = [
                Impairment(duplicate: 1),
                Impairment(delay: .milliseconds(20), jitter: .milliseconds(20), reorder: 0.5, seed: 2),
                Impairment(delay: .milliseconds(200)),
            ]
            for impairment in alone {
                let (status, seen, lost) = try await network.run(impairment)
                #expect(status.source == "sip-pnp" && status.state == "provisioned", "\(impairment): \(status)")
                #expect(seen.subscribes >= 1 && seen.notifies >= 1 && lost == 0, "\(impairment): \(seen)")
            }
            for seed: UInt64 in [3, 18, 66] {
                let (status, seen, lost) = try await network.run(
                    Impairment(
                        loss: 0.3,
                        delay: .milliseconds(200),
                        jitter: .milliseconds(100),
                        duplicate: 0.3,
                        reorder: 0.3,
                        seed: seed
                    )
                )
                #expect(status.source == "sip-pnp" && status.state == "provisioned", "seed \(seed): \(status)")
                #expect(seen.subscribes + seen.notifies > 2 && lost > 0, "seed \(seed): \(seen), \(lost) lost")
            }
        }
    }
}
