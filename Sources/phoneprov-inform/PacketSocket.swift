import Glibc

/// A packet socket (packet(7)) that sees IPv4 packets with UDP to one port, on one interface.
enum PacketSocket {
    /// ETH_P_IP, in network order.
    private static let ipv4 = UInt16(0x0800).bigEndian

    /// sockaddr_ll (packet(7)), which Glibc's module leaves out.
    private struct LinkAddress {
        var family = UInt16(AF_PACKET)
        var protocolNumber = PacketSocket.ipv4
        var interface: Int32
        var hardwareType: UInt16 = 0
        var packetType: UInt8 = 0
        var length: UInt8 = 0
        var address: (UInt32, UInt32) = (0, 0)
    }

    /// sock_filter (bpf(2), linux/filter.h), which Glibc's module leaves out.
    private struct Instruction {
        var code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var operand: UInt32
    }

    /// sock_fprog.
    private struct Program {
        var length: UInt16
        var instructions: UnsafePointer<Instruction>?
    }

    /// Takes IPv4 packets with UDP, no later fragment, to this port; drops everything else in the kernel.
    private static func filter(udpPort: UInt16) -> [Instruction] {
        [
            // The byte at 9, the protocol: 17 is UDP.
            Instruction(code: 0x30, operand: 9), Instruction(code: 0x15, ifFalse: 6, operand: 17),
            // The two bytes at 6: the fragment's offset must be 0.
            Instruction(code: 0x28, operand: 6), Instruction(code: 0x45, ifTrue: 4, operand: 0x1FFF),
            // X becomes the header's length; then the two bytes at X + 2, the port it goes to.
            Instruction(code: 0xB1, operand: 0), Instruction(code: 0x48, operand: 2),
            Instruction(code: 0x15, ifFalse: 1, operand: UInt32(udpPort)),
            // The whole packet, or nothing of it.
            Instruction(code: 0x06, operand: 0xFFFF), Instruction(code: 0x06, operand: 0),
        ]
    }

    static func open(_ interface: String, udpPort: UInt16) throws(HelperProblem) -> CInt {
        let index = if_nametoindex(interface)
        guard index != 0 else { throw .system("the interface \(interface)", errno) }
        // Of no protocol until it is bound: nothing comes before the filter is there.
        let descriptor = socket(AF_PACKET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("a packet socket", errno) }
        let instructions = filter(udpPort: udpPort)
        let attached = instructions.withUnsafeBufferPointer { buffer in
            var program = Program(length: UInt16(buffer.count), instructions: buffer.baseAddress)
            return setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_ATTACH_FILTER,
                &program,
                socklen_t(MemoryLayout<Program>.size)
            )
        }
        let address = LinkAddress(interface: Int32(bitPattern: index))
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<LinkAddress>.size))
            }
        }
        guard attached == 0, bound == 0 else {
            let code = errno
            close(descriptor)
            throw .system("a packet socket on \(interface)", code)
        }
        return descriptor
    }
}
