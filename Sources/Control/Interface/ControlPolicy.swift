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
        case .status, .wait, .explain, .history, .get, .savedFiles, .savedDocument: .reader
        // What they open is opened by a password, so that who serves the pages needs no right of its own to change.
        case .signIn, .resume, .signOut: .reader
        // A URL in a NOTIFY may hold a password, so a capture is not for everybody who may read.
        // An export holds the phone's passwords.
        case .provision, .reboot, .factoryReset, .set, .unset, .dhcpEvent, .capture, .export, .importArchive, .reload,
            .webPassword:
            .changer
        }
    }
}

/// The groups that have a right over the control socket, by their numbers.
public struct ControlGroups: Sendable, Equatable {
    /// The group that may read, which is the socket's; `nil` when it has none of its own.
    public var readers: UInt32?
    /// The group that may change; `nil` when none was configured or it does not exist.
    public var changers: UInt32?

    /// Groups by their numbers.
    public init(readers: UInt32? = nil, changers: UInt32? = nil) {
        self.readers = readers
        self.changers = changers
    }
}

/// Who may do what over the control socket, beyond what the mode of the socket's file allows.
public struct ControlPolicy: Sendable {
    private let decide: @Sendable (_ caller: Caller, _ groups: ControlGroups) -> ControlAccess

    /// A policy of one's own.
    ///
    /// - Parameter decide: Tells a caller's right. It is called at every call and must not block.
    public init(decide: @escaping @Sendable (_ caller: Caller, _ groups: ControlGroups) -> ControlAccess) {
        self.decide = decide
    }

    /// Root, the daemon's own user and the changers' group may do everything, the readers' group may read, others nothing.
    public static let standard = ControlPolicy { caller, groups in
        if caller.uid == 0 || caller.uid == geteuid() { return .changer }
        if let changers = groups.changers, caller.isMember(of: changers) { return .changer }
        if let readers = groups.readers, caller.isMember(of: readers) { return .reader }
        return .none
    }

    /// A caller's right.
    ///
    /// - Parameters:
    ///   - caller: Who calls.
    ///   - groups: The groups that have a right.
    public func access(of caller: Caller, groups: ControlGroups) -> ControlAccess {
        decide(caller, groups)
    }

    /// Checks that a caller has a right.
    ///
    /// - Throws: ``ControlError/notPermitted(reason:)``.
    func check(
        _ needed: ControlAccess,
        for what: String,
        caller: Caller,
        groups: ControlGroups
    ) throws(ControlError) {
        let granted = access(of: caller, groups: groups)
        guard granted < needed else { return }
        let who =
            switch needed {
            case .none, .reader: "root, the daemon's user and members of the control socket's group"
            case .changer: "root, the daemon's user and members of the group controlAdminGroup"
            }
        throw .notPermitted(reason: "\(what) is for \(who). Be one of them.")
    }
}
