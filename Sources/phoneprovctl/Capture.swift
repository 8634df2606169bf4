import ArgumentParser
import Capture
import Control
import FoundationEssentials
import Glibc

struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Writes the SIP messages of the last run as pcapng, for Wireshark and tshark.",
        discussion: "The messages are kept in the daemon's memory, not in flash. A URL in them may hold a password."
    )

    @OptionGroup var connection: ConnectionOptions
    @Option(help: ArgumentHelp("The file to write; without it standard output.", valueName: "file.pcapng"))
    var output: String?

    func run() async throws {
        let reply = try await connection.call(CaptureRequest(phone: connection.phone))
        guard !reply.messages.isEmpty else {
            throw Failure.untrue("the last run sent and received no SIP message, or the daemon was started since")
        }
        let capture = PacketCapture(application: "phoneprovctl", interface: "phone")
        let file: [UInt8]
        do throws(PacketCapture.Failure) {
            file = try capture.file(reply.messages.compactMap(PacketCapture.Packet.init))
        } catch {
            throw Failure.untrue("the capture cannot be written: \(error)")
        }
        guard let output else {
            guard isatty(STDOUT_FILENO) == 0 else {
                throw Failure.wrongUse("a capture is no text: name a file with --output, or send it into a pipe")
            }
            try Self.write(file, to: STDOUT_FILENO)
            return
        }
        let descriptor = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure.wrongUse("\(output) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        try Self.write(file, to: descriptor)
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw Failure.untrue("the capture cannot be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

extension PacketCapture.Packet {
    /// A message whose addresses or payload cannot be read is left out.
    init?(_ message: CapturedMessage) {
        guard let source = Self.address(message.source), let destination = Self.address(message.destination),
            let sourcePort = UInt16(exactly: message.sourcePort),
            let destinationPort = UInt16(exactly: message.destinationPort),
            let payload = Data(base64Encoded: message.payload), let time = UInt64(exactly: message.microseconds)
        else { return nil }
        self.init(
            microseconds: time,
            source: source,
            sourcePort: sourcePort,
            destination: destination,
            destinationPort: destinationPort,
            payload: [UInt8](payload),
            comment: message.step > 0 ? "step \(message.step) of the sequence" : "between two runs"
        )
    }

    private static func address(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { [UInt8]($0) } }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        return withUnsafeBytes(of: &sixteen) { [UInt8]($0) }
    }
}
