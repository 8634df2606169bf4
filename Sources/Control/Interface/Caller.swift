/// Who calls: the credentials that the peer's process had when it connected, told by the kernel (unix(7), `SO_PEERCRED`).
public struct Caller: Sendable, Equatable {
    /// The effective user.
    public let uid: UInt32
    /// The effective group.
    public let gid: UInt32
    /// The process; 0 when it is in a PID namespace that this one cannot see.
    public let pid: Int32
    /// The supplementary groups (`SO_PEERGROUPS`, Linux 4.13), without group 0, at most
    /// ``maximumSupplementaryGroups`` of them.
    public let supplementaryGroups: Set<UInt32>
    /// The session of web programming that the connection acts for, or `nil` when the caller acts for itself.
    public var session: SignedIn?

    /// The number of supplementary groups that are read. A process that has more is treated as having none.
    public static let maximumSupplementaryGroups = 1024

    /// A caller from its credentials.
    public init(uid: UInt32, gid: UInt32, pid: Int32, supplementaryGroups: Set<UInt32> = []) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.supplementaryGroups = supplementaryGroups
    }

    /// Whether the process is in a group, be it its own or a supplementary one.
    ///
    /// - Parameter group: The group's number.
    public func isMember(of group: UInt32) -> Bool {
        gid == group || supplementaryGroups.contains(group)
    }
}

extension Caller {
    /// The account that the caller acts for and where it is, or else its credentials: for a log.
    public var words: String { session?.who ?? description }
}

extension Caller: CustomStringConvertible {
    /// `uid 0, gid 0, pid 4711`, for a log.
    public var description: String { "uid \(uid), gid \(gid), pid \(pid)" }
}
