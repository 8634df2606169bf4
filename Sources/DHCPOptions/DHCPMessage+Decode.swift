// From the wire.

extension DHCPMessage {
    /// Why bytes are not a DHCP message. Nothing of such a message is used.
    public enum Failure: Error, Hashable, Sendable {
        /// Shorter than the header, or longer than ``DHCPMessage/maximumSize``; its length in bytes.
        case size(Int)
        /// The field `op` is neither request nor reply; its value.
        case operation(UInt8)
        /// Not Ethernet, or a hardware address of more than 16 bytes.
        case hardwareAddress
        /// The four bytes that begin the options are others: BOOTP, or something else.
        case noCookie
        /// An option runs over the end of its field; its code, and where it begins in the message.
        case optionEndsEarly(code: UInt8, offset: Int)
        /// Option 52 does not say 1, 2 or 3 in one byte, stands there twice, or within a field that it names.
        case overload
    }

    /// Reads a message.
    ///
    /// The options are those of the options field, then of `file`, then of `sname`, where option 52 says that these hold
    /// options (RFC 2131 section 4.1). Parts of an option are joined in this order (RFC 3396 section 5). A field may
    /// lack the end option when it is full.
    ///
    /// - Throws: ``Failure``.
    public init(bytes: [UInt8]) throws(Failure) {
        guard (Layout.options...Self.maximumSize).contains(bytes.count) else { throw .size(bytes.count) }
        guard let operation = Operation(rawValue: bytes[0]) else { throw .operation(bytes[0]) }
        guard bytes[1] == Layout.ethernet, Int(bytes[2]) <= Self.maximumHardwareAddress else {
            throw .hardwareAddress
        }
        guard Array(bytes[(Layout.options - 4)..<Layout.options]) == Layout.cookie else { throw .noCookie }
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            bytes[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        func address(_ index: Int) -> IPv4Address { IPv4Address(bits: number(Layout.addresses + 4 * index, 4)) }
        self.operation = operation
        transaction = number(Layout.transaction, 4)
        seconds = UInt16(number(Layout.seconds, 2))
        wantsBroadcast = UInt16(number(Layout.flags, 2)) & Layout.broadcastFlag != 0
        (clientAddress, yourAddress, nextServer, relayAgent) = (address(0), address(1), address(2), address(3))
        hardwareAddress = Array(bytes[Layout.hardwareAddress].prefix(Int(bytes[2])))

        var reader = OptionReader(bytes: bytes)
        try reader.read(Layout.options..<bytes.count)
        let overload = try reader.takeOverload()
        if overload & 1 != 0 { try reader.read(Layout.bootFile) }
        if overload & 2 != 0 { try reader.read(Layout.serverName) }
        guard reader.options[Code.overload] == nil else { throw .overload }
        options = reader.options
        bootFile = overload & 1 == 0 ? Array(bytes[Layout.bootFile].prefix { $0 != 0 }) : []
        serverName = overload & 2 == 0 ? Array(bytes[Layout.serverName].prefix { $0 != 0 }) : []
    }

    /// Walks fields of options, and joins what belongs together.
    private struct OptionReader {
        let bytes: [UInt8]
        var options: [UInt8: [UInt8]] = [:]

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func read(_ field: Range<Int>) throws(Failure) {
            var offset = field.lowerBound
            while offset < field.upperBound {
                let code = bytes[offset]
                if code == Code.end { return }
                if code == Code.pad {
                    offset += 1
                    continue
                }
                guard offset + 1 < field.upperBound else { throw .optionEndsEarly(code: code, offset: offset) }
                let content = (offset + 2)..<(offset + 2 + Int(bytes[offset + 1]))
                guard content.upperBound <= field.upperBound else {
                    throw .optionEndsEarly(code: code, offset: offset)
                }
                options[code, default: []] += bytes[content]
                offset = content.upperBound
            }
        }

        /// Which fields hold options: 1 for `file`, 2 for `sname`, 3 for both, 0 for none.
        mutating func takeOverload() throws(Failure) -> UInt8 {
            guard let content = options.removeValue(forKey: Code.overload) else { return 0 }
            guard content.count == 1, (1...3).contains(content[0]) else { throw .overload }
            return content[0]
        }
    }
}

extension DHCPMessage.Failure: CustomStringConvertible {
    /// What is wrong.
    public var description: String {
        switch self {
        case .size(let count):
            "it has \(count) bytes, not \(DHCPMessage.Layout.options) to \(DHCPMessage.maximumSize)"
        case .operation(let value): "its field op is \(value)"
        case .hardwareAddress: "its hardware address is not one of Ethernet"
        case .noCookie: "its options do not begin with 99.130.83.99"
        case .optionEndsEarly(let code, let offset): "option \(code) at byte \(offset) runs over the end of its field"
        case .overload: "its option 52 is malformed"
        }
    }
}
