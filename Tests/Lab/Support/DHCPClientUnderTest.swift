import Foundation
import Glibc

/// A DHCP client of the phone's host, as it is set up with the files of `etc/`.
///
/// Each runs in a throw-away copy of the lab's root and in process ids of its own, so that nothing it starts outlives it.
public final class DHCPClientUnderTest: Sendable {
    /// The clients.
    public enum Kind: String, Sendable, CaseIterable {
        /// ISC dhclient 4.4.3-P1, with `etc/dhcp/dhclient-phoneprovd.conf` included.
        case dhclient
        /// dhcpcd 9.4.1, with the lines of `etc/phoneprovd/dhcp/dhcpcd.conf`.
        case dhcpcd
        /// dhcpcd without those lines: with what it has compiled in.
        case dhcpcdPlain
        /// dhcpcd 9.4.1 for DHCPv6 alone.
        case dhcpcd6
        /// ISC dhclient 4.4.3-P1 for DHCPv6.
        case dhclient6
        /// busybox 1.35's udhcpc.
        case udhcpc
        /// NetworkManager 1.42.4 with its own client.
        case networkManager
        /// NetworkManager 1.42.4 with dhclient, and the lines of `etc/dhcp/dhclient-phoneprovd.conf` in dhclient.conf.
        case networkManagerDhclient
        /// systemd-networkd 252.
        case networkd
    }

    /// Which client it is.
    public let kind: Kind
    /// Its process; its messages are in its log.
    public let process: LabProcess
    private let network: LabNetwork
    private let binds: [LabCommand.Bind]

    /// Starts the client. It gives the phone's `eth0` its address when it has a lease.
    /// - Parameter binds: the hooks under test and what they call, as `Daemon.hookBinds` gives them.
    public static func start(
        _ kind: Kind,
        in network: LabNetwork,
        binds: [LabCommand.Bind]
    ) throws -> DHCPClientUnderTest {
        try DHCPClientUnderTest(kind, network, binds)
    }

    private init(_ kind: Kind, _ network: LabNetwork, _ binds: [LabCommand.Bind]) throws {
        self.kind = kind
        self.network = network
        self.binds = binds
        let script = try network.makeDirectory("client").appending(path: "start")
        try Data(("set -eu\n" + Self.script(kind)).utf8).write(to: script)
        // The process ids are the client's own, and go with it; it is told to end by the one that made them.
        let words = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", "sh", script.plainPath]
        process = try network.start(
            LabCommand(words, in: network.phone, insideRoot: true, binds: binds),
            name: kind.rawValue
        )
    }

    private static func script(_ kind: Kind) -> String {
        switch kind {
        case .dhclient:
            // Not the first process itself: "dhclient -r" ends it, and everything would go with it.
            """
            echo 'include "/etc/dhcp/dhclient-phoneprovd.conf";' >>/etc/dhcp/dhclient.conf
            echo 'initial-interval 1; retry 2;' >>/etc/dhcp/dhclient.conf
            dhclient -d eth0 &
            exec tail -f /dev/null
            """
        case .dhcpcd, .dhcpcdPlain:
            """
            echo '. /etc/phoneprovd/dhcp/dhcpcd-hook' >/etc/dhcpcd.exit-hook
            \(kind == .dhcpcd ? "cat /etc/phoneprovd/dhcp/dhcpcd.conf >>/etc/dhcpcd.conf" : "")
            printf '%s\\n' noarp noipv6 noipv4ll 'option tftp_server_name' >>/etc/dhcpcd.conf
            exec dhcpcd -B -d eth0
            """
        case .dhcpcd6:
            """
            echo '. /etc/phoneprovd/dhcp/dhcpcd-hook' >/etc/dhcpcd.exit-hook
            cat /etc/phoneprovd/dhcp/dhcpcd.conf >>/etc/dhcpcd.conf
            printf '%s\n' ipv6only noipv6rs 'interface eth0' 'ia_na 1' >>/etc/dhcpcd.conf
            exec dhcpcd -B -d eth0
            """
        case .dhclient6:
            """
            echo 'include "/etc/dhcp/dhclient-phoneprovd.conf";' >>/etc/dhcp/dhclient.conf
            dhclient -6 -d eth0 &
            exec tail -f /dev/null
            """
        case .udhcpc:
            // -t and -T: as many tries, and the seconds between them; -A the pause after that.
            "exec udhcpc -f -i eth0 -t 3 -T 1 -A 1 -O 66 -O 159 -O 160 -s /etc/phoneprovd/dhcp/udhcpc-hook"
        case .networkManager: networkManager("internal")
        case .networkManagerDhclient:
            "cat /etc/dhcp/dhclient-phoneprovd.conf >>/etc/dhcp/dhclient.conf\n" + networkManager("dhclient")
        case .networkd:
            """
            \(withoutUdev)
            mkdir -p /run/systemd/netif
            chown systemd-network: /run/systemd/netif
            printf '%s\\n' '[Match]' Name=eth0 '[Network]' DHCP=ipv4 LinkLocalAddressing=no \
            >/etc/systemd/network/eth0.network
            exec env SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd
            """
        }
    }

