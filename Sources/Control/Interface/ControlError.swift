/// An error of the interface `io.phoneprovd`: what the daemon answers instead of a reply.
public enum ControlError: Error, Sendable, Equatable {
    /// There is no such phone; `known` are the MAC addresses of those there are.
    case noSuchPhone(phone: String, known: [String])
    /// No phone was named, and there are several.
    case ambiguousPhone(known: [String])
    /// The phone has no such parameter; `nearest` are names that are spelled alike, the nearest first.
    case noSuchParameter(name: String, nearest: [String])
    /// The parameter cannot have this value.
    case invalidValue(name: String, reason: String)
    /// The caller may not do this.
    case notPermitted(reason: String)
    /// The parameter is held fast by a layer; `file` and `line` are `nil` when that layer is not a file.
    case notChangeable(name: String, layer: String, file: String?, line: Int?)
    /// The phone has no such run, or none yet when `run` is `nil`.
    case noSuchRun(phone: String, run: Int?)
    /// The archive cannot be taken; nothing was changed.
    case invalidArchive(reason: String)
    /// The daemon's configuration is refused as a whole, and the one before stays in force; `line` is `nil` when the
    /// reason is about the file as a whole.
    case invalidConfiguration(file: String, line: Int?, reason: String)
    /// The daemon cannot take this now; it is worth trying again.
    case busy(reason: String)
    /// No account has this name and password, or it is closed.
    case signInRefused
    /// There were too many wrong tries; after so many seconds it is worth trying again.
    case tooManyTries(seconds: Int)
    /// The session has ended, or there never was one.
    case sessionEnded
    /// The daemon is ending.
    case shuttingDown
    /// The daemon tried and failed.
    case failed(reason: String)
}

extension ControlError: CustomStringConvertible {
    /// What happened, then what to do, in words for a person.
    public var description: String {
        switch self {
        case .noSuchPhone(let phone, let known):
            known.isEmpty
                ? "There is no phone \(phone), and no other: add one to the daemon's configuration."
                : "There is no phone \(phone). Known phones: \(known.joined(separator: ", "))."
        case .ambiguousPhone(let known):
            "There are several phones: name one of \(known.joined(separator: ", "))."
        case .noSuchParameter(let name, let nearest):
            nearest.isEmpty
                ? "There is no parameter \(name)."
                : "There is no parameter \(name). Did you mean \(nearest.joined(separator: " or "))?"
        case .invalidValue(let name, let reason):
            "\(name) cannot have this value: \(reason)"
        case .notPermitted(let reason):
            "Not permitted: \(reason)"
        case .notChangeable(let name, let layer, let file, let line):
            "\(name) cannot be changed: it is held fast by \(layer)\(Self.place(file: file, line: line))."
        case .noSuchRun(let phone, .some(let run)):
            "Phone \(phone) has no run \(run): the history lists those that are kept."
        case .noSuchRun(let phone, nil):
            "Phone \(phone) has had no run yet."
        case .invalidArchive(let reason):
            "The archive was not taken, and nothing was changed: \(reason)."
        case .invalidConfiguration(let file, let line, let reason):
            "\(file):\(line.map { "\($0):" } ?? "") \(reason). The configuration in force stays as it is."
        case .busy(let reason):
            "The daemon cannot take this now: \(reason) Try again."
        case .signInRefused:
            "No account has this name and password."
        case .tooManyTries(let seconds):
            "Too many wrong tries. Wait \(seconds) seconds, then try again."
        case .sessionEnded:
            "The session has ended. Sign in again."
        case .shuttingDown:
            "The daemon is ending."
        case .failed(let reason):
            "The daemon failed: \(reason)"
        }
    }

    private static func place(file: String?, line: Int?) -> String {
        switch (file, line) {
        case (let file?, let line?): " (\(file), line \(line))"
        case (let file?, nil): " (\(file))"
        case (nil, _): ""
        }
    }
}

/// An error of the interface `org.varlink.service`: what is wrong with a call itself (varlink.org, "Service").
public enum VarlinkServiceError: Error, Sendable, Equatable {
    /// The service has no such interface.
    case interfaceNotFound(interface: String)
    /// The interface has no such method.
    case methodNotFound(method: String)
    /// The method is defined, and this service cannot do it in the way asked for.
    case methodNotImplemented(method: String)
    /// A parameter is missing, unknown or of the wrong type.
    case invalidParameter(parameter: String)
}

extension VarlinkServiceError: CustomStringConvertible {
    /// What is wrong with the call, in words for a person.
    public var description: String {
        switch self {
        case .interfaceNotFound(let interface): "The service has no interface \(interface)."
        case .methodNotFound(let method): "The service has no method \(method)."
        case .methodNotImplemented(let method): "The service cannot do \(method) in the way asked for."
        case .invalidParameter(let parameter): "The parameter \(parameter) is missing, unknown or of the wrong type."
        }
    }
}
