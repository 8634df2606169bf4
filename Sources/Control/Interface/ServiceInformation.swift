/// What a service says about itself in reply to `org.varlink.service.GetInfo`.
public struct ServiceInformation: Codable, Sendable, Equatable {
    /// Who made it.
    public var vendor: String
    /// What it is.
    public var product: String
    /// Its version.
    public var version: String
    /// Where to read about it.
    public var url: String
    /// The interfaces it has.
    public var interfaces: [String]

    /// Information from its parts.
    ///
    /// - Parameters:
    ///   - vendor: Who made the service.
    ///   - product: What it is.
    ///   - version: Its version.
    ///   - url: Where to read about it.
    ///   - interfaces: The interfaces it has; of this daemon always ``ControlInterface/all``.
    public init(
        vendor: String,
        product: String,
        version: String,
        url: String,
        interfaces: [String] = ControlInterface.all
    ) {
        self.vendor = vendor
        self.product = product
        self.version = version
        self.url = url
        self.interfaces = interfaces
    }
}
