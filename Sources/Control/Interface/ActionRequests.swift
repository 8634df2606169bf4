/// `Provision`: starts a provisioning run now. The reply comes when it has started.
public struct ProvisionRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// Who asks for it; without it phone programming by the calling process's user.
    public var origin: ChangeOrigin?

    /// A call of `Provision`.
    public init(phone: String? = nil, origin: ChangeOrigin? = nil) {
        self.phone = phone
        self.origin = origin
    }

    /// `Provision`.
    public static let method = ControlMethod.provision
    /// The parameters of `Provision`.
    public static let parameterNames = ["phone", "origin"]
    /// Nothing beyond having been done.
    public typealias Reply = EmptyReply
}

/// `Reboot`: starts the phone anew, as if its power had been cut.
public struct RebootRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// Who asks for it; without it phone programming by the calling process's user.
    public var origin: ChangeOrigin?

    /// A call of `Reboot`.
    public init(phone: String? = nil, origin: ChangeOrigin? = nil) {
        self.phone = phone
        self.origin = origin
    }

    /// `Reboot`.
    public static let method = ControlMethod.reboot
    /// The parameters of `Reboot`.
    public static let parameterNames = ["phone", "origin"]
    /// Nothing beyond having been done.
    public typealias Reply = EmptyReply
}

/// `FactoryReset`: forgets settings, saved files and leases of the phone and starts it anew.
public struct FactoryResetRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?

    /// Who asks for it; without it phone programming by the calling process's user.
    public var origin: ChangeOrigin?

    /// A call of `FactoryReset`.
    public init(phone: String? = nil, origin: ChangeOrigin? = nil) {
        self.phone = phone
        self.origin = origin
    }

    /// `FactoryReset`.
    public static let method = ControlMethod.factoryReset
    /// The parameters of `FactoryReset`.
    public static let parameterNames = ["phone", "origin"]
    /// Nothing beyond having been done.
    public typealias Reply = EmptyReply
}

/// `DhcpEvent`: what a DHCP client heard.
public struct DhcpEventRequest: ControlRequest {
    /// The variables of dhclient-script by name, as `reason`, `interface` and `new_tftp_server_name`.
    public var variables: [String: String]

    /// A call of `DhcpEvent`.
    public init(variables: [String: String]) {
        self.variables = variables
    }

    /// `DhcpEvent`.
    public static let method = ControlMethod.dhcpEvent
    /// The parameters of `DhcpEvent`.
    public static let parameterNames = ["variables"]
    /// Whether the event concerned a phone.
    public typealias Reply = DhcpEventReply
}

/// What `DhcpEvent` answers.
public struct DhcpEventReply: Codable, Sendable, Equatable {
    /// Whether the event concerned a phone.
    public var accepted: Bool
    /// Why, or why not.
    public var detail: String

    /// A reply of `DhcpEvent`.
    public init(accepted: Bool, detail: String) {
        self.accepted = accepted
        self.detail = detail
    }
}
