import Logging
import NIOCore
import Provisioning
import SIP

/// The SIP sockets of a daemon: one for each interface and family, shared by its phones, bound anew when the address changes.
actor SocketTable {
    private var configuration: DaemonConfiguration.SIPPnP
    private let loops: any EventLoopGroup
    private let logger: Logger
    private var sockets: [String: [SIPFamily: SIPSocket]] = [:]
    /// What was last told of each interface.
    private var states: [String: InterfaceState] = [:]
    private var version = 0
    /// What is done last of all that is under way.
    private var last: Task<Void, Never>?

    init(configuration: DaemonConfiguration.SIPPnP, loops: any EventLoopGroup, logger: Logger) {
        self.configuration = configuration
        self.loops = loops
        self.logger = logger
    }

    /// Sees to it that the interface has its sockets, bound to its addresses.
    func update(_ interface: String, _ state: InterfaceState) async -> InterfaceSockets {
        await inTurn { table in
            table.states[interface] = state
            return await table.open(interface)
        }
    }

    /// The interface's sockets: one that could not be opened is tried again.
    func sockets(of interface: String) async -> InterfaceSockets {
        await inTurn { await $0.open(interface) }
    }

    /// Takes another configuration: closes the sockets of interfaces that no phone is on, and all of them when they have
    /// to be opened anew, which the next ``update(_:_:)`` does.
    func reconfigure(_ changed: DaemonConfiguration.SIPPnP, reopening: Bool, interfaces: Set<String>) async {
        await inTurn { table in
            table.configuration = changed
            for interface in table.sockets.keys where reopening || !interfaces.contains(interface) {
                for family in SIPFamily.allCases { await table.close(family, of: interface) }
            }
        }
    }

    /// Closes all of them.
    func close() async {
        await inTurn { table in
            for interface in table.sockets.keys {
                for family in SIPFamily.allCases { await table.close(family, of: interface) }
            }
        }
    }

    /// Opening and closing take time: one thing after the other, or a socket is opened twice, and the port is taken by the
    /// daemon itself.
    private func inTurn<Result: Sendable>(
        _ body: @escaping @Sendable (isolated SocketTable) async -> Result
    ) async -> Result {
        let before = last
        let task = Task {
            await before?.value
            return await body(self)
        }
        last = Task { _ = await task.value }
        return await task.value
    }

    private func open(_ interface: String) async -> InterfaceSockets {
        let state = states[interface] ?? InterfaceState()
        version += 1
        var result = InterfaceSockets(version: version)
        for family in SIPFamily.allCases {
            switch family {
            case .ipv4:
                let addresses = state.ipv4.map { [$0] } ?? []
                await open(family, configuration.group, on: interface, state.index, addresses, &result)
            case .ipv6 where configuration.group6.isEmpty:
                continue
            case .ipv6:
                await open(family, configuration.group6, on: interface, state.index, state.ipv6, &result)
            }
        }
        return result
    }

    /// Keeps the socket as long as its address is one of these.
    private func open(
        _ family: SIPFamily,
        _ group: String,
        on interface: String,
        _ index: UInt32,
        _ addresses: [String],
        _ result: inout InterfaceSockets
    ) async {
        if let current = sockets[interface]?[family] {
            if addresses.contains(current.localAddress.host) { return result.open.append(current) }
            await close(family, of: interface)
        }
        guard let address = addresses.first else {
            let kind = family == .ipv6 ? " beyond the link-local ones" : ""
            return result.missing.append("\(interface) has no \(family.rawValue) address\(kind)")
        }
        let agent = SIPUserAgent.Configuration(
            group: SIPAddress(host: group, port: configuration.port),
            userAgent: configuration.vendor,
            allowForeignCallID: configuration.allowForeignCallID,
            callIDPrefix: PnPIdentifiers.randomCallIDPrefix()
        )
        do {
            let socket = try await SIPSocket.open(
                agent,
                address: address,
                interfaceIndex: index,
                port: configuration.localPort,
                loop: loops.next(),
                logger: logger
            )
            logger.info("SIP on \(interface): \(socket.localAddress)")
            sockets[interface, default: [:]][family] = socket
            result.open.append(socket)
        } catch {
            logger.error("SIP on \(interface): UDP port \(configuration.localPort) of \(address): \(error)")
            result.missing.append("UDP port \(configuration.localPort) of \(address) cannot be opened: \(error)")
        }
    }

    private func close(_ family: SIPFamily, of interface: String) async {
        await sockets[interface]?.removeValue(forKey: family)?.close()
        if sockets[interface]?.isEmpty == true { sockets[interface] = nil }
    }
}
