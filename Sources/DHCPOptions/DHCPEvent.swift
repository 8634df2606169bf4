/// One call of a DHCP client's hook, read from the variables that the client handed over.
///
/// The variables are those of dhclient-script(8); hooks of other clients translate to them. The options are declared
/// in the client's configuration as `phone-prov-160` and `phone-prov-159`, so they come as `new_phone_prov_160` and
/// `new_phone_prov_159`; option 66 comes as `new_tftp_server_name`, and DHCPv6 option 17 as `new_dhcp6_vendor_opts`
/// (measured with isc-dhcp-client 4.4.3-P1).
public struct DHCPEvent: Hashable, Sendable {
    /// The network interface that the lease is for; see ``InterfaceName``.
    public let interface: String
    /// Why the client called its hook.
    public let reason: DHCPReason
    /// What that means for the values of the lease.
    public let change: Change
    /// What is worth telling the administrator about the client's configuration.
    public let notes: [Note]
    /// What the client does not hand over of this lease.
    public let losses: [DHCPLoss]
    /// When the hook began; `nil` when it does not say.
    public let began: HookMoment?
    /// The variables that were read, as they were handed over, for the trace and for the spool. A variable that
    /// phoneprovd does not know is not among them.
    public let variables: [String: String]

    /// What an event means for the values of a lease.
    public enum Change: Hashable, Sendable {
        /// This lease is in force now, and replaces the one of its family whole.
        case bound(Lease)
        /// The lease of this family is over; its values are gone.
        case ended(AddressFamily)
        /// No lease began, changed or ended, for the reason that the event carries.
        case ignored
    }

    /// Something about the client's configuration that an administrator should know.
    public enum Note: Hashable, Sendable {
        /// The server sent option 159 or 160, but the client does not know them under phoneprovd's names: the
        /// `option phone-prov-…` lines are missing from dhclient.conf or stand below the `request` line.
        case undeclaredOption(Int)
        /// No server answered; the client goes on with an old lease, whose values may be out of date.
        case oldLease
        /// The client does not hand this over.
        case lost(DHCPLoss)
    }

    /// Most variables accepted in an environment, known or not.
    public static let maximumVariables = 1024
    /// Longest value of a known variable accepted, in bytes.
    public static let maximumVariableLength = 16384
    /// Most bytes accepted in all known variables together, names included.
    public static let maximumTotalLength = 49152

    /// The known variables among these, without changing them; what goes into an event's file or over the control
    /// socket.
    public static func knownVariables(of environment: [String: String]) -> [String: String] {
        environment.filter { Variable.known.contains($0.key) }
    }

    /// Reads the variables of a hook.
    ///
    /// - Throws: ``DHCPEventError`` when a variable that every event has is missing, when one that is not an option's
    ///   text is malformed, or when a limit is passed. An option of no use is no error: see ``OptionValue/refused(_:raw:)``.
    public init(environment: [String: String]) throws(DHCPEventError) {
        guard environment.count <= Self.maximumVariables else { throw .tooManyVariables(environment.count) }
        let variables = Self.knownVariables(of: environment)
        var total = 0
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            guard value.utf8.count <= Self.maximumVariableLength else {
                throw .variableTooLong(name: name, length: value.utf8.count)
            }
            total += name.utf8.count + value.utf8.count
        }
        guard total <= Self.maximumTotalLength else { throw .environmentTooLong(total) }

        guard let word = variables[Variable.reason] else { throw .missingVariable(Variable.reason) }
        guard let reason = DHCPReason(word: word) else { throw .malformed(name: Variable.reason, value: word) }
        guard let interface = variables[Variable.interface] else { throw .missingVariable(Variable.interface) }
        guard InterfaceName.isValid(interface) else { throw .malformed(name: Variable.interface, value: interface) }

        let lost = variables[Variable.lost] ?? ""
        guard var losses = DHCPLoss.list(lost) else { throw .malformed(name: Variable.lost, value: lost) }
        var notes = losses.map(Note.lost)
        if let text = variables[Variable.began] {
            guard let moment = HookMoment(text) else { throw .malformed(name: Variable.began, value: text) }
            began = moment
        } else {
            began = nil
        }
        switch reason.meaning {
        case .leaseHolds(.ipv4):
            change = .bound(.ipv4(try IPv4Lease(variables: variables)))
            if reason == .timeout { notes.append(.oldLease) }
            for (code, compiledIn, declared) in Variable.compiledIn
            where variables[compiledIn] != nil && variables[declared] == nil {
                notes.append(.undeclaredOption(code))
                losses.append(.option(code, .undeclared))
            }
        case .leaseHolds(.ipv6): change = .bound(.ipv6(try IPv6Lease(variables: variables)))
        case .leaseEnds(let family): change = .ended(family)
        case .nothing: change = .ignored
        }
        self.interface = interface
        self.reason = reason
        self.notes = notes
        self.losses = losses
        self.variables = variables
    }
}

extension DHCPEvent.Note: CustomStringConvertible {
    /// What happened and what to do, in one line.
    public var description: String {
        switch self {
        case .undeclaredOption(let code):
            "the server sent option \(code), but the DHCP client does not know it as phone-prov-\(code); "
                + "put the option lines of dhclient-phoneprovd.conf above the request line of dhclient.conf"
        case .oldLease: "no DHCP server answered; the values are those of an old lease"
        case .lost(let loss): "\(loss)"
        }
    }
}

/// The names of the variables that phoneprovd knows.
enum Variable {
    static let reason = "reason"
    static let interface = "interface"
    static let lost = "phone_prov_lost"
    static let began = "phone_prov_began"

    static let option160 = "new_phone_prov_160"
    static let option159 = "new_phone_prov_159"
    static let option66 = "new_tftp_server_name"
    static let address = "new_ip_address"
    static let serverIdentifier = "new_dhcp_server_identifier"
    static let leaseTime = "new_dhcp_lease_time"
    static let expiry = "new_expiry"
    static let domainName = "new_domain_name"
    static let bootfileName = "new_bootfile_name"

    static let vendorInformation = "new_dhcp6_vendor_opts"
    static let address6 = "new_ip6_address"
    static let serverIdentifier6 = "new_dhcp6_server_id"
    static let lifeStarts = "new_life_starts"
    static let maximumLife = "new_max_life"

    /// The names under which dhclient 4.4.3-P1 has the two codes compiled in, when nothing declares them otherwise.
    static let compiledIn = [
        (code: 160, compiledIn: "new_v4_captive_portal", declared: option160),
        (code: 159, compiledIn: "new_v4_portparams", declared: option159),
    ]

    /// Every name that is read, and the `old_` form of those that have one: those are kept for the trace.
    static let known: Set<String> = {
        let new =
            [
                option160, option159, option66, address, serverIdentifier, leaseTime, expiry, domainName, bootfileName,
                vendorInformation, address6, serverIdentifier6, lifeStarts, maximumLife,
            ] + compiledIn.map(\.compiledIn)
        return Set([reason, interface, lost, began] + new + new.map { "old_" + $0.dropFirst("new_".count) })
    }()
}
