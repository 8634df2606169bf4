import Foundation
import LabSupport
import Testing

/// `phoneprovctl capture`: another program reads what it wrote.
@Suite("The capture of a run")
struct CaptureTests {
    @Test("tcpdump reads every SIP message of the run, with checksums that hold")
    func readable() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "a.example.com")])
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/"))
            let daemon = try await Daemon.start(in: lab)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
            try await eventuallyTrue("Kamailio to see the 200") { kamailio.notifyStatuses == [200] }

            let file = lab.directory.appending(path: "run.pcapng").path
            let done = try await daemon.ctl(["capture", "--output", file])
            #expect(done.status == 0, "\(done.errors)")
            let read = try await lab.run(
                LabCommand(["tcpdump", "-n", "-v", "-A", "-r", file], in: lab.phone, insideRoot: true)
            )
            #expect(read.status == 0, "\(read.errors)")
            for line in [
                "198.51.100.50.5060 > 224.0.1.75.5060", "SUBSCRIBE sip:MAC%3a0080F0ABCDEF@224.0.1.75 SIP/2.0",
                "198.51.100.1.5060 > 198.51.100.50.5060", "NOTIFY sip:198.51.100.50:5060 SIP/2.0",
                "http://198.51.100.1/",
                "198.51.100.50.5060 > 198.51.100.1.5060",
            ] {
                #expect(read.output.contains(line), "\(line) is missing in \(read.output)")
            }
            #expect(!read.output.contains("bad") && !read.errors.contains("truncated"), "\(read.output)")
        }
    }

    /// What tshark says of a packet.
    private struct Dissection: Equatable {
        let message: String
        let comment: String
        /// The severities of its expert information: 0x00100000 for the comment, more for a warning.
        let severity: String
        /// Something when it is malformed.
        let malformed: String
    }

    @Test("tshark dissects every message as SIP without a warning, and shows the step of the sequence beside it")
    func dissected() async throws {
        try await LabNetwork.with { lab in
            _ = try await Nginx.start(in: lab, files: ["KX-UTG200B.cfg": Document.device(registrar: "a.example.com")])
            let kamailio = try await KamailioPnP.start(in: lab, .init(url: "http://198.51.100.1/"))
            let daemon = try await Daemon.start(in: lab)
            #expect(try await daemon.waitForRun(state: "provisioned").source == "sip-pnp")
            try await eventuallyTrue("Kamailio to see the 200") { kamailio.notifyStatuses == [200] }
            let file = lab.directory.appending(path: "run.pcapng").path
            #expect(try await daemon.ctl(["capture", "--output", file]).status == 0)

            let words = [
                "tshark", "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
                "-T", "fields", "-E", "separator=|", "-e", "sip.Method", "-e", "sip.Status-Code", "-e", "frame.comment",
                "-e", "_ws.expert.severity", "-e", "_ws.malformed",
            ]
            let read = try await lab.run(LabCommand(words, in: lab.phone, insideRoot: true))
            #expect(read.status == 0, "\(read.errors)")
            // What it says of itself when root starts it is no warning about the file.
            let warnings = read.errors.split(separator: "\n").filter { !$0.contains("Running as user \"root\"") }
            #expect(warnings == [])
            let packets = read.output.split(separator: "\n").map { line in
                let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                return Dissection(
                    message: fields.prefix(2).joined(),
                    comment: fields.dropFirst(2).first ?? "",
                    severity: fields.dropFirst(3).first ?? "",
                    malformed: fields.dropFirst(4).joined()
                )
            }
            let subscribe = try #require(packets.first)
            #expect(subscribe.message == "SUBSCRIBE" && subscribe.comment == "step 3 of the sequence")
            // The answers to the SUBSCRIBE and to the NOTIFY, whose method tshark takes from CSeq.
            let messages = packets.map(\.message)
            #expect(messages.contains("NOTIFY") && messages.count { $0.hasSuffix("200") } == 2, "\(read.output)")
            for packet in packets {
                #expect(packet.comment.hasSuffix(" of the sequence"), "\(read.output)")
                #expect(packet.severity == "1048576" && packet.malformed == "", "\(read.output)")
            }
        }
    }

    @Test("a run without SIP has nothing to be captured")
    func nothing() async throws {
        try await LabNetwork.with { lab in
            let daemon = try await Daemon.start(in: lab, .init(pnpTimeoutSeconds: 1))
            _ = try await daemon.waitForRun()
            try await daemon.set("SIPPNP_ENABLE", "N")
            _ = try await daemon.provision()
            let done = try await daemon.ctl(["capture", "--output", "/dev/null"])
            #expect(done.status == 1 && done.errors.contains("no SIP message"), "\(done)")
        }
    }
}
