import Glibc
import Logging
import NIOCore
import NIOPosix

/// Tells when the addresses of the phones' interfaces change, by the kernel's messages (rtnetlink(7)): nothing is polled.
final class InterfaceMonitor: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<InterfaceHandler.Handler>

    /// Why changes cannot be heard of.
    struct Unavailable: Error, CustomStringConvertible {
        let reason: String
        var description: String { "the kernel's messages about network interfaces cannot be had: \(reason)" }
    }

    /// Starts listening. `onChange` is called on the event loop, with the states of these interfaces: once at the start
    /// and then whenever one of them has changed. `interfaces` is asked for them each time.
    static func start(
        interfaces: @escaping @Sendable () -> Set<String>,
        group: any EventLoopGroup,
        onChange: @escaping @Sendable ([String: InterfaceState]) -> Void
    ) async throws -> InterfaceMonitor {
        let descriptor = try openSocket()
        let handler = InterfaceHandler(interfaces: interfaces, onChange: onChange)
        do {
            let (channel, bound) = try await NIOPipeBootstrap(group: group)
                .takingOwnershipOfDescriptor(input: descriptor) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let made = handler.make()
                        try channel.pipeline.syncOperations.addHandler(made)
                        return (channel, NIOLoopBound(made, eventLoop: channel.eventLoop))
                    }
                }
            return InterfaceMonitor(channel: channel, handler: bound)
        } catch {
            throw Unavailable(reason: "\(error)")
        }
    }

    private init(channel: any Channel, handler: NIOLoopBound<InterfaceHandler.Handler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Tells the states once more, whether they have changed or not: there may be others to tell them to.
    func tellAgain() {
        let handler = handler
        channel.eventLoop.execute { handler.value.tellAgain() }
    }

    /// Waits until listening has ended, by ``stop()`` or by an error.
    func untilClosed() async {
        try? await channel.closeFuture.get()
    }

    /// Ends listening.
    func stop() async {
        try? await channel.close().get()
    }

    /// sockaddr_nl as netlink(7) has it; Glibc's module leaves it out.
    private struct NetlinkAddress {
        var family = UInt16(AF_NETLINK)
        var pad: UInt16 = 0
        var process: UInt32 = 0
        /// RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR.
        var groups: UInt32 = 0x1 | 0x10 | 0x100
    }

    private static func openSocket() throws -> CInt {
        let descriptor = socket(
            AF_NETLINK,
            CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue),
            0
        )
        guard descriptor >= 0 else { throw Unavailable(reason: String(cString: strerror(errno))) }
        var address = NetlinkAddress()
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<NetlinkAddress>.size))
            }
        }
        // A burst of changes may overflow the socket. What is lost then does not matter, as every message means only "look
        // again", but the error would close the channel (SOL_NETLINK, NETLINK_NO_ENOBUFS; netlink(7)).
        var on: CInt = 1
        setsockopt(descriptor, 270, 5, &on, socklen_t(MemoryLayout<CInt>.size))
        guard bound == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Unavailable(reason: reason)
        }
        return descriptor
    }
}

/// Makes the handler on the event loop, where it stays.
private struct InterfaceHandler: Sendable {
    let interfaces: @Sendable () -> Set<String>
    let onChange: @Sendable ([String: InterfaceState]) -> Void

    func make() -> Handler { Handler(self) }

    /// Every message means the same: look again. So it does not matter if the kernel had to drop some.
    final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let parameters: InterfaceHandler
        private var known: [String: InterfaceState]?
        private var settings: [UInt32: Int] = [:]

        init(_ parameters: InterfaceHandler) { self.parameters = parameters }

        func channelActive(context: ChannelHandlerContext) { look() }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for index in AddressMessages.interfaces(unwrapInboundIn(data).readableBytesView) {
                settings[index, default: 0] += 1
            }
        }

        func channelReadComplete(context: ChannelHandlerContext) { look() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { look() }

        func tellAgain() {
            known = nil
            look()
        }

        private func look() {
            var states = InterfaceState.read(parameters.interfaces())
            for (name, state) in states { states[name]?.ipv4Settings = settings[state.index] ?? 0 }
            guard states != known else { return }
            known = states
            parameters.onChange(states)
        }
    }
}
