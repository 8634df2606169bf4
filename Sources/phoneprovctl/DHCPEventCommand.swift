import ArgumentParser
import Control
import DHCPOptions
import FoundationEssentials
import Glibc

/// Called by every DHCP hook. It never blocks the DHCP client and never fails because of the daemon.
struct DHCPEventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dhcp-event",
        abstract: "Hands a DHCP client's event to the daemon: for the hooks of DHCP clients.",
        discussion: """
            Reads the variables of dhclient-script(8) from the environment. With no daemon there, the event is left in \
            dhcp/ beside the control socket, and read when the daemon starts. An interface that has a daemon of its own \
            (phoneprovd@.service) is told at that daemon's socket.
            """
    )

    /// How long a daemon that is busy is waited for, to take the connection and then to answer. Some hooks wait for this
    /// command, and have to be through within a second.
    static let patience = Duration.milliseconds(400)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let event: DHCPEvent
        do throws(DHCPEventError) {
            // ProcessInfo's is text, in which bytes that are not UTF-8 are gone.
            let environment = HookEnvironment.ofThisProcess() ?? ProcessInfo.processInfo.environment
            event = try DHCPEvent(environment: environment)
        } catch {
            throw Failure.wrongUse("this is no event of a DHCP client: \(error)")
        }
        if case .ignored = event.change { return }
        try await hand(event, to: socket(for: event.interface))
    }

    /// The interface's own daemon, where there is one: its directory is made when it first starts.
    private func socket(for interface: String) -> String {
        let parts = connection.socket.split(separator: "/", omittingEmptySubsequences: false)
        let folder = (parts.dropLast() + [Substring(interface)]).joined(separator: "/")
        return access(folder + "/dhcp", F_OK) == 0 ? "\(folder)/\(parts.last ?? "")" : connection.socket
    }

    private func hand(_ event: DHCPEvent, to socket: String) async throws {
        var refusal: String?
        do throws(ControlClientError) {
            let client = try await ControlClient.connect(to: socket, timeout: Self.patience)
            let reply = try await client.call(DhcpEventRequest(variables: event.variables), timeout: Self.patience)
            if !reply.accepted { refusal = reply.detail }
        } catch {
            switch error {
            case .control(.busy), .control(.shuttingDown): try keep(event, beside: socket)
            case .control, .service, .permissionDenied: throw Failure(error)
            default: try keep(event, beside: socket)
            }
        }
        if let refusal { try Terminal.out(Terminal.safe(refusal)) }
    }

    /// The daemon reads it when it starts.
    private func keep(_ event: DHCPEvent, beside socket: String) throws {
        let folder = socket.lastIndex(of: "/").map { String(socket[..<$0]) } ?? "."
        do throws(DHCPEventSpoolError) {
            try DHCPEventSpool(path: folder + "/dhcp").write(event)
        } catch {
            throw Failure.untrue("the event could not be kept: \(error)")
        }
    }
}
