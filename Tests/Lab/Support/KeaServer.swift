import Foundation

/// Kea as the lab's DHCP or DHCPv6 server (measured with Kea 2.2.0).
///
/// It gives 198.51.100.50 to .90, or 2001:db8::100 to ::1ff.
public final class KeaServer: Sendable {
    /// Which of the two it is.
    public enum Family: Sendable {
        /// DHCP, with the bytes of options 66 and 160; 159 it has compiled in as something that no text is.
        case ipv4([UInt8: [UInt8]])
        /// DHCPv6, with option 17: an enterprise number, and the text of its sub-option 1; nil sends no option 17. Needs a
        /// network with IPv6.
        case ipv6(enterprise: UInt32, String?)
    }

    /// The server's process.
    public let process: LabProcess
    private let network: LabNetwork
    private let directory: URL
    private let lease: Int
    private let renewal: Int

    /// Starts the server and waits until it serves.
    /// - Parameters:
    ///   - lease: how long a lease lasts, in seconds.
    ///   - renewal: when the client is told to renew, T1, in seconds.
    public static func start(
        in network: LabNetwork,
        _ family: Family,
        lease: Int = 3600,
        renewal: Int = 1800
    ) async throws -> KeaServer {
        let server = try KeaServer(network, family, lease, renewal, nil)
        try await server.waitUntilServing()
        return server
    }

    private init(
        _ network: LabNetwork,
        _ family: Family,
        _ lease: Int,
        _ renewal: Int,
        _ before: KeaServer?
    ) throws {
        self.network = network
        self.lease = lease
        self.renewal = renewal
        directory = try before?.directory ?? network.makeDirectory("kea")
        let place = directory.plainPath
        let (name, program) =
            switch family {
            case .ipv4: ("Dhcp4", "kea-dhcp4")
            case .ipv6: ("Dhcp6", "kea-dhcp6")
            }
        var settings: [String: Any] = [
            "interfaces-config": ["interfaces": ["eth0"]],
            "lease-database": ["type": "memfile", "persist": true, "name": "\(place)/leases.csv"],
            "valid-lifetime": lease, "renew-timer": renewal, "rebind-timer": max(renewal + 1, lease - 1),
            "loggers": [
                ["name": program, "severity": "INFO", "output_options": [["output": "stdout", "flush": true]]]
            ],
        ]
        switch family {
        case .ipv4(let options):
            settings["authoritative"] = true
            settings["subnet4"] = [
                [
                    "subnet": "198.51.100.0/24", "pools": [["pool": "198.51.100.50 - 198.51.100.90"]],
                    "option-data": options.map { code, bytes -> [String: Any] in
                        let hex = bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
                        return ["code": Int(code), "csv-format": false, "data": hex]
                    },
                ]
            ]
        case .ipv6(let enterprise, let text):
            settings["preferred-lifetime"] = lease
            // A client asks the server whose lease it has: a server that is started anew has to be the same one.
            settings["server-id"] = [
                "type": "EN", "enterprise-id": 32473, "identifier": "6C6162", "persist": false,
            ]
            settings["option-def"] = [
                ["name": "prov", "code": 1, "space": "vendor-\(enterprise)", "type": "string"]
            ]
            settings["subnet6"] = [
                [
                    "subnet": "2001:db8::/64", "interface": "eth0",
                    "pools": [["pool": "2001:db8::100 - 2001:db8::1ff"]],
                    "option-data": text.map { text -> [[String: Any]] in
                        [
                            ["name": "vendor-opts", "data": "\(enterprise)", "always-send": true],
                            ["name": "prov", "space": "vendor-\(enterprise)", "data": text, "always-send": true],
                        ]
                    } ?? [],
                ]
            ]
        }
        let file = directory.appending(path: "kea.json")
        try JSONSerialization.data(withJSONObject: [name: settings]).write(to: file)
        let environment = ["KEA_PIDFILE_DIR": place, "KEA_LOCKFILE_DIR": place]
        let command = LabCommand(
            [program, "-c", file.plainPath],
            in: network.server,
            insideRoot: true,
            setup: "mkdir -p /var/lib/kea",
            environment: environment
        )
        process = try network.start(command, name: program)
    }

    private func waitUntilServing() async throws {
        try await process.waitUntil("Kea to serve", within: .seconds(15)) {
            process.transcript.contains("DHCP4_STARTED") || process.transcript.contains("DHCP6_STARTED")
        }
    }

    /// Sends other options from now on: the server is started anew, with its leases.
    public func restarted(_ family: Family) async throws -> KeaServer {
        await process.stop()
        let server = try KeaServer(network, family, lease, renewal, self)
        try await server.waitUntilServing()
        return server
    }

    /// Ends the server.
    public func stop() async { await process.stop() }
}
