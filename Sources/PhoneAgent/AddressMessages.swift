import NIOCore

/// What the kernel says of addresses being set (rtnetlink(7)).
enum AddressMessages {
    /// RTM_NEWADDR: an address was added, or an existing one was set once more, with another lifetime.
    private static let newAddress: UInt16 = 20
    /// AF_INET.
    private static let ipv4: UInt8 = 2
    /// nlmsghdr (netlink(7)) and ifaddrmsg (rtnetlink(7)), in bytes.
    private static let headerLength = 16
    private static let addressLength = 8
    /// Messages begin at multiples of so many bytes.
    private static let alignment = 4

    /// The numbers of the interfaces of which an IPv4 address was set, one for each message. What is cut short ends the
    /// list: the kernel writes whole messages.
    static func interfaces(_ bytes: ByteBufferView) -> [UInt32] {
        var buffer = ByteBuffer(bytes)
        var result: [UInt32] = []
        while let length = buffer.getInteger(at: buffer.readerIndex, endianness: .host, as: UInt32.self),
            let type = buffer.getInteger(at: buffer.readerIndex + 4, endianness: .host, as: UInt16.self),
            Int(length) >= headerLength, var message = buffer.readSlice(length: Int(length))
        {
            buffer.moveReaderIndex(forwardBy: min(buffer.readableBytes, -Int(length) & (alignment - 1)))
            message.moveReaderIndex(forwardBy: headerLength)
            guard type == newAddress, message.readableBytes >= addressLength,
                message.getInteger(at: message.readerIndex, as: UInt8.self) == ipv4,
                let index = message.getInteger(at: message.readerIndex + 4, endianness: .host, as: UInt32.self)
            else { continue }
            result.append(index)
        }
        return result
    }
}
