import Foundation

/// ISC's DHCP server as the lab's (measured with isc-dhcp-server 4.4.3-P1). It sends whatever bytes it is told to, and an
/// option of more than 255 bytes in parts (RFC 3396).
///
/// It gives 198.51.100.50 to .90.
public final class ISCServer: Sendable {
    /// How the server is set up.
    public struct Configuration: Sendable {
        /// The bytes of options 66, 159 and 160.
        public var options: [UInt8: [UInt8]]
        /// How long a lease lasts.
        public var lease: Duration
        /// When the client is told to renew, T1.
        public var renewal: Duration

        /// A configuration; without arguments, addresses alone, for an hour.
        public init(
            options: [UInt8: [UInt8]] = [:],
            lease: Duration = .seconds(3600),
            renewal: Duration = .seconds(1800)
        ) {
            self.options = options
            self.lease = lease
            self.renewal = renewal
        }

        /// The file: 159 and 160 as bytes, 66 as text, which it has compiled in as that.
        var text: String {
            let lines = options.sorted { $0.key < $1.key }.map { code, bytes in
                code == 66
                    ? "option tftp-server-name \"\(bytes.map { "\\" + Self.digits($0, radix: 8, 3) }.joined())\";"
                    : "option pp\(code) \(bytes.map { Self.digits($0, radix: 16, 2) }.joined(separator: ":"));"
            }
            let seconds = lease.components.seconds
            return """
                authoritative;
                option pp159 code 159 = string;
                option pp160 code 160 = string;
                default-lease-time \(seconds);
                max-lease-time \(seconds);
                min-lease-time \(seconds);
                option dhcp-renewal-time \(renewal.components.seconds);
                option dhcp-rebinding-time \(max(renewal.components.seconds + 1, seconds - 1));
                subnet 198.51.100.0 netmask 255.255.255.0 {
                    range 198.51.100.50 198.51.100.90;
                    \(lines.joined(separator: "\n    "))
                }

                """
        }

        private static func digits(_ byte: UInt8, radix: Int, _ count: Int) -> String {
            let text = String(byte, radix: radix)
            return String(repeating: "0", count: count - text.count) + text
        }
    }

    /// The server's process; every DHCP message is in its log.
    public let process: LabProcess
    private let network: LabNetwork
    private let directory: URL

    /// Starts the server and waits until it listens.
    /// - Parameter before: a server whose leases it takes over; nil for none.
    public static func start(
        in network: LabNetwork,
        _ configuration: Configuration,
        after before: ISCServer? = nil
    ) async throws -> ISCServer {
        let server = try ISCServer(network, configuration, before)
        try await server.process.waitForOutput("Server starting service", within: .seconds(10))
        return server
    }

    private init(_ network: LabNetwork, _ configuration: Configuration, _ before: ISCServer?) throws {
        self.network = network
        directory = try before?.directory ?? network.makeDirectory("dhcpd")
        let place = directory.plainPath
        try Data(configuration.text.utf8).write(to: directory.appending(path: "dhcpd.conf"))
        if before == nil { try Data().write(to: directory.appending(path: "leases")) }
        let words = [
            "dhcpd", "-4", "-f", "-d", "-cf", "\(place)/dhcpd.conf", "-lf", "\(place)/leases", "--no-pid", "eth0",
        ]
        process = try network.start(LabCommand(words, in: network.server, insideRoot: true), name: "dhcpd")
    }

    /// Sends other options from now on: the server is started anew, with its leases.
    public func restarted(_ configuration: Configuration) async throws -> ISCServer {
        await stop()
        return try await Self.start(in: network, configuration, after: self)
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}
