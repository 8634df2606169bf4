import Foundation

/// ISC dhclient as the phone's DHCP client (measured with isc-dhcp-client 4.4.3-P1).
///
/// It runs in a throw-away copy of the lab's root: the /etc/dhcp, /etc/resolv.conf and host name of this machine stay as
/// they are. Its script calls the hooks that `binds` put there; one hook of the lab's own records every call.
public final class DHClient: Sendable {
    /// A dhclient.conf that asks for options 66, 159 and 160 in the one way in which dhclient hands them over whole.
    public static let configuration = """
        option phone-prov-160 code 160 = text;
        option phone-prov-159 code 159 = text;
        send vendor-class-identifier "Panasonic";
        request subnet-mask, broadcast-address, routers, domain-name-servers,
            tftp-server-name, phone-prov-159, phone-prov-160;
        timeout 20;
        retry 5;
        initial-interval 1;

        """

    /// A dhclient.conf that asks for DHCPv6 option 17, which reaches the hooks as `new_dhcp6_vendor_opts`: bytes in hex, with
    /// colons between them and without leading zeros.
    public static let configuration6 = "also request dhcp6.vendor-opts;\n"

    /// Which protocol it speaks; one client speaks one.
    public enum Family: Sendable {
        /// DHCP, RFC 2131.
        case ipv4
        /// DHCPv6, RFC 8415. The reasons in its events end with 6: BOUND6, RENEW6, RELEASE6.
        case ipv6
    }

    /// The client's process; its messages are in its log.
    public let process: LabProcess
    private let network: LabNetwork
    private let directory: URL
    private let binds: [LabCommand.Bind]
    private let options: [String]

    /// Starts the client. It gives the phone's `eth0` its address when it has a lease: wait with `waitForEvent`.
    /// - Parameters:
    ///   - family: DHCP or DHCPv6.
    ///   - configuration: dhclient.conf; nil for `configuration` or `configuration6`.
    ///   - binds: the hooks under test and what they call, as the client is to see them.
    ///   - environment: added to the environment of the client, and so of its hooks.
    public static func start(
        in network: LabNetwork,
        family: Family = .ipv4,
        configuration: String? = nil,
        binds: [LabCommand.Bind] = [],
        environment: [String: String] = [:]
    ) throws -> DHClient {
        let usual = family == .ipv4 ? Self.configuration : Self.configuration6
        return try DHClient(network, family, configuration ?? usual, binds, environment)
    }

    private init(
        _ network: LabNetwork,
        _ family: Family,
        _ configuration: String,
        _ binds: [LabCommand.Bind],
        _ environment: [String: String]
    ) throws {
        self.network = network
        directory = try network.makeDirectory("dhclient")
        let place = directory.plainPath
        try Data(configuration.utf8).write(to: directory.appending(path: "dhclient.conf"))
        let recorder = directory.appending(path: "record")
        // Sourced by /bin/sh. A subshell, so that nothing of it reaches dhclient-script; renamed, so that no half is read.
        let script = "( name=\(place)/$(date +%s%N); env -0 >$name.part && mv $name.part $name.event )\n"
        try Data(script.utf8).write(to: recorder)
        self.binds =
            binds + [LabCommand.Bind(recorder.plainPath, at: "/etc/dhcp/dhclient-exit-hooks.d/zz-lab-recorder")]
        options =
            (family == .ipv6 ? ["-6"] : []) + ["-cf", "\(place)/dhclient.conf", "-lf", "\(place)/leases"]
            + ["-pf", "\(place)/pid", LabNetwork.interface]
        let command = LabCommand(
            ["dhclient", "-d"] + options,
            in: network.phone,
            insideRoot: true,
            binds: self.binds,
            environment: environment
        )
        process = try network.start(command, name: "dhclient")
    }

    /// The environment of every call of dhclient-script that came to its exit hooks, oldest first: `reason`, `interface`,
    /// `new_phone_prov_160` and so on, as dhclient wrote them.
    public var events: [[String: String]] {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.plainPath)
            return try names.filter { $0.hasSuffix(".event") }.sorted().map { name in
                let content = try Data(contentsOf: directory.appending(path: name))
                return content.split(separator: 0).reduce(into: [:]) { event, variable in
                    let parts = String(decoding: variable, as: UTF8.self).split(separator: "=", maxSplits: 1)
                    event[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
                }
            }
        }
    }

    /// Waits until dhclient-script was called for `reason`, such as BOUND.
    /// - Parameter count: how often it must have been called for it.
    /// - Returns: the environment of that call.
    /// - Throws: `LabError.timedOut` or, when the client has ended, `LabError.ended`.
    public func waitForEvent(
        _ reason: String,
        count: Int = 1,
        within limit: Duration = .seconds(15)
    ) async throws -> [String: String] {
        try await eventually("dhclient's \(reason)", within: limit, seen: { self.process.transcript }) {
            let found = try self.events.filter { $0["reason"] == reason }
            if found.count >= count { return found[count - 1] }
            if let exit = self.process.exit {
                throw LabError.ended(program: "dhclient", status: "\(exit)", output: self.process.transcript)
            }
            return nil
        }
    }

    /// Gives the lease back: DHCPRELEASE, then reason RELEASE in the hooks. The client ends with it.
    public func release() async throws {
        let command = LabCommand(
            ["dhclient", "-r", "-d"] + options,
            in: network.phone,
            insideRoot: true,
            binds: binds
        )
        let done = try await network.run(command)
        guard done.status == 0 else {
            throw LabError.commandFailed(command: "dhclient -r", status: "\(done.exit)", output: done.errors)
        }
    }

    /// Ends the client, which keeps its lease.
    public func stop() async { await process.stop() }
}
