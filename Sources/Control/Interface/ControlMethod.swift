/// The methods of the interface `io.phoneprovd`.
public enum ControlMethod: String, Sendable, CaseIterable, CustomStringConvertible {
    /// The state of one phone or of all.
    case status = "Status"
    /// Waits for a state or for the end of the run.
    case wait = "Wait"
    /// Everything about one run.
    case explain = "Explain"
    /// The runs that are kept.
    case history = "History"
    /// Starts a provisioning run.
    case provision = "Provision"
    /// Starts the phone anew.
    case reboot = "Reboot"
    /// Forgets everything about the phone and starts it anew.
    case factoryReset = "FactoryReset"
    /// Reads parameters.
    case get = "Get"
    /// Sets a parameter as the user would.
    case set = "Set"
    /// Takes back what was set.
    case unset = "Unset"
    /// Hands over what a DHCP client heard.
    case dhcpEvent = "DhcpEvent"
    /// The SIP messages of the last run.
    case capture = "Capture"
    /// Everything that a phone holds, as one archive.
    case export = "Export"
    /// Puts such an archive in place of what the phone holds.
    case importArchive = "Import"
    /// Reads the daemon's configuration anew.
    case reload = "Reload"
    /// The copies of files that are kept.
    case savedFiles = "SavedFiles"
    /// One of them, for a person to read.
    case savedDocument = "SavedDocument"
    /// Opens a session of web programming.
    case signIn = "SignIn"
    /// Lets a connection act for a session.
    case resume = "Resume"
    /// Ends a session.
    case signOut = "SignOut"
    /// The password that counts until the phone has one of its own.
    case webPassword = "WebPassword"

    /// The name as calls carry it: `io.phoneprovd.Status`.
    public var qualifiedName: String { "\(ControlInterface.name).\(rawValue)" }

    /// The method's own name, without the interface.
    public var description: String { rawValue }
}

/// The parameters of one call: what a method is asked.
///
/// Each method has one such type; its reply is the associated type. Their fields are those of the interface's definition.
public protocol ControlRequest: Codable, Sendable, Equatable {
    /// What the method answers.
    associatedtype Reply: Codable, Sendable, Equatable

    /// The method that is called.
    static var method: ControlMethod { get }

    /// The names of all parameters of the method. A call with any other name is refused.
    static var parameterNames: [String] { get }
}

/// The reply of a method that has nothing to tell beyond having been done.
public struct EmptyReply: Codable, Sendable, Equatable {
    /// The only value there is.
    public init() {}
}
