// To the wire.

extension DHCPMessage {
    /// The message as it is sent: the options in the order of their codes but for option 53, which comes first; one of
    /// more than 255 bytes in parts (RFC 3396 section 4), none in `sname` or `file`.
    public var bytes: [UInt8] {
        func field(_ content: [UInt8], _ length: Int) -> [UInt8] {
            Array(content.prefix(length)) + [UInt8](repeating: 0, count: max(0, length - content.count))
        }
        func number(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let address = Array(hardwareAddress.prefix(Self.maximumHardwareAddress))
        var result: [UInt8] = [operation.rawValue, Layout.ethernet, UInt8(address.count), 0]
        result += number(transaction, 4) + number(UInt32(seconds), 2)
        result += number(UInt32(wantsBroadcast ? Layout.broadcastFlag : 0), 2)
        for part in [clientAddress, yourAddress, nextServer, relayAgent] { result += part.bytes }
        result += field(address, Layout.hardwareAddress.count)
        result += field(serverName, Layout.serverName.count)
        result += field(bootFile, Layout.bootFile.count)
        result += Layout.cookie
        let sorted = options.sorted {
            ($0.key == Code.messageType ? 0 : $0.key, $0.key) < ($1.key == Code.messageType ? 0 : $1.key, $1.key)
        }
        for (code, content) in sorted {
            var rest = content[...]
            repeat {
                let part = rest.prefix(255)
                result += [code, UInt8(part.count)] + part
                rest = rest.dropFirst(part.count)
            } while !rest.isEmpty
        }
        result.append(Code.end)
        return result + [UInt8](repeating: 0, count: max(0, Self.minimumSentSize - result.count))
    }
}
