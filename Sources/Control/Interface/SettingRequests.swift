/// `Get`: one parameter, or all that have a value.
public struct GetRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// The parameter's name, or `nil` for all that have a value.
    public var name: String?
    /// Whether secrets are shown as they are; only for who may change settings.
    public var reveal: Bool

    /// A call of `Get`.
    public init(phone: String? = nil, name: String? = nil, reveal: Bool = false) {
        self.phone = phone
        self.name = name
        self.reveal = reveal
    }

    enum CodingKeys: CodingKey {
        case phone, name, reveal
    }

    /// Reads a call; `reveal` that is absent or null is `false`.
    ///
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        phone = try container.decodeIfPresent(String.self, forKey: .phone)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        reveal = try container.decodeIfPresent(Bool.self, forKey: .reveal) ?? false
    }

    /// `Get`.
    public static let method = ControlMethod.get
    /// The parameters of `Get`.
    public static let parameterNames = ["phone", "name", "reveal"]
    /// The values that were asked for.
    public typealias Reply = GetReply
}

/// What `Get` answers.
public struct GetReply: Codable, Sendable, Equatable {
    /// The one parameter that was asked for, or all that have a value.
    public var settings: [SettingValue]

    /// A reply of `Get`.
    public init(settings: [SettingValue]) {
        self.settings = settings
    }
}

/// `Set`: sets a parameter as the phone's user would.
public struct SetRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// The parameter's name.
    public var name: String
    /// The value to be set.
    public var value: String
    /// Who sets it; without it phone programming by the calling process's user.
    public var origin: ChangeOrigin?

    /// A call of `Set`.
    public init(phone: String? = nil, name: String, value: String, origin: ChangeOrigin? = nil) {
        self.phone = phone
        self.name = name
        self.value = value
        self.origin = origin
    }

    /// `Set`.
    public static let method = ControlMethod.set
    /// The parameters of `Set`.
    public static let parameterNames = ["phone", "name", "value", "origin"]
    /// Whether the value counts.
    public typealias Reply = SetReply
}

/// What `Set` answers.
public struct SetReply: Codable, Sendable, Equatable {
    /// What stands above the value, so that it is kept but does not count; `nil` when it counts.
    @Nullable public var overriddenBy: String?

    /// A reply of `Set`.
    public init(overriddenBy: String?) {
        self.overriddenBy = overriddenBy
    }
}

/// `Unset`: takes back what `Set` had set.
public struct UnsetRequest: ControlRequest {
    /// The MAC address in any spelling, or `nil` for the only phone.
    public var phone: String?
    /// The parameter's name.
    public var name: String
    /// Who takes it back; without it phone programming by the calling process's user.
    public var origin: ChangeOrigin?

    /// A call of `Unset`.
    public init(phone: String? = nil, name: String, origin: ChangeOrigin? = nil) {
        self.phone = phone
        self.name = name
        self.origin = origin
    }

    /// `Unset`.
    public static let method = ControlMethod.unset
    /// The parameters of `Unset`.
    public static let parameterNames = ["phone", "name", "origin"]
    /// Nothing beyond having been done.
    public typealias Reply = EmptyReply
}
