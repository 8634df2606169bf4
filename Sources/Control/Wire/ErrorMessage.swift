/// An error as it travels: a qualified name, and parameters by name.
///
/// The fields of all errors are written down once here; which of them an error has is said by the interface's definition.
struct ErrorMessage: Codable, Sendable, Equatable {
    /// The qualified name, as `io.phoneprovd.NoSuchPhone`.
    var error: String
    /// What the error tells.
    var parameters: Parameters

    struct Parameters: Codable, Sendable, Equatable {
        var phone: String?
        var known: [String]?
        var name: String?
        var nearest: [String]?
        var reason: String?
        var layer: String?
        var file: String?
        var line: Int?
        var run: Int?
        var seconds: Int?
        var interface: String?
        var method: String?
        var parameter: String?
    }

    init(error: String, parameters: Parameters) {
        self.error = error
        self.parameters = parameters
    }

    private enum CodingKeys: CodingKey {
        case error, parameters
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        error = try container.decode(String.self, forKey: .error)
        parameters = try container.decodeIfPresent(Parameters.self, forKey: .parameters) ?? Parameters()
    }
}

extension ErrorMessage {
    init(_ error: ControlError) {
        let (name, parameters): (String, Parameters) =
            switch error {
            case .noSuchPhone(let phone, let known): ("NoSuchPhone", Parameters(phone: phone, known: known))
            case .ambiguousPhone(let known): ("AmbiguousPhone", Parameters(known: known))
            case .noSuchParameter(let name, let nearest):
                ("NoSuchParameter", Parameters(name: name, nearest: nearest))
            case .invalidValue(let name, let reason): ("InvalidValue", Parameters(name: name, reason: reason))
            case .notPermitted(let reason): ("NotPermitted", Parameters(reason: reason))
            case .notChangeable(let name, let layer, let file, let line):
                ("NotChangeable", Parameters(name: name, layer: layer, file: file, line: line))
            case .noSuchRun(let phone, let run): ("NoSuchRun", Parameters(phone: phone, run: run))
            case .invalidArchive(let reason): ("InvalidArchive", Parameters(reason: reason))
            case .invalidConfiguration(let file, let line, let reason):
                ("InvalidConfiguration", Parameters(reason: reason, file: file, line: line))
            case .busy(let reason): ("Busy", Parameters(reason: reason))
            case .signInRefused: ("SignInRefused", Parameters())
            case .tooManyTries(let seconds): ("TooManyTries", Parameters(seconds: seconds))
            case .sessionEnded: ("SessionEnded", Parameters())
            case .shuttingDown: ("ShuttingDown", Parameters())
            case .failed(let reason): ("Failed", Parameters(reason: reason))
            }
        self.init(error: "\(ControlInterface.name).\(name)", parameters: parameters)
    }

    init(_ error: VarlinkServiceError) {
        let (name, parameters): (String, Parameters) =
            switch error {
            case .interfaceNotFound(let interface): ("InterfaceNotFound", Parameters(interface: interface))
            case .methodNotFound(let method): ("MethodNotFound", Parameters(method: method))
            case .methodNotImplemented(let method): ("MethodNotImplemented", Parameters(method: method))
            case .invalidParameter(let parameter): ("InvalidParameter", Parameters(parameter: parameter))
            }
        self.init(error: "\(ControlInterface.serviceName).\(name)", parameters: parameters)
    }

    /// The error that this message stands for, or `nil` when it is none that the interface defines.
    var controlError: ControlError? {
        let its = parameters
        switch error {
        case "io.phoneprovd.NoSuchPhone":
            guard let phone = its.phone, let known = its.known else { return nil }
            return .noSuchPhone(phone: phone, known: known)
        case "io.phoneprovd.AmbiguousPhone":
            return its.known.map { .ambiguousPhone(known: $0) }
        case "io.phoneprovd.NoSuchParameter":
            guard let name = its.name, let nearest = its.nearest else { return nil }
            return .noSuchParameter(name: name, nearest: nearest)
        case "io.phoneprovd.InvalidValue":
            guard let name = its.name, let reason = its.reason else { return nil }
            return .invalidValue(name: name, reason: reason)
        case "io.phoneprovd.NotPermitted":
            return its.reason.map { .notPermitted(reason: $0) }
        case "io.phoneprovd.NotChangeable":
            guard let name = its.name, let layer = its.layer else { return nil }
            return .notChangeable(name: name, layer: layer, file: its.file, line: its.line)
        case "io.phoneprovd.NoSuchRun":
            return its.phone.map { .noSuchRun(phone: $0, run: its.run) }
        case "io.phoneprovd.InvalidArchive":
            return its.reason.map { .invalidArchive(reason: $0) }
        case "io.phoneprovd.InvalidConfiguration":
            guard let file = its.file, let reason = its.reason else { return nil }
            return .invalidConfiguration(file: file, line: its.line, reason: reason)
        case "io.phoneprovd.Busy":
            return its.reason.map { .busy(reason: $0) }
        case "io.phoneprovd.SignInRefused":
            return .signInRefused
        case "io.phoneprovd.TooManyTries":
            return its.seconds.map { .tooManyTries(seconds: $0) }
        case "io.phoneprovd.SessionEnded":
            return .sessionEnded
        case "io.phoneprovd.ShuttingDown":
            return .shuttingDown
        case "io.phoneprovd.Failed":
            return its.reason.map { .failed(reason: $0) }
        default:
            return nil
        }
    }

    /// The error that this message stands for, or `nil` when it is none that a Varlink service defines.
    var serviceError: VarlinkServiceError? {
        switch error {
        case "org.varlink.service.InterfaceNotFound":
            parameters.interface.map { .interfaceNotFound(interface: $0) }
        case "org.varlink.service.MethodNotFound": parameters.method.map { .methodNotFound(method: $0) }
        case "org.varlink.service.MethodNotImplemented":
            parameters.method.map { .methodNotImplemented(method: $0) }
        case "org.varlink.service.InvalidParameter":
            parameters.parameter.map { .invalidParameter(parameter: $0) }
        default: nil
        }
    }
}
