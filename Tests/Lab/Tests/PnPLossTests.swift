import Foundation
import Glibc
import LabSupport
import Testing

/// The phone's own host does not keep up: what it could not hear is no server's fault.
@Suite("SIP PnP with a full receive buffer")
struct PnPLossTests {
    private static let sentence = "UDP datagram(s) were lost on this host while the phone waited"

    @Test("the trace says that datagrams were lost on the phone's own host, and only then")
    func full() async throws {
        try await LabNetwork.with { lab in
            let server = try LabUDPSocket(in: lab.server, port: 5060, group: PnPScenario.group)
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 2))
            #expect(try await daemon.waitForRun().state == "failed")
            #expect(try await !daemon.text(ofStep: 3).contains(Self.sentence), "nobody sent anything")

            while try await server.receiveIfAny(within: .milliseconds(1)) != nil {}
            _ = try await daemon.ctl(["provision"])
            let subscribe = try await server.receive()
            let process = try daemon.process
            process.send(signal: SIGSTOP)
            // More than the largest buffer that the daemon asks for holds, with the kernel's own 2,304 bytes for each.
            let datagram = [UInt8](repeating: 0x20, count: 1_400)
            for _ in 0..<10_000 { try server.send(datagram, to: subscribe.address, port: subscribe.port) }
            process.send(signal: SIGCONT)
            #expect(try await daemon.waitForRun().state == "failed")
            let said = try await daemon.text(ofStep: 3)
            #expect(said.contains(Self.sentence) && said.contains("net.core.rmem_max"), "\(said)")
            #expect(process.transcript.contains("warning SIP socket: "), "and so does the log")
        }
    }
}