    /// A /sys that cannot be written means to them that there is no udev to wait for. networkd makes its client's
    /// identifier of the machine's.
    private static let withoutUdev = """
        mount -t sysfs -o ro sysfs /sys
        echo 00112233445566778899aabbccddeeff >/etc/machine-id
        """

    private static func networkManager(_ client: String) -> String {
        """
        \(withoutUdev)
        mkdir -p /run/dbus /run/NetworkManager
        cat >/etc/NetworkManager/NetworkManager.conf <<END
        [main]
        plugins=keyfile
        dhcp=\(client)
        dns=none
        no-auto-default=*
        [device-eth0]
        match-device=interface-name:eth0
        managed=1
        END
        cat >/etc/NetworkManager/system-connections/eth0.nmconnection <<END
        [connection]
        id=eth0
        type=ethernet
        interface-name=eth0
        [ipv4]
        method=auto
        [ipv6]
        method=disabled
        END
        chmod 600 /etc/NetworkManager/system-connections/eth0.nmconnection
        dbus-daemon --system --nofork &
        until [ -S /run/dbus/system_bus_socket ]; do sleep 0.02; done
        exec NetworkManager --debug
        """
    }

    /// Renews the lease now; most renew by themselves when the server's T1 is over.
    public func renew() async throws {
        switch kind {
        // udhcpc does not look at T1.
        case .udhcpc: try await signal("USR1")
        default: break
        }
    }

    /// Gives the lease back, or ends the client where that is its way.
    public func release() async throws {
        switch kind {
        case .dhclient: try await require(["dhclient", "-r", "eth0"])
        case .dhclient6: try await require(["dhclient", "-6", "-r", "eth0"])
        case .dhcpcd, .dhcpcdPlain, .dhcpcd6: try await signal("ALRM")
        case .udhcpc: try await signal("USR2")
        case .networkManager, .networkManagerDhclient: try await require(["nmcli", "connection", "down", "eth0"])
        case .networkd: try await signal("TERM")
        }
    }

    /// The first process of these process ids is the client itself, as its start script has become it.
    private func signal(_ name: String) async throws {
        try await LabProcess.require(LabCommand(["kill", "-\(name)", try await first()]))
    }

    /// Runs a command where the client runs, and in its process ids: NetworkManager wants to know whose a request is.
    private func require(_ words: [String]) async throws {
        let enter = ["nsenter", "--target", try await first(), "--mount", "--net", "--pid", "--root"]
        try await LabProcess.require(LabCommand(enter + words))
    }

    private func first() async throws -> String {
        try await eventually("the first process of \(kind.rawValue)") {
            let path = "/proc/\(process.pid)/task/\(process.pid)/children"
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: " ").first.map(String.init)
        }
    }

    /// Ends the client as a loss of power does.
    public func crash() async { await process.stop() }
}
