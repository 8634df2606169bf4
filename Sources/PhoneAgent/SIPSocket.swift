import Glibc
import Logging
import NIOCore
import NIOPosix
import SIP

/// One UDP socket of one interface, with the SIP side of all its phones.
///
/// Everything happens on its event loop: datagrams in, the user agent's actions out. What concerns a phone goes to its
/// own listener, in order.
final class SIPSocket: Sendable {
    /// What a phone hears.
    enum Report: Sendable {
        /// A NOTIFY with a valid URL.
        case found(url: String, server: PnPServer)
        /// A NOTIFY asked for provisioning.
        case resync(from: SIPAddress, requestURI: String)
        /// Something for the trace.
        case note(SIPNote)
        /// A message could not be sent.
        case sendFailed(String)
        /// No URL came, and meanwhile this host has dropped so many datagrams for want of room.
        case lost(Int)
        /// A message of the phone's, as it went over the wire.
        case traffic(SIPTraffic)
    }

    /// The receive buffer that is asked for, in bytes. The kernel gives twice as much, and at most twice
    /// net.core.rmem_max (socket(7)): of that, the answers to one SUBSCRIBE take 4.5 KB until they are read.
    static let receiveBuffer = 4_194_304

    typealias Listener = @Sendable (Report) -> Void

    private let channel: any Channel
    private let handler: NIOLoopBound<SIPSocketHandler>
    /// What it speaks.
    let family: SIPFamily
    /// The address and port that the socket is bound to.
    let localAddress: SIPAddress
    /// What the Call-IDs of its phones begin with.
    let callIDPrefix: String

    /// Opens the socket.
    ///
    /// When the port is taken another one is used: some PnP servers answer only to 5060.
    static func open(
        _ configuration: SIPUserAgent.Configuration,
        address: String,
        interfaceIndex: UInt32,
        port: Int,
        loop: any EventLoop,
        logger: Logger
    ) async throws -> SIPSocket {
        do {
            return try await bind(configuration, address, interfaceIndex, port, loop, logger)
        } catch let error as IOError where error.errnoCode == EADDRINUSE && port != 0 {
            let socket = try await bind(configuration, address, interfaceIndex, 0, loop, logger)
            logger.warning(
                """
                UDP port \(port) of \(address) is taken, SIP uses \(socket.localAddress.port) instead: PnP servers that \
                answer only to port 5060 will not be heard, nor a SIP server's NOTIFY to \(port)
                """
            )
            return socket
        }
    }

    private static func bind(
        _ configuration: SIPUserAgent.Configuration,
        _ address: String,
        _ interfaceIndex: UInt32,
        _ port: Int,
        _ loop: any EventLoop,
        _ logger: Logger
    ) async throws -> SIPSocket {
        let agent = SIPUserAgent(configuration: configuration)
        let (channel, handler) = try await DatagramBootstrap(group: loop)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: SIPLimits.maximumDatagramLength)
            )
            .channelOption(.datagramVectorReadMessageCount, value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: SocketOptionValue(Self.receiveBuffer))
            .bind(host: address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = SIPSocketHandler(agent: agent, interfaceIndex: interfaceIndex, logger: logger)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }
            }
        do {
            switch SIPFamily(of: address) {
            case .ipv4: try await prepareMulticast(channel, address: address, interfaceIndex: interfaceIndex)
            case .ipv6: try await prepareMulticast6(channel, interfaceIndex: interfaceIndex)
            }
        } catch {
            try? await channel.close().get()
            throw error
        }
        let local = SIPAddress(host: address, port: channel.localAddress?.port ?? port)
        let socket = SIPSocket(
            channel: channel,
            handler: handler,
            localAddress: local,
            callIDPrefix: configuration.callIDPrefix
        )
        socket.perform(.localAddressChanged(local))
        return socket
    }

    /// Out of this interface, one hop, and to a PnP server on the same host too (ip(7)).
    private static func prepareMulticast(_ channel: any Channel, address: String, interfaceIndex: UInt32) async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        var request = ip_mreqn()
        inet_pton(AF_INET, address, &request.imr_address)
        request.imr_ifindex = CInt(bitPattern: interfaceIndex)
        try await options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: request).get()
        try await options.setIPMulticastTTL(1).get()
        try await options.setIPMulticastLoop(1).get()
    }

    /// The same by ipv6(7).
    private static func prepareMulticast6(_ channel: any Channel, interfaceIndex: UInt32) async throws {
        guard let options = channel as? any SocketOptionProvider else { return }
        try await options.setIPv6MulticastIF(interfaceIndex).get()
        try await options.setIPv6MulticastHops(1).get()
        try await options.setIPv6MulticastLoop(1).get()
    }

    private init(
        channel: any Channel,
        handler: NIOLoopBound<SIPSocketHandler>,
        localAddress: SIPAddress,
        callIDPrefix: String
    ) {
        self.channel = channel
        self.handler = handler
        self.localAddress = localAddress
        family = SIPFamily(of: localAddress.host)
        self.callIDPrefix = callIDPrefix
    }

    /// Lets a phone use the socket, or replaces what was known of it.
    func add(_ phone: SIPUserAgent.Phone, listener: @escaping Listener) {
        let handler = handler
        channel.eventLoop.execute {
            handler.value.listeners[phone.mac] = listener
            handler.value.handle(.phoneAdded(phone))
        }
    }

    /// A phone uses the socket no more.
    func remove(_ mac: String) {
        let handler = handler
        channel.eventLoop.execute {
            handler.value.handle(.phoneRemoved(mac: mac))
            handler.value.listeners[mac] = nil
        }
    }

    /// Hands an event to the user agent.
    func perform(_ event: SIPUserAgent.Event) {
        let handler = handler
        channel.eventLoop.execute { handler.value.handle(event) }
    }

    /// Closes the socket.
    func close() async {
        try? await channel.close().get()
    }
}
