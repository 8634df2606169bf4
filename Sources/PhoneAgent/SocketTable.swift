import Logging
import NIOCore
import Provisioning
import SIP

/// The SIP sockets of a daemon: one for each interface, shared by its phones, bound anew when the address changes.
actor SocketTable {
    private var configuration: DaemonConfiguration.SIPPnP
    private let loops: any EventLoopGroup
    private let logger: Logger
    private var sockets: [String: (address: String, socket: SIPSocket)] = [:]

    init(configuration: DaemonConfiguration.SIPPnP, loops: any EventLoopGroup, logger: Logger) {
        self.configuration = configuration
        self.loops = loops
        self.logger = logger
    }

    /// What became of an interface's socket.
    enum Change: Sendable {
        /// The same as before.
        case unchanged(SIPSocket)
        /// A new one.
        case opened(SIPSocket)
        /// There is none: why.
        case none(String)
    }

    /// Sees to it that the interface has a socket bound to its address.
    func update(_ interface: String, _ state: InterfaceState) async -> Change {
        if let current = sockets[interface] {
            if current.address == state.ipv4 { return .unchanged(current.socket) }
            await current.socket.close()
            sockets[interface] = nil
        }
        guard let address = state.ipv4 else { return .none("\(interface) has no IPv4 address") }
        let agent = SIPUserAgent.Configuration(
            group: SIPAddress(host: configuration.group, port: configuration.port),
            userAgent: configuration.vendor,
            allowForeignCallID: configuration.allowForeignCallID,
            callIDPrefix: PnPIdentifiers.randomCallIDPrefix()
        )
        do {
            let socket = try await SIPSocket.open(
                agent,
                address: address,
                interfaceIndex: state.index,
                port: configuration.localPort,
                loop: loops.next(),
                logger: logger
            )
            logger.info("SIP on \(interface): \(socket.localAddress)")
            sockets[interface] = (address, socket)
            return .opened(socket)
        } catch {
            logger.error("SIP on \(interface): UDP port \(configuration.localPort) of \(address): \(error)")
            return .none("UDP port \(configuration.localPort) of \(address) cannot be opened: \(error)")
        }
    }

    /// The interface's socket, for a phone that has none: one that could not be opened is tried again.
    func socket(_ interface: String, _ state: InterfaceState) async -> SIPSocket? {
        switch await update(interface, state) {
        case .opened(let socket), .unchanged(let socket): socket
        case .none: nil
        }
    }

    /// Takes another configuration: closes the sockets of interfaces that no phone is on, and all of them when they have
    /// to be opened anew, which the next ``update(_:_:)`` does.
    func reconfigure(_ changed: DaemonConfiguration.SIPPnP, reopening: Bool, interfaces: Set<String>) async {
        configuration = changed
        for (interface, entry) in sockets where reopening || !interfaces.contains(interface) {
            await entry.socket.close()
            sockets[interface] = nil
        }
    }

    /// Closes all of them.
    func close() async {
        for entry in sockets.values { await entry.socket.close() }
        sockets = [:]
    }
}
