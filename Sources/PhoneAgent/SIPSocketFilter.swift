import Glibc
import Logging
import NIOCore
import SIP

/// A filter in the kernel (socket(7), SO_ATTACH_FILTER) that lets only datagrams with a Call-ID of the phones through, so
/// that a flood does not fill the socket's queue before the answer of a PnP server comes to it.
enum SIPSocketFilter {
    /// One instruction of the classic BPF machine, `struct sock_filter` of linux/filter.h.
    struct Instruction: Equatable {
        let code: UInt16
        /// How many instructions to leave out when a comparison holds, and when it does not.
        let jumpTrue: UInt8
        let jumpFalse: UInt8
        let operand: UInt32

        static func loadWord(at offset: Int) -> Instruction {
            Instruction(code: 0x20, jumpTrue: 0, jumpFalse: 0, operand: UInt32(offset))
        }

        static func jump(ifEqual value: UInt32, over count: Int) -> Instruction {
            Instruction(code: 0x15, jumpTrue: UInt8(count), jumpFalse: 0, operand: value)
        }

        static func jump(over count: Int) -> Instruction {
            Instruction(code: 0x05, jumpTrue: 0, jumpFalse: 0, operand: UInt32(count))
        }

        /// Takes so many bytes of the datagram.
        static func take(_ bytes: UInt32) -> Instruction {
            Instruction(code: 0x06, jumpTrue: 0, jumpFalse: 0, operand: bytes)
        }
    }

    /// `struct sock_fprog` of linux/filter.h. The pointer stands in it as the number that it is.
    private struct Program {
        let count: UInt16
        let instructions: UInt
    }

    /// How many bytes of a datagram are searched. How much memory a program may take differs between kernels
    /// (net.core.optmem_max), so the largest that is taken is used. The Call-ID of known servers' messages lies within
    /// the first 500 bytes.
    static let reaches = [3_200, 1_600, 800, 480]

    private static let udpHeader = 8
    private static let attach = NIOBSDSocket.Option(rawValue: 26)
    private static let detach = NIOBSDSocket.Option(rawValue: 27)

    /// Lets those datagrams through in which `prefix` stands within the first `reach` bytes.
    ///
    /// Words of four bytes are looked at, one after the other. Wherever the prefix begins, one of them lies wholly in it,
    /// at one of four places. A datagram that ends before is left out: loading beyond its end ends the program so.
    ///
    /// - Parameters:
    ///   - prefix: at least ``SIPLimits/minimumCallIDPrefix`` bytes.
    ///   - reach: at most 3,200, as a program has at most 4,096 instructions.
    static func program(_ prefix: [UInt8], reach: Int) -> [Instruction] {
        let words = (0..<4).map { place in prefix[place..<(place + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        var program: [Instruction] = []
        let offsets = stride(from: udpHeader, to: udpHeader + reach, by: 4).map(\.self)
        // A jump leaves out at most 255 instructions; so the way out stands after every fiftieth word.
        for start in stride(from: 0, to: offsets.count, by: 50) {
            let part = offsets[start..<min(start + 50, offsets.count)]
            let wayOut = part.count * 5 + 1
            var index = 0
            for offset in part {
                program.append(.loadWord(at: offset))
                index += 1
                for word in words {
                    program.append(.jump(ifEqual: word, over: wayOut - index - 1))
                    index += 1
                }
            }
            program += [.jump(over: 1), .take(.max)]
        }
        return program + [.take(0)]
    }

    /// Sets the filter, or takes it away. A kernel that refuses it leaves the socket as it was.
    ///
    /// To be called on the channel's event loop, where the option is set before the call comes back.
    static func set(_ admission: SIPAdmission, on channel: any Channel, _ logger: Logger) {
        guard let options = channel as? any SocketOptionProvider else { return }
        // Fails with ENOENT when there is none. One that stays would count with the next against the memory that the kernel
        // allows.
        _ = options.unsafeSetSocketOption(level: .socket, name: detach, value: CInt(0))
        if case .callIDs(let prefix) = admission { tryNext(of: reaches[...], prefix, options, logger) }
    }

    private static func tryNext(
        of reaches: ArraySlice<Int>,
        _ prefix: String,
        _ options: any SocketOptionProvider,
        _ logger: Logger
    ) {
        guard let reach = reaches.first else {
            logger.notice("SIP socket: the kernel takes no filter, a flood is read with the rest")
            return
        }
        var instructions = program(Array(prefix.utf8), reach: reach)
        instructions.withUnsafeMutableBufferPointer { buffer in
            // The kernel copies the program during the call; the memory is not used afterwards.
            let value = Program(count: UInt16(buffer.count), instructions: UInt(bitPattern: buffer.baseAddress))
            options.unsafeSetSocketOption(level: .socket, name: attach, value: value).whenFailure { error in
                logger.debug("SIP socket: a filter for \(reach) bytes is refused: \(error)")
                tryNext(of: reaches.dropFirst(), prefix, options, logger)
            }
        }
    }
}
