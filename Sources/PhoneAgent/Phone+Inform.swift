import DHCPOptions
import Provisioning

// Asking the DHCP server by DHCPINFORM, where no DHCP client tells what it says.

/// What is known of asking.
struct InformState: Sendable {
    /// The last answer, as long as the address is the same and no lease has come after it.
    var lease: IPv4Lease?
    /// Which way it came, for the trace.
    var origin = ""
    /// The question that is under way.
    var asking: Task<Void, Never>?
    var generation = 0
    /// A DHCP client has said since the start that its lease is over: then there is nothing to ask for.
    var leaseHasEnded = false
    /// The last reason for which nobody could be asked: it is logged once.
    var lastFailure = ""
}

extension Phone {
    /// In `auto`, an address is often set a moment before the DHCP client's hook tells of the lease.
    private static let grace = Duration.milliseconds(500)
    /// How long a server is waited for, in milliseconds: with ``grace`` within the 5 seconds that the phone waits for a
    /// PnP server meanwhile.
    private static let informMilliseconds = 4_250

    /// The run wants to know what DHCP says.
    func askLease() async {
        if inform.asking != nil { return }
        guard needsAsking, ask(after: lease.ipv4 == nil ? graceOfPolicy : .zero) else {
            await handle(.leaseAnswered)
            return
        }
    }

    private var graceOfPolicy: Duration { environment.configuration.dhcp.inform == .auto ? Self.grace : .zero }

    /// Whether the policy has the server asked, as things stand.
    private var needsAsking: Bool {
        switch environment.configuration.dhcp.inform {
        case .never: false
        case .always: true
        case .auto: lease.ipv4 == nil ? !inform.leaseHasEnded : !lease.losses.isEmpty
        }
    }

    /// Starts a question.
    ///
    /// - Returns: whether there is one now; without an address there is none to ask from.
    private func ask(after grace: Duration) -> Bool {
        guard let address = state.ipv4 else { return false }
        inform.generation += 1
        let generation = inform.generation
        let request = InformCall.Request(
            interface: interface,
            address: address,
            vendorClass: environment.configuration.sipPnP.vendor,
            milliseconds: Self.informMilliseconds
        )
        inform.asking = Task {
            [inbox, client = environment.inform, socket = environment.configuration.dhcp.informSocket] in
            do { try await Task.sleep(for: grace) } catch { return }
            let reply = await client.ask(request, at: socket)
            if !Task.isCancelled { inbox.yield(.informed(reply, generation: generation)) }
        }
        return true
    }

    /// An address was set, changed or taken away.
    func addressWasSet(_ before: InterfaceState) async {
        if before.ipv4 != state.ipv4 {
            // What was said to another address, or before this one came, counts no more.
            forgetAnswer()
            inform.leaseHasEnded = false
            await stopAsking()
            // Without a run that would ask: nothing is to be learnt before the next one begins.
        } else if state.ipv4 != nil, before.ipv4Settings != state.ipv4Settings, !sequence.isRunning {
            // The lease was renewed. A client whose hook told of it has said everything.
            if inform.asking == nil, needsAsking { _ = ask(after: graceOfPolicy) }
        }
    }

    /// A DHCP client's event came.
    func heard(_ event: DHCPEvent) async {
        switch event.change {
        case .bound(.ipv4):
            inform.leaseHasEnded = false
            if event.losses.isEmpty {
                inform.lease = nil
                if environment.configuration.dhcp.inform == .auto { await stopAsking() }
            } else if inform.asking == nil, needsAsking {
                _ = ask(after: .zero)
            }
        case .ended(.ipv4):
            inform.lease = nil
            inform.leaseHasEnded = true
            await stopAsking()
        default: break
        }
    }

    private func forgetAnswer() {
        inform.lease = nil
        inform.origin = ""
    }

    private func stopAsking() async {
        guard let asking = inform.asking else { return }
        asking.cancel()
        inform.asking = nil
        inform.generation += 1
        await handle(.leaseAnswered)
    }

    /// The helper's answer.
    func take(_ reply: InformCall.Reply, _ generation: Int) async {
        guard generation == inform.generation, inform.asking != nil else { return }
        inform.asking = nil
        for note in reply.notes { logger.notice("DHCPINFORM on \(interface): \(note)") }
        switch reply.outcome {
        case .answered(let bytes): await answered(bytes)
        case .silence:
            let seconds = Double(Self.informMilliseconds) / 1_000
            await tell("no DHCP server answered \(reply.sends) DHCPINFORMs within \(seconds) s")
        case .failed(let reason):
            await tell("the DHCP server was not asked: \(reason)")
        }
        await handle(.leaseAnswered)
    }

    private func answered(_ bytes: [UInt8]) async {
        guard let address = state.ipv4.flatMap({ IPv4Address($0) }) else { return }
        do throws(DHCPMessage.Failure) {
            let answer = try DHCPMessage(bytes: bytes)
            let before = offer
            let server = answer.serverIdentifier.map { "\($0)" } ?? "a server"
            inform.lease = IPv4Lease(answer: answer, address: address)
            inform.origin = "asked for by DHCPINFORM, answered by \(server)"
            inform.lastFailure = ""
            if offer != before { logger.info("DHCPINFORM on \(interface): \(server) gives \(describedOffer)") }
            await handle(.leaseChanged(offer))
        } catch {
            await tell("the DHCP server's answer cannot be read: \(error)")
        }
    }

    private func tell(_ text: String) async {
        if text != inform.lastFailure {
            inform.lastFailure = text
            logger.notice("DHCPINFORM on \(interface): \(text)")
        }
        await handle(.noted(.dhcpOption160, text))
    }
}
