import NIOCore
import Testing

@testable import PhoneAgent

/// The kernel's messages of addresses being set, as rtnetlink(7) has them.
struct AddressMessagesTests {
    /// A message as the kernel writes it: RTM_NEWADDR is 20, RTM_DELADDR 21, AF_INET 2, AF_INET6 10.
    private func message(type: UInt16 = 20, family: UInt8 = 2, index: UInt32, attributes: Int = 0) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(24 + attributes), endianness: .host)
        buffer.writeInteger(type, endianness: .host)
        buffer.writeBytes([UInt8](repeating: 0, count: 10))
        buffer.writeBytes([family, 24, 0, 0])
        buffer.writeInteger(index, endianness: .host)
        buffer.writeBytes([UInt8](repeating: 0xAA, count: (attributes + 3) / 4 * 4))
        return buffer
    }

    private func interfaces(_ messages: [ByteBuffer]) -> [UInt32] {
        AddressMessages.interfaces(
            messages.reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }.readableBytesView
        )
    }

    @Test func `each IPv4 address that is set is one, and nothing else is`() {
        let messages = [
            message(index: 2), message(type: 21, index: 3), message(family: 10, index: 4),
            message(index: 7, attributes: 13), message(index: 2),
        ]
        #expect(interfaces(messages) == [2, 7, 2])
    }

    @Test func `what is cut short, or claims a length that cannot be, ends the list`() {
        let whole = message(index: 2)
        for length in 0..<whole.readableBytes {
            #expect(interfaces([ByteBuffer(bytes: whole.readableBytesView.prefix(length))]).isEmpty)
        }
        var endless = message(index: 2)
        endless.setInteger(UInt32(0), at: 0, endianness: .host)
        #expect(interfaces([message(index: 5), endless]) == [5])
    }
}
