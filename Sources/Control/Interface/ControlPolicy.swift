import Glibc

/// What a caller may do.
public enum ControlAccess: Int, Sendable, Comparable, CaseIterable {
    /// Nothing beyond asking which interfaces there are.
    case none
    /// Calls that change nothing and show no secret.
    case reader
    /// Everything.
    case changer

    /// Whether one right is less than another.
    public static func < (left: ControlAccess, right: ControlAccess) -> Bool { left.rawValue < right.rawValue }
}

extension ControlMethod {
    /// The right that a call of this method needs. `Get` with `reveal` needs ``ControlAccess/changer`` all the same.
    public var requiredAccess: ControlAccess {
        switch self {
        case .status, .wait, .explain, .history, .get: .reader
        // A URL in a NOTIFY may hold a password, so a capture is not for everybody who may read.
        // An export holds the phone's passwords.
        case .provision, .reboot, .factoryReset, .set, .unset, .dhcpEvent, .capture, .export, .importArchive: .changer
        }
    }
}

/// Who may do what over the control socket, beyond what the mode of the socket's file allows.
public struct ControlPolicy: Sendable {
    private let decide: @Sendable (_ caller: Caller, _ socketGroup: UInt32?) -> ControlAccess

    /// A policy of one's own.
    ///
    /// - Parameter decide: Tells a caller's right. It is given the number of the socket's group, or `nil` when none was
    ///   configured or it does not exist. It is called at every call and must not block.
    public init(decide: @escaping @Sendable (_ caller: Caller, _ socketGroup: UInt32?) -> ControlAccess) {
        self.decide = decide
    }

    /// Root and the daemon's own user may do everything, members of the socket's group may read, others nothing.
    public static let standard = ControlPolicy { caller, socketGroup in
        if caller.uid == 0 || caller.uid == geteuid() { return .changer }
        if let socketGroup, caller.isMember(of: socketGroup) { return .reader }
        return .none
    }

    /// A caller's right.
    ///
    /// - Parameters:
    ///   - caller: Who calls.
    ///   - socketGroup: The number of the socket's group, or `nil` when it has none of its own.
    public func access(of caller: Caller, socketGroup: UInt32?) -> ControlAccess {
        decide(caller, socketGroup)
    }

    /// Checks that a caller has a right.
    ///
    /// - Throws: ``ControlError/notPermitted(reason:)``.
    func check(
        _ needed: ControlAccess,
        for what: String,
        caller: Caller,
        socketGroup: UInt32?
    ) throws(ControlError) {
        let granted = access(of: caller, socketGroup: socketGroup)
        guard granted < needed else { return }
        let who =
            switch needed {
            case .none, .reader: "root, the daemon's user and members of the control socket's group"
            case .changer: "root and the daemon's user"
            }
        throw .notPermitted(reason: "\(what) is for \(who). Be one of them.")
    }
}
