import DHCPOptions

/// Writes the first inputs of the DHCP fuzzer: what dhclient handed over in the recordings of the unit tests, as files
/// of the spool and as single variables.
@main
enum DHCPSeeds {
    /// Argument: the folder of the fuzzer.
    static func main() throws {
        var folder = SeedFolder(CommandLine.arguments[1])
        let events = [
            Recorded.bound, Recorded.renewed, Recorded.renewedWithNewline, Recorded.released, Recorded.binary,
            Recorded.bound6,
        ]
        for event in events {
            try folder.add(DHCPEventFile.encode(DHCPEvent.knownVariables(of: event)))
            for value in Set(event.values).sorted() {
                try folder.add(value.utf8)
                if let bytes = try? ClientEncoding.bytes(of: value) { try folder.add(bytes) }
            }
        }
        var message = DHCPMessage(
            transaction: 1,
            clientAddress: IPv4Address(bits: 0xC633_6432),
            hardwareAddress: [0, 0x80, 0xF0, 0xAB, 0xCD, 0xEF]
        )
        message.operation = .reply
        message.options = [
            53: [DHCPMessage.Kind.ack.rawValue], 54: [198, 51, 100, 1], 66: Array("h".utf8),
            160: [UInt8](repeating: 0x61, count: 300),
        ]
        try folder.add(message.bytes)
        try folder.add(DHCPEventFileName(nanoseconds: 12_345, process: 678, sequence: 9).text.utf8)
    }
}
