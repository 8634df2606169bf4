import Glibc
import NIOCore

extension Caller {
    /// `struct ucred` of socket(7): process, user and group, 32 bits each. Glibc declares it for `_GNU_SOURCE` only.
    private typealias Credentials = InlineArray<3, UInt32>
    private typealias Groups = InlineArray<1024, UInt32>

    /// `SO_PEERGROUPS` of the kernel's asm-generic/socket.h, which Glibc's headers for Swift leave out.
    private static let peerGroups = NIOBSDSocket.Option(rawValue: 59)
    private static let peerCredentials = NIOBSDSocket.Option(rawValue: SO_PEERCRED)

    /// The credentials of a connection's other side.
    ///
    /// - Returns: The caller, or a failure when the kernel does not tell.
    static func connected(to channel: any Channel) -> EventLoopFuture<Caller> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let credentials: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
            level: .socket,
            name: peerCredentials
        )
        // The buffer is zeroed beforehand and the number of groups is not told, so that group 0 cannot be told from no
        // group: it is left out. A process that has more groups than the buffer holds makes the call fail with ERANGE.
        let groups: EventLoopFuture<Groups> = options.unsafeGetSocketOption(level: .socket, name: peerGroups)
        let supplementary = groups.map { groups in
            Set(groups.indices.lazy.map { groups[$0] }.filter { $0 != 0 })
        }.recover { _ in [] }
        return credentials.and(supplementary).map { credentials, groups in
            Caller(
                uid: credentials[1],
                gid: credentials[2],
                pid: Int32(bitPattern: credentials[0]),
                supplementaryGroups: groups
            )
        }
    }
}
