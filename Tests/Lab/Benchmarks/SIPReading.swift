import Foundation
import LabSupport

/// SIP messages read in a second, beside what SIPp does in one.
enum SIPReading {
    private static let calls = 20_000

    /// What `sip-benchmark` prints.
    private struct Measured: Decodable {
        let bytes: Int
        let parsedPerSecond: Int
        let parsedAllocations: Double
        let readPerSecond: Int
        let readAllocations: Double
        let keptFields: Int
    }

    static func run(_ network: LabNetwork) async throws {
        let program = LabPlaces.programs.appending(path: "sip-benchmark").path
        let printed = try await LabProcess.require(LabCommand([program]), within: .seconds(60))
        let measured = try JSONDecoder().decode(Measured.self, from: Data(printed.utf8))
        let exchanges = try await exchangesPerSecond(network)
        say("A NOTIFY of \(measured.bytes) bytes, messages a second and core (best of seven rounds, processor time):")
        say("  parsed                                   \(measured.parsedPerSecond)")
        say("    allocations, counted in malloc         \(measured.parsedAllocations)")
        say("  parsed, and \(measured.keptFields) values of it kept           \(measured.readPerSecond)")
        say("    allocations, counted in malloc         \(measured.readAllocations)")
        say("  SIPp, NOTIFY and 200 with another SIPp   \(exchanges) exchanges, \(calls) of them\n")
    }

    /// As many as two SIPps can, at most 50 under way: more would not fit the socket's buffer, and what is lost is sent
    /// again only after half a second. The answering one counts no calls, as a NOTIFY that is sent again is a new one to it.
    private static func exchangesPerSecond(_ network: LabNetwork) async throws -> Int {
        let server = try SIPp.start(
            in: network,
            on: network.phone,
            scenario: answering,
            arguments: ["-i", "198.51.100.50", "-p", "5060", "-timeout", "180"]
        )
        try await server.waitUntil("SIPp to listen") { try network.phone.listens(udp: 5060) }
        let began = ContinuousClock.now
        let client = try SIPp.start(
            in: network,
            on: network.server,
            scenario: asking,
            arguments: [
                "198.51.100.50:5060", "-i", LabNetwork.serverAddress, "-p", "5060", "-m", "\(calls)", "-r", "\(calls)",
                "-l", "50", "-timeout", "120",
            ]
        )
        guard try await client.waitForExit(within: .seconds(150)) == .status(0) else {
            throw Benchmarks.Unexpected(text: "SIPp failed: \(client.transcript.suffix(500))")
        }
        return Int(Double(calls) / ((ContinuousClock.now - began) / .seconds(1)))
    }

    private static let asking = """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="NOTIFY">
          <send retrans="500"><![CDATA[
        NOTIFY sip:[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
        From: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>;tag=[call_number]
        To: <sip:MAC%3a0080F0ABCDEF@224.0.1.75>
        Call-ID: [call_id]
        CSeq: 1 NOTIFY
        Max-Forwards: 70
        Event: ua-profile
        Subscription-State: terminated;reason=timeout
        Content-Type: application/url
        Content-Length: [len]

        http://198.51.100.1/KX-UTG200B.cfg]]></send>
          <recv response="200"/>
        </scenario>
        """

    private static let answering = """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="200">
          <recv request="NOTIFY"/>
          <send><![CDATA[
        SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:];tag=[call_number]
        [last_Call-ID:]
        [last_CSeq:]
        Content-Length: 0

        ]]></send>
        </scenario>
        """
}
